"""A referral's consent links: made by whoever sent it and by KSAF, printed, shown on a screen, stopped."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.consent import variants, wording
from portal.family import links, qr, queries
from portal.family.forms import LinkForm
from portal.family.links import LinkRefusedError
from portal.family.models import ForWhom, Way
from portal.family.queries import Made
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.referrals.record import note_view
from portal.web.dates import today
from portal.web.rendering import render

blueprint = Blueprint("consent_links", __name__, url_prefix="/referrals/<reference:reference>/consent-links")


@blueprint.get("")
@requires_row(Permission.CONSENT_LINK_READ, queries.open_sent)
def index(actor: Actor, referral: Referral) -> Response:
    """Show the links there are, and the form for another."""
    note_view(actor, referral, "consent links")
    return _show(actor, referral, LinkForm())


@blueprint.post("")
@requires_row(Permission.CONSENT_LINK_MAKE, queries.open_sent)
def make(actor: Actor, referral: Referral) -> Response:
    """Make a link: mailed at once, or to be printed or shown on the next page."""
    typed = LinkForm(request.form)
    if not typed.validate():
        return _show(actor, referral, typed, status=422)
    try:
        made = links.make(actor, referral, typed.wanted())
    except LinkRefusedError as refused:
        return _show(actor, referral, typed, status=422, refused=str(refused))
    if made.way is Way.EMAIL:
        flash("The link is on its way. You are told when it is answered.", "success")
        return _back(referral)
    return redirect(f"/referrals/{referral.reference}/consent-links/{made.key}", 303)


@blueprint.get("/<key:key>")
@requires_row(Permission.CONSENT_LINK_READ, queries.open_link)
def show(actor: Actor, found: Made) -> Response:
    """Show a link to print, or to hand the screen over with; one that was mailed shows neither."""
    note_view(actor, found.referral, "consent link")
    # What KSAF hands to a family can tell where a child has gone: its address is for KSAF's own people.
    may_open = actor.is_operator or found.row.made_for_id == actor.organisation_id
    path = links.path_of(found.row) if may_open and found.row.way is not Way.EMAIL else None
    among = wording.YOUNG_VERSIONS if found.row.for_whom is ForWhom.YOUNG_PERSON else wording.VERSIONS
    version = wording.current(today(), among)
    variant = variants.chosen(version, request.args.get("words", ""))
    said = "" if variant.kind is variants.Kind.PLAIN else f"?words={variant.key}"
    address = f"{current_app.extensions['settings'].base_url}{path}{said}" if path else ""
    return render(
        "family/made.html",
        referral=found.referral,
        child=progress.child_in_full(found.referral),
        row=found.row,
        state=links.state_of(found.row),
        address=address,
        may_open=may_open,
        code=qr.svg(address) if address else None,
        offered=variants.offered(version),
        variant=variant,
        here=request.path,
    )


@blueprint.post("/<key:key>/end")
@requires_row(Permission.CONSENT_LINK_END, queries.open_link)
def end(actor: Actor, found: Made) -> Response:
    """Stop a link."""
    links.end(actor, found.referral, found.row)
    flash("The link is stopped: it opens nothing from now on.", "success")
    return _back(found.referral)


def _show(actor: Actor, referral: Referral, form: LinkForm, **more: Any) -> Response:
    made = links.made_for(actor, referral)
    return render(
        "family/links.html",
        form=form,
        referral=referral,
        child=progress.child_in_full(referral),
        made=[(each, links.state_of(each)) for each in made],
        who=links.WHO,
        **more,
    )


def _back(referral: Referral) -> Response:
    return redirect(f"/referrals/{referral.reference}/consent-links", 303)
