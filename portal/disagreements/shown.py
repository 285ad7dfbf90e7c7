"""What the pages about a disagreement show, in words."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from portal import clock
from portal.access.actor import Actor
from portal.disagreements import files, queries, rules
from portal.disagreements.clocks import FIRST_OVER, OVER, subject_of
from portal.disagreements.models import Disagreement, DisagreementEntry, DisagreementFile
from portal.disagreements.queries import Opened
from portal.disagreements.rules import (
    KINDS,
    LEVELS,
    OUTCOMES,
    STANCES,
    STATES,
    DisagreementState,
    Event,
    Side,
    Stage,
    Turn,
)
from portal.referrals import lifecycle, progress
from portal.referrals.beside import Note
from portal.referrals.models import Referral
from portal.safeguarding import call_now
from portal.timescales import queries as timescales
from portal.timescales.descriptions import describe
from portal.timescales.models import Deadline
from portal.web.dates import long_datetime, short_datetime


def on_referral() -> Any:
    """Return the SQL for the newest open disagreement of the reader's side about a referral, by its reference."""
    mine = select(Disagreement.reference).where(
        col(Disagreement.referral_id) == col(Referral.id), col(Disagreement.state) == DisagreementState.OPEN
    )
    return mine.order_by(col(Disagreement.id).desc()).limit(1).scalar_subquery()


def note(reference: str) -> Note:
    """Return what a referral's page says of an open disagreement about it."""
    return Note(
        title="A decision on this referral is challenged.",
        text="The child’s safety does not wait for this: if a child may be in danger now, call 999, or the numbers on"
        " the disagreement’s page.",
        href=f"/disagreements/{reference}",
        link="Open the disagreement",
    )


@dataclass(frozen=True)
class Step:
    """One step: its event, its title, what to know before, what its button says, and what is said once it is taken."""

    key: str
    event: Event
    title: str
    lead: str
    button: str
    done: str
    takes_files: bool = False


STEPS = {
    step.key: step
    for step in (
        Step(
            "answer", Event.ANSWERED, "Answer the disagreement",
            "The other side reads this, and then says whether it is resolved or goes to the next stage.",
            "Send the answer", "Sent. The other side has been told.", takes_files=True,
        ),
        Step(
            "escalate", Event.ESCALATED, "Take it to the next stage",
            "Whoever stands at the next stage is told at once, and has a time of their own to answer.",
            "Take it to the next stage", "Taken to the next stage. Both sides have been told.", takes_files=True,
        ),
        Step(
            "add", Event.ADDED, "Add to what you have said",
            "The other side can read it on this disagreement’s page.",
            "Add it", "Added.", takes_files=True,
        ),
        Step(
            "resolve", Event.RESOLVED, "Record how it was resolved",
            "This ends the disagreement. The other side is told.",
            "Record it", "Recorded. The disagreement has ended.",
        ),
        Step(
            "withdraw", Event.WITHDRAWN, "Withdraw the challenge",
            "This ends the disagreement. What was said stays on its page.",
            "Withdraw the challenge", "Withdrawn. The disagreement has ended.",
        ),
    )
}  # fmt: skip
_HAPPENED = {
    Event.RAISED: "Challenged",
    Event.ADDED: "Added",
    Event.ANSWERED: "Answered",
    Event.ESCALATED: "Taken to this stage",
    Event.RESOLVED: "Resolved",
    Event.WITHDRAWN: "Withdrawn",
}
_SHORT = {
    Stage.PROFESSIONALS: "Professionals",
    Stage.MANAGERS: "Managers",
    Stage.LEADS: "Safeguarding leads",
    Stage.DIRECTORS: "Directors",
    Stage.PARTNERSHIP: "Partnership",
}


def child(referral: Referral) -> str:
    """Return the child's name as the pages of a disagreement show it."""
    return progress.child_in_full(referral)


def speaker(actor: Actor) -> str:
    """Return `actor` as a form proposes whoever speaks: their name and role."""
    return f"{actor.name}, {actor.role_label.lower()}"


def about(opened: Opened) -> dict[str, Any]:
    """Return what every page of one disagreement begins with."""
    row, ksaf = opened.row, lifecycle.operator_id()
    return {
        "row": row,
        "referral": opened.referral,
        "child": child(opened.referral),
        "kind": KINDS[row.kind],
        "level": LEVELS[Stage(row.stage)],
        "speaks": rules.who_speaks(Stage(row.stage), row.to_name, is_operator=row.answerer_id == ksaf),
        "call_now": call_now.for_area(opened.referral.area),
    }


