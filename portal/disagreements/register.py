"""The register: a side's own disagreements, narrowed and page by page, and what KSAF counts of all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.db import Database
from portal.disagreements import queries
from portal.disagreements.models import SUBJECT, Disagreement
from portal.disagreements.rules import KINDS, OUTCOMES, STATES, Challenged, DisagreementState, Outcome, Stage
from portal.referrals.models import Referral
from portal.referrals.queries import within_need
from portal.timescales import policy
from portal.timescales.models import Deadline
from portal.timescales.timescale import PromptWhenDue
from portal.web import spreadsheet
from portal.web.dates import date_only

MOST = 25
"""How many disagreements a page of the register shows: ours."""
YEAR = timedelta(days=365)


class Which(StrEnum):
    """What narrows the register."""

    OPEN = "open"
    LATE = "late"
    ENDED = "ended"


@dataclass(frozen=True)
class Wanted:
    """What is asked of the register: where they stand, at which stage, with which outcome, before which id."""

    which: Which = Which.OPEN
    stage: Stage | None = None
    outcome: Outcome | None = None
    before: int | None = None


@dataclass(frozen=True)
class Listed:
    """One disagreement of the register, with the referral it is about and what is due first on it."""

    row: Disagreement
    referral: Referral
    owed: Deadline | None


@dataclass(frozen=True)
class Counted:
    """What is counted of one kind of decision: how many, how many are open, the stage and the days until they ended."""

    kind: str
    number: int
    open: int
    ended_at_stage: list[int]
    outcomes: dict[str, int]
    days: float | None


def listed(actor: Actor, wanted: Wanted) -> list[Listed]:
    """Return a page of what `actor`'s side has, newest first, in two queries; one more than MOST if there is."""
    if not queries.may_read(actor):
        return []
    rows = (
        select(Disagreement, Referral)
        .join(Referral, col(Referral.id) == col(Disagreement.referral_id))
        .where(*within_need(actor), *_narrowed(wanted))
        .order_by(col(Disagreement.id).desc())
        .limit(MOST + 1)
    )
    found = db.session().execute(rows).all()
    owed = _owed([row.id or 0 for row, _ in found])
    return [Listed(row, referral, owed.get(row.id or 0)) for row, referral in found]


def counted(actor: Actor) -> list[Counted]:
    """Return what is counted of the disagreements of the last year, by the kind of decision, for whoever may report."""
    if not actor.may(Permission.DISAGREEMENT_REPORT):
        return []
    four: Any = select(Disagreement.kind, Disagreement.stage, Disagreement.state, Disagreement.outcome)
    wanted = four.add_columns(Disagreement.raised_at, Disagreement.ended_at).where(
        col(Disagreement.raised_at) > clock.now() - YEAR
    )
    found: Sequence[Any] = db.session().execute(wanted).all()
    by_kind = {kind: [each for each in found if each.kind is kind] for kind in Challenged}
    return [_count(KINDS[kind], rows) for kind, rows in by_kind.items() if rows]


def lines(database: Database, actor: Actor) -> Iterator[tuple[str, ...]]:
    """Give the cells of every disagreement, the oldest first, without a name or a word of what was said."""
    most, number = spreadsheet.BATCH, col(Disagreement.id)

    def read(last: int) -> tuple[list[tuple[str, ...]], int | None]:
        after = select(Disagreement).where(number > last).order_by(number).limit(most)
        rows = db.session().scalars(after).all()
        return list(map(_cells, rows)), rows[-1].id if len(rows) == most else None

    return spreadsheet.in_batches(database, actor.organisation_id, 0, read)


HEADER = ("Reference", "Decision", "Stage reached", "Standing", "How it was resolved", "Raised", "Ended", "Days")


def _cells(row: Disagreement) -> tuple[str, ...]:
    ended = row.ended_at
    return (
        row.reference,
        KINDS[row.kind],
        str(row.stage),
        STATES[row.state],
        OUTCOMES[row.outcome] if row.outcome else "",
        date_only(row.raised_at),
        date_only(ended) if ended else "",
        str(_days(row.raised_at, ended)) if ended else "",
    )


def _count(kind: str, rows: Sequence[Any]) -> Counted:
    ended = [each for each in rows if each.ended_at]
    outcomes = [OUTCOMES[each.outcome] if each.outcome else STATES[each.state] for each in ended]
    return Counted(
        kind=kind,
        number=len(rows),
        open=len(rows) - len(ended),
        ended_at_stage=[sum(each.stage == stage for each in ended) for stage in Stage],
        outcomes={words: outcomes.count(words) for words in dict.fromkeys(outcomes)},
        days=median(_days(each.raised_at, each.ended_at) for each in ended) if ended else None,
    )


def _days(since: datetime, until: datetime) -> int:
    return (until - since).days


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    is_open = col(Disagreement.state) == DisagreementState.OPEN
    found = [~is_open if wanted.which is Which.ENDED else is_open]
    if wanted.which is Which.LATE:
        found.append(exists().where(*_running(), col(Deadline.due_at) <= clock.now()).correlate(Disagreement))
    if wanted.stage is not None:
        found.append(col(Disagreement.stage) == wanted.stage.value)
    if wanted.outcome is not None:
        found.append(col(Disagreement.outcome) == wanted.outcome)
    if wanted.before is not None:
        found.append(col(Disagreement.id) < wanted.before)
    return found


def _running() -> tuple[ColumnElement[bool], ...]:
    """Match what is owed on a disagreement now: not from when it may go further, which nobody owes."""
    may = [kind for kind, each in policy.load().timescales.items() if isinstance(each.ladder, PromptWhenDue)]
    return (
        col(Deadline.subject_type) == SUBJECT,
        col(Deadline.subject_id) == col(Disagreement.id),
        col(Deadline.ended_at).is_(None),
        col(Deadline.kind).not_in(may),
    )


def _owed(ids: list[int]) -> dict[int, Deadline]:
    found = (
        select(Deadline)
        .join(Disagreement, _running()[1])
        .where(col(Disagreement.id).in_(ids), *_running())
        .order_by(col(Deadline.due_at).desc(), col(Deadline.id))
    )
    return {each.subject_id: each for each in db.session().scalars(found).all()}
