"""The register of a side's disagreements, and for KSAF what is counted of them, on a page and as a file."""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from portal import clock, db
from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.disagreements import register, shown
from portal.disagreements.models import SUBJECT
from portal.disagreements.register import MOST, Listed, Wanted, Which
from portal.disagreements.rules import KINDS, LEVELS, OUTCOMES, Outcome, Stage
from portal.referrals.progress import child_in_list
from portal.timescales.descriptions import describe
from portal.web import dates, spreadsheet
from portal.web.rendering import render
from portal.web.typed import whole_number

blueprint = Blueprint("disagreements_register", __name__, url_prefix="/disagreements")
_WHICH = {Which.OPEN: "Open", Which.LATE: "Overdue", Which.ENDED: "Ended"}


@blueprint.get("")
@requires(Permission.DISAGREEMENT_READ)
def index(actor: Actor) -> AnyResponse:
    """List the disagreements of the actor's side."""
    wanted = _wanted()
    found = register.listed(actor, wanted)
    return render(
        "disagreements/register.html",
        rows=[_line(actor, each) for each in found[:MOST]],
        which=wanted.which,
        filters=[
            {"label": words, "href": _address(each), "current": each is wanted.which} for each, words in _WHICH.items()
        ],
        choices=_choices(wanted),
        wanted=wanted,
        older=_address(wanted.which, wanted, before=found[MOST - 1].row.id) if len(found) > MOST else None,
    )


@blueprint.get("/report")
@requires(Permission.DISAGREEMENT_REPORT)
def report(actor: Actor) -> AnyResponse:
    """Count the disagreements of the last year."""
    return render("disagreements/report.html", counted=register.counted(actor), stages=list(Stage))


@blueprint.get("/report/export")
@requires(Permission.DISAGREEMENT_REPORT)
def export(actor: Actor) -> Response:
    """Every disagreement as a file, without names; taking it is itself an event."""
    with db.own_transaction(actor.organisation_id):
        audit.record(actor, Action.DISAGREEMENTS_EXPORTED, subject=(SUBJECT, None), narrowed_by=[])
    rows = register.lines(db.session().info["database"], actor)
    return spreadsheet.download(f"disagreements-{dates.today().isoformat()}.csv", register.HEADER, rows)


def _wanted() -> Wanted:
    typed = {key: request.args.get(key, "") for key in ("show", "stage", "outcome")}
    stage = typed["stage"] if typed["stage"] in {str(each.value) for each in Stage} else ""
    return Wanted(
        which=Which(typed["show"]) if typed["show"] in set(Which) else Which.OPEN,
        stage=Stage(int(stage)) if stage else None,
        outcome=Outcome(typed["outcome"]) if typed["outcome"] in set(Outcome) else None,
        before=whole_number(request.args.get("before")),
    )


def _address(which: Which, kept: Wanted | None = None, before: int | None = None) -> str:
    told = {"show": which.value}
    if kept and kept.stage is not None:
        told["stage"] = str(kept.stage.value)
    if kept and kept.outcome is not None:
        told["outcome"] = kept.outcome.value
    if before:
        told["before"] = str(before)
    return "/disagreements?" + "&".join(f"{key}={value}" for key, value in told.items())


def _choices(wanted: Wanted) -> dict[str, Any]:
    stages = [("", "Any stage")] + [(str(each.value), f"{each.value}. {LEVELS[each].title}") for each in Stage]
    outcomes = [("", "Any outcome")] + [(each.value, OUTCOMES[each]) for each in Outcome]
    at = "" if wanted.stage is None else str(wanted.stage.value)
    how = wanted.outcome.value if wanted.outcome else ""
    return {
        "stages": [{"value": key, "text": words, "selected": key == at} for key, words in stages],
        "outcomes": [{"value": key, "text": words, "selected": key == how} for key, words in outcomes],
    }


def _line(actor: Actor, each: Listed) -> dict[str, Any]:
    row = each.row
    return {
        "reference": row.reference,
        "kind": KINDS[row.kind],
        "child": child_in_list(each.referral),
        "by": row.raised_by_organisation,
        "to": row.to_name,
        "stage": f"{row.stage}. {LEVELS[Stage(row.stage)].title}",
        "raised": row.raised_at,
        "state": shown.state(row),
        "owed": describe(each.owed, clock.now(), actor.organisation_id) if each.owed else None,
    }