def context(actor: Actor, opened: Opened) -> dict[str, Any]:
    """Return what a disagreement's own page shows `actor`; `first` is the step that is theirs to take now, if any."""
    row, by = opened.row, queries.speaker(actor, opened)
    possible = rules.possible(opened.standing, by)
    said = files.with_entries(actor, row)
    entries = [entry for entry, _ in said]
    owed = _owed(actor, row)
    takes = [step for step in STEPS.values() if step.event in possible and actor.may(f"disagreement.{step.key}")]
    first = next((step for step in takes if step.event in _first(row, by.side, owed)), None)
    return {
        **about(opened),
        "state": state(row),
        "turn": turn(actor, row),
        "steps": [_stage(row, stage, entries) for stage in Stage],
        "owed": [describe(each, clock.now(), actor.organisation_id) for each in owed],
        "facts": _facts(row),
        "first": first,
        "others": [step for step in takes if step is not first],
        "refused": rules.why_not(Event.ANSWERED, opened.standing, by) if _is_mine(actor, row) else "",
        "entries": [_entry(row, entry, kept) for entry, kept in reversed(said)],
    }


def _first(row: Disagreement, side: Side, owed: list[Deadline]) -> set[Event]:
    """Return what is done next: the answer; then the word on it; going further only where the time is over."""
    late = side is Side.CHALLENGER and any(each.due_at <= clock.now() for each in owed)
    if row.turn is Turn.CHALLENGER:
        return {Event.RESOLVED}
    return {Event.ANSWERED, Event.ESCALATED} if late else {Event.ANSWERED}


def state(row: Disagreement) -> tuple[str, str]:
    """Return how a disagreement stands, in words with their tone."""
    if row.outcome:
        return OUTCOMES[row.outcome], "on_track"
    return STATES[row.state], "soon" if row.state is DisagreementState.OPEN else "neutral"


def turn(actor: Actor, row: Disagreement) -> str:
    """Return whom an open disagreement waits for, in a sentence for `actor`; empty for one that has ended."""
    if row.state is not DisagreementState.OPEN:
        return ""
    stage = f"at stage {row.stage}, {LEVELS[Stage(row.stage)].title.lower()}"
    if row.turn is Turn.PARTNERSHIP:
        return "It waits for the safeguarding children partnership. KSAF records what it says."
    if row.turn is Turn.ANSWERER:
        who = "you" if _is_mine(actor, row) else row.to_name
        return f"It waits for an answer from {who} {stage}."
    who = "You say" if actor.organisation_id == row.challenger_id else f"{row.raised_by_organisation} says"
    return f"It has been answered {stage}. {who} whether that resolves it, or it goes to the next stage."


def _is_mine(actor: Actor, row: Disagreement) -> bool:
    is_open = row.state is DisagreementState.OPEN and row.turn is Turn.ANSWERER
    return is_open and actor.organisation_id == row.answerer_id


def _owed(actor: Actor, row: Disagreement) -> list[Deadline]:
    """Return what is owed now. From when somebody is told that they may go further is no debt: it holds nobody back."""
    found = timescales.for_subject(actor, subject_of(row))
    return [each for each in found if each.ended_at is None and each.kind not in {FIRST_OVER, OVER}]


def _stage(row: Disagreement, stage: Stage, entries: list[DisagreementEntry]) -> dict[str, str]:
    is_over = row.state is not DisagreementState.OPEN
    came = next((each.at for each in entries if each.stage == stage and each.event in _COMES), None)
    where = "done" if stage < row.stage or (stage == row.stage and is_over) else "todo"
    return {
        "label": f"{stage.value}. {_SHORT[stage]}",
        "state": "current" if stage == row.stage and not is_over else where,
        "when": f"since {short_datetime(came)}" if came else "",
    }


_COMES = frozenset({Event.RAISED, Event.ESCALATED})


def _facts(row: Disagreement) -> list[dict[str, str]]:
    asked = f"{row.raised_by_name}, {row.raised_by_organisation}, {long_datetime(row.raised_at)}"
    pairs = [
        ("What was decided", row.decided),
        ("What should happen instead", row.wanted),
        ("Challenged by", asked),
        ("Answers", row.to_name),
        ("Ended", f"{row.ended_by_name}, {long_datetime(row.ended_at)}" if row.ended_at else ""),
    ]
    return [{"key": key, "value": value} for key, value in pairs if value]


def _entry(row: Disagreement, said: DisagreementEntry, kept: list[DisagreementFile]) -> dict[str, Any]:
    became = f": {STANCES[said.stance].lower()}" if said.stance else ""
    path = f"/disagreements/{row.reference}/files"
    by = "" if said.recorded_by_name in said.said_by_name else f" (recorded by {said.recorded_by_name})"
    return {
        "title": f"Stage {said.stage}: {_HAPPENED[said.event].lower()}{became}",
        "at": said.at,
        "who": f"{said.said_by_name}{by}",
        "organisation": said.said_by_organisation,
        "body": said.said,
        "kind": "decision" if said.event is Event.ANSWERED else "message",
        "files": [{"href": f"{path}/{each.key}", "name": each.filename} for each in kept],
    }
