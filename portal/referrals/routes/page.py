"""One referral as its people watch it, and the panel that keeps it fresh."""

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.consent.forms import AsOfForm
from portal.referrals import page, record
from portal.referrals.record import Opened, open_referral
from portal.referrals.rules import State
from portal.referrals.standing import time_bucket
from portal.web.rendering import not_modified, panel, render, unchanged

blueprint = Blueprint("record", __name__, url_prefix="/referrals/<reference:reference>")


@blueprint.get("")
@requires_row(Permission.REFERRAL_READ, open_referral)
def show(actor: Actor, opened: Opened) -> Response:
    """The referral under one of its tabs; looking at it is recorded, once."""
    referral = opened.referral
    if referral.state is State.DRAFT:
        return redirect(f"/referrals/{referral.reference}/tasks", 303)
    tab = page.tab_of(opened, request.args.get("tab", ""))
    if tab is None:
        abort(404)
    context = page.context(actor, opened, tab, whole=_whole(), as_of=AsOfForm(request.args))
    record.note_view(actor, referral, tab.key, context.get("newest", 0))
    return render("referrals/page.html", etag=unchanged(*_facts(actor, opened)) or "", **context)


@blueprint.get("/status")
@requires_row(Permission.REFERRAL_READ, open_referral, quiet=True)
def status(actor: Actor, opened: Opened) -> Response:
    """What may have changed since: the steps, who owes what, the newest of the timeline."""
    if opened.referral.state is State.DRAFT:
        abort(404)
    tag = unchanged(*_facts(actor, opened))
    if tag is None:
        return not_modified()
    return panel("referrals/_status.html", tag, is_refresh=True, **page.status(actor, opened, whole=_whole()))


def _whole() -> bool:
    return request.args.get("timeline") == "all"


def _facts(actor: Actor, opened: Opened) -> tuple[object, ...]:
    referral = opened.referral
    return actor.user_id, actor.role, referral.version, opened.scope, time_bucket(referral), _whole()
