"""The queue: every open referral in order of time left, a row opened in place, and acknowledging."""

from typing import Any

from flask import Blueprint, flash, redirect
from htmx_flask import request
from werkzeug.wrappers import Response

from portal import clock
from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.referrals.record import note_view
from portal.triage import lines, queries, service
from portal.triage.queries import File, Place, Which
from portal.triage.routes.shown import beside
from portal.web.rendering import not_modified, panel, render, unchanged

blueprint = Blueprint("triage", __name__)

LABELS = {
    Which.ALL: "All",
    Which.MINE: "Mine",
    Which.UNASSIGNED: "Nobody’s yet",
    Which.WITH_KSAF: "Waiting for KSAF",
    Which.WITH_REFERRER: "With the referrer",
    Which.RETURNED: "Returned to you",
    Which.TO_AUTHORISE: "Awaiting authorisation",
}


@blueprint.get("/queue")
@requires(Permission.REFERRAL_QUEUE)
def queue(actor: Actor) -> Response:
    """Show a page of the queue."""
    shown = _page(actor)
    return render("triage/queue.html", tag=_tag(actor, shown) or "", **shown)


@blueprint.get("/queue/rows")
@requires(Permission.REFERRAL_QUEUE, quiet=True)
def rows(actor: Actor) -> Response:
    """Refresh the rows of a page of the queue."""
    shown = _page(actor)
    tag = _tag(actor, shown)
    return not_modified() if tag is None else panel("triage/_rows.html", tag, **shown)


@blueprint.get("/queue/<reference:reference>/summary")
@requires_row(Permission.REFERRAL_QUEUE, queries.open_file)
def summary(actor: Actor, file: File) -> Response:
    """Open one row of the queue in place, or as a page of its own; `open=no` closes it again."""
    row = lines.line(actor, file.referral, file.organisation, file.returned, file.version, clock.now())
    if request.args.get("open") == "no":
        return render("triage/_row.html", row=row, file=None)
    note_view(actor, file.referral, "queue summary")
    return render(
        "triage/summary.html",
        "triage/_row.html",
        row=row,
        steps=lines.steps(actor, file.referral),
        **beside(actor, file, queries.evidence(actor, file.referral)),
    )


@blueprint.post("/referrals/<reference:reference>/acknowledge")
@requires_row(Permission.REFERRAL_ACKNOWLEDGE, get_referral)
def acknowledge(actor: Actor, referral: Referral) -> Response:
    """Acknowledge the referral; whoever comes second is told who was first."""
    first = service.acknowledge(actor, referral)
    flash(*(first, "info") if first else ("Referral acknowledged. The referrer has been told.", "success"))
    return redirect(_back(referral.reference), 303)


def _back(reference: str) -> str:
    if request.form.get("back") == "queue":
        return f"/queue/{reference}/summary"
    return f"/referrals/{reference}{'/status' if request.htmx else ''}"


def _page(actor: Actor) -> dict[str, Any]:
    wanted = request.args.get("show", "")
    which = Which(wanted) if wanted in set(Which) else Which.ALL
    place = Place.read(request.args.get("after", ""))
    found, now = queries.queue(actor, which, place), clock.now()
    return {
        "rows": [lines.line(actor, *each, now) for each in found.rows],
        "filters": [
            {"label": label, "href": f"/queue?show={each}", "current": each is which} for each, label in LABELS.items()
        ],
        "which": which,
        "after": str(place or ""),
        "following": str(found.following or ""),
        "opened": sorted(set(request.args.getlist("opened"))),
    }


def _tag(actor: Actor, shown: dict[str, Any]) -> str | None:
    return unchanged(
        actor.user_id, *(shown[fact] for fact in ("which", "after", "following", "opened")), *shown["rows"]
    )
