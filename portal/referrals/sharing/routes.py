"""KSAF shares a referral with another organisation, which may then add what it knows."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.models import ReferralParty
from portal.access.policy import Permission
from portal.accounts import held
from portal.organisations.models import Organisation
from portal.referrals import record
from portal.referrals.models import Referral
from portal.referrals.progress import child_in_full
from portal.referrals.queries import get_referral
from portal.referrals.sharing import service as sharing
from portal.referrals.sharing.forms import ContextForm, ExtendForm, ShareForm, for_new_school
from portal.referrals.sharing.service import SharingRefusedError, get_shared_referral
from portal.web.dates import long_date
from portal.web.rendering import render

blueprint = Blueprint("sharing", __name__, url_prefix="/referrals/<reference:reference>")


@blueprint.get("/share")
@requires_row(Permission.REFERRAL_SHARE, get_referral)
def form(actor: Actor, referral: Referral) -> Response:
    """The form for sharing, under what the family agreed to; filled in for the school a child has moved to."""
    record.note_view(actor, referral, "share")
    key = request.args.get("new-school")
    return _show(
        actor, referral, ShareForm(held.give_back(actor, request.path), data=for_new_school(key) if key else {})
    )


@blueprint.post("/share")
@requires_row(Permission.REFERRAL_SHARE, get_referral)
def share(actor: Actor, referral: Referral) -> Response:
    """Share it."""
    wanted, offered = ShareForm(request.form), sharing.candidates(actor, referral)
    wanted.offer(offered)
    if not wanted.validate():
        return _show(actor, referral, wanted, status=422)
    organisation = next(each for each in offered if each.key == wanted.organisation.data)
    try:
        sharing.share(actor, referral, organisation, wanted.terms)
    except SharingRefusedError as refused:
        return _show(actor, referral, wanted, status=422, refused=str(refused))
    flash(f"Shared with {organisation.name}, which has been told by email.", "success")
    return _seers(referral)


@blueprint.post("/stop-sharing")
@requires_row(Permission.REFERRAL_UNSHARE, get_referral)
def stop(actor: Actor, referral: Referral) -> Response:
    """End it, from the next request on."""
    name = sharing.stop(actor, referral, request.form.get("organisation", ""))
    flash(f"{name} can no longer see this referral.", "success")
    return _seers(referral)


@blueprint.get("/extend-sharing")
@requires_row(Permission.SHARING_EXTEND, get_referral)
def extend_form(actor: Actor, referral: Referral) -> Response:
    """The form for letting an organisation see it longer."""
    organisation, shared = sharing.shared_with(referral, request.args.get("organisation", ""))
    record.note_view(actor, referral, "extend sharing")
    return _ask_longer(referral, organisation, shared, ExtendForm(held.give_back(actor, request.path)))


@blueprint.post("/extend-sharing")
@requires_row(Permission.SHARING_EXTEND, get_referral)
def extend(actor: Actor, referral: Referral) -> Response:
    """Let it see it longer."""
    wanted, key = ExtendForm(request.form), request.form.get("organisation", "")
    organisation, shared = sharing.shared_with(referral, key)
    if not wanted.validate():
        return _ask_longer(referral, organisation, shared, wanted, status=422)
    try:
        name, until = sharing.extend(actor, referral, key, wanted.months.data or "3", wanted.written)
    except SharingRefusedError as refused:
        return _ask_longer(referral, organisation, shared, wanted, status=422, refused=str(refused))
    flash(f"{name} can see this until {long_date(until)}.", "success")
    return _seers(referral)


@blueprint.get("/context")
@requires_row(Permission.REFERRAL_CONTEXT, get_shared_referral)
def context(actor: Actor, referral: Referral) -> Response:
    """The form for what the reader's organisation knows."""
    record.note_view(actor, referral, "context")
    return _ask_context(referral, ContextForm(held.give_back(actor, request.path)))


@blueprint.post("/context")
@requires_row(Permission.REFERRAL_CONTEXT, get_shared_referral)
def add_context(actor: Actor, referral: Referral) -> Response:
    """Give it to KSAF."""
    told = ContextForm(request.form)
    if not told.validate():
        return _ask_context(referral, told, status=422)
    sharing.add_context(actor, referral, told.written)
    flash("KSAF has what you wrote.", "success")
    return redirect(f"/referrals/{referral.reference}", 303)


def _show(actor: Actor, referral: Referral, wanted: ShareForm, *, status: int = 200, refused: str = "") -> Response:
    wanted.offer(sharing.candidates(actor, referral))
    return render(
        "sharing/share.html",
        status=status,
        form=wanted,
        referral=referral,
        child=child_in_full(referral),
        agreed=sharing.agreed(actor, referral),
        not_with=sorted(sharing.not_with(actor, referral).values()),
        refused=refused,
    )


def _ask_longer(
    referral: Referral, organisation: Organisation, shared: list[ReferralParty], wanted: ExtendForm, **more: Any
) -> Response:
    return render(
        "sharing/extend.html",
        form=wanted,
        referral=referral,
        child=child_in_full(referral),
        organisation=organisation,
        until=max((party.valid_to for party in shared if party.valid_to), default=None),
        **more,
    )


def _ask_context(referral: Referral, told: ContextForm, *, status: int = 200) -> Response:
    child = child_in_full(referral)
    return render("sharing/context.html", status=status, form=told, referral=referral, child=child)


def _seers(referral: Referral) -> Response:
    return redirect(f"/referrals/{referral.reference}?tab=people", 303)
