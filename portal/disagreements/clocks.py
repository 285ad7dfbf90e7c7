"""The time of each stage: for the answer, for whoever may then go further, and for what they say to the answer.

A clock prompts; it moves nothing. A disagreement has a reference of its own, so that the referral's deadlines, which
its other parties read, tell nothing of it.
"""

from portal.disagreements.models import SUBJECT, Disagreement
from portal.disagreements.rules import LEVELS, Stage
from portal.referrals import lifecycle
from portal.referrals.models import Referral
from portal.timescales import service as timescales
from portal.timescales.recipients import staff_of
from portal.timescales.service import Subject

FIRST_OVER, OVER, TURN = "disagreement_first_over", "disagreement_over", "disagreement_turn"
"""Kinds of timescales/policy.toml: from when it may go further, and what is owed after an answer."""
_ANSWERS = tuple(level.kind for level in LEVELS.values())
"""The answer at each stage. Until each had a kind of its own, stages 2 and 3 ran as stage 1 does."""
_GOES_ON = {Stage.PROFESSIONALS: FIRST_OVER, Stage.PARTNERSHIP: None}


def subject_of(row: Disagreement) -> Subject:
    """Return what the deadlines of a disagreement are about."""
    return Subject(SUBJECT, row.id or 0)


def open_stage(row: Disagreement, referral: Referral) -> None:
    """Start the time of the stage that a disagreement has come to."""
    stage, ksaf = Stage(row.stage), lifecycle.operator_id()
    owes, owed = row.answerer_id, row.challenger_id
    if stage is Stage.PARTNERSHIP:  # KSAF asks the partnership, whichever side it is on
        owes, owed = ksaf, row.answerer_id if row.challenger_id == ksaf else row.challenger_id
    who = _answers(row, referral, stage)
    timescales.start(
        LEVELS[stage].kind, subject_of(row), row.reference, owed_by_id=owes, owed_to_id=owed, person_id=who
    )
    if over := _GOES_ON.get(stage, OVER):
        _owe_challenger(row, over)


def answered(row: Disagreement, why: str) -> None:
    """Meet what was owed at the stage, and start the time in which whoever challenged says what comes of it."""
    stage = Stage(row.stage)
    for kind in {LEVELS[stage].kind, _ANSWERS[Stage.MANAGERS]}:
        timescales.meet(subject_of(row), kind, why)
    if over := _GOES_ON.get(stage, OVER):
        timescales.cancel(subject_of(row), over, why)
    _owe_challenger(row, TURN)


def end(row: Disagreement, why: str) -> None:
    """End whatever runs: the stage is left, or the disagreement is over. What was said to an answer meets its time."""
    timescales.meet(subject_of(row), TURN, why)
    for kind in (*_ANSWERS, FIRST_OVER, OVER):
        timescales.cancel(subject_of(row), kind, why)


def _owe_challenger(row: Disagreement, kind: str) -> None:
    by, to = row.challenger_id, row.answerer_id
    person = row.raised_by_id
    timescales.start(kind, subject_of(row), row.reference, owed_by_id=by, owed_to_id=to, person_id=person)


def _answers(row: Disagreement, referral: Referral, stage: Stage) -> int | None:
    """Return the one person who answers: whoever has the referral at the first stage, the head of KSAF at the third."""
    is_ksafs = row.answerer_id == lifecycle.operator_id()
    if stage is Stage.PROFESSIONALS:
        return contact_of(row.answerer_id, referral)
    return staff_of(row.answerer_id).head_of_service_id if is_ksafs and LEVELS[stage].is_head else None


def contact_of(organisation_id: int, referral: Referral) -> int | None:
    """Return whoever has `referral` at an organisation: at KSAF, or where it was sent; None elsewhere."""
    if organisation_id == referral.organisation_id:
        return referral.contact_id
    return referral.assigned_to_id if organisation_id == lifecycle.operator_id() else None
