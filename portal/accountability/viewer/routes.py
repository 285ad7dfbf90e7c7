"""The audit's page, its file, and who has seen one record."""

from typing import Any

from flask import Blueprint, Response, request

from portal import db
from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.accountability.viewer import asking, export, looks, queries, shown
from portal.accountability.viewer.asking import Asked
from portal.accountability.viewer.queries import Whose
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.referrals.queries import get_own_referral
from portal.referrals.record import note_view
from portal.web import dates, spreadsheet
from portal.web.rendering import render

blueprint = Blueprint("audit_viewer", __name__)


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def show(actor: Actor) -> Response:
    """A page of the audit, newest first."""
    asked = asking.read(request.args)
    return render("accountability/audit.html", **_context(actor, asked))


@blueprint.get("/audit/export")
@requires(Permission.AUDIT_READ)
def download(actor: Actor) -> Response:
    """Everything that was asked for, as a file; taking it is itself an event."""
    asked = asking.read(request.args)
    export.note(actor, sorted(asked.typed))
    rows = export.rows(db.session().info["database"], actor, asked.wanted)
    return spreadsheet.download(f"audit-{dates.today().isoformat()}.csv", shown.HEADER, rows)


@blueprint.get("/referrals/<reference:reference>/seen")
@requires_row(Permission.RECORD_SEEN_READ, get_own_referral)
def seen(actor: Actor, referral: Referral) -> Response:
    """Who has seen this child's record, each person once."""
    people = looks.lookers(actor, referral)
    note_view(actor, referral, "who has seen it")
    return render("accountability/seen.html", referral=referral, child=progress.child_in_full(referral), lookers=people)


def _context(actor: Actor, asked: Asked) -> dict[str, Any]:
    found = queries.events(actor, asked.wanted)
    sides = [] if actor.is_operator else [(Whose.OWN, "What your people did"), (Whose.OTHERS, "Who else looked")]
    return {
        "asked": asked,
        "rows": [shown.row_of(line) for line in found.lines],
        "sides": [
            {
                "label": label,
                "href": asked.address(whose="" if side is Whose.OWN else side),
                "current": side is asked.wanted.whose,
            }
            for side, label in sides
        ],
        "choices": asking.choices(),
        "older_url": asked.address(after=str(found.older)) if found.older else None,
        "newer_url": asked.address(before=str(found.newer)) if found.newer else None,
        "export_url": asked.address(f"{asking.PATH}/export"),
    }
