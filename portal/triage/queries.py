"""Reading for triage: the queue, everything one decision rests on, and the decisions themselves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.consent import queries as consent
from portal.consent.queries import LedgerLine
from portal.organisations.models import Organisation
from portal.referrals import queries as referrals
from portal.referrals.form.sections import AnswerValue
from portal.referrals.models import Referral, WaitingOn
from portal.referrals.rules import OPEN, State
from portal.triage.assessment import queries as assessments
from portal.triage.assessment.models import Assessment
from portal.triage.context import queries as context
from portal.triage.context.models import ContextRequest
from portal.triage.models import Decision, DecisionState
from portal.triage.owed import version_of_next

PAGE = 25
_OWED = (WaitingOn.OPERATOR, WaitingOn.REFERRER)
_FIRST, _IN_TURN = "first", "in-turn"


class Which(StrEnum):
    """What narrows the queue."""

    ALL = "all"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    WITH_KSAF = "with-ksaf"
    WITH_REFERRER = "with-referrer"
    RETURNED = "returned"
    TO_AUTHORISE = "to-authorise"


@dataclass(frozen=True)
class Place:
    """Where a page of the queue left off: the last row's order in it."""

    is_urgent: bool
    waiting_on: WaitingOn
    due_at: datetime | None
    reference: str

    def __str__(self) -> str:
        """Return the place as an address carries it."""
        first = _FIRST if self.is_urgent else _IN_TURN
        return "~".join((first, self.waiting_on, self.due_at.isoformat() if self.due_at else "", self.reference))

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Return the place that `text` names, or None when it names none."""
        try:
            first, waiting_on, due_at, reference = text.split("~")
            due = datetime.fromisoformat(due_at) if due_at else None
            return cls(first == _FIRST, WaitingOn(waiting_on), due, reference)
        except ValueError:
            return None


@dataclass(frozen=True)
class Queue:
    """One page of the queue, and where the next begins.

    A row is a referral, its sender, the decision a manager returned, and the version that what is owed next was made
    under.
    """

    rows: list[tuple[Referral, Organisation, Decision | None, str | None]]
    following: Place | None


@dataclass(frozen=True)
class File:
    """A referral with its sender, and the newest decision, assessment and question about attendance, if there are any.

    To a partner there is no assessment and no question.
    """

    referral: Referral
    organisation: Organisation
    decision: Decision | None
    assessment: Assessment | None
    context: ContextRequest | None
    version: str | None = None
    """The version that what is owed next was made under; None where nobody asked for it."""

    @property
    def returned(self) -> Decision | None:
        """Return the newest decision if a manager has returned it, so that it waits to be proposed again."""
        return self.decision if self.decision and self.decision.state is DecisionState.RETURNED else None


@dataclass(frozen=True)
class Evidence:
    """What a decision rests on: the answers by question, and where consent stands for each purpose."""

    answers: dict[str, AnswerValue]
    consent: list[LedgerLine]

    @property
    def in_force(self) -> frozenset[str]:
        """Return the purposes that a parent agrees to at present."""
        return frozenset(line.purpose for line in self.consent if line.permits)


def queue(actor: Actor, which: Which = Which.ALL, after: Place | None = None) -> Queue:
    """Return a page of the open referrals within `actor`'s reach.

    Those about a child who may be at risk come first, then least time left, then those where it is the referrer's turn.
    Overdue and undated rows come first among their own. Pages move by key: `after` is the place before this page.
    """
    rows = (
        select(Referral, Organisation, Decision)
        .join(Organisation, col(Organisation.id) == col(Referral.organisation_id))
        .outerjoin(Decision, and_(newest_decision(), col(Decision.state) == DecisionState.RETURNED))
        .where(col(Referral.waiting_on).in_(_OWED), col(Referral.state).in_(OPEN), *_narrowed(actor, which))
        .order_by(
            col(Referral.is_urgent).desc(),
            col(Referral.waiting_on),
            col(Referral.next_due_at).asc().nulls_first(),
            col(Referral.reference),
        )
        .limit(PAGE + 1)
    )
    if after is not None:
        rows = rows.where(_behind(after))
    if db.session().info["tenant"] != actor.organisation_id:
        return Queue([], None)
    found = db.session().execute(rows).all()
    versions = _versions([referral.reference for referral, *_ in found[:PAGE]])
    page: list[tuple[Referral, Organisation, Decision | None, str | None]] = [
        (referral, owner, returned, versions[referral.reference]) for referral, owner, returned in found[:PAGE]
    ]
    return Queue(page, _place_of(found[PAGE - 1][0]) if len(found) > PAGE else None)


def _versions(references: list[str]) -> dict[str, str | None]:
    """Return the version of each, asked for a page alone: SQLite would look it up for every row that it sorts."""
    wanted = select(Referral.reference, version_of_next()).where(col(Referral.reference).in_(references))
    found: Any = db.session().execute(wanted).all() if references else []
    return dict(found)


def open_file(actor: Actor, reference: str) -> File | None:
    """Return the file of the referral `reference` if `actor`'s organisation is a party to it now, else None."""
    parts: Any = (Referral, Organisation, Decision, Assessment, ContextRequest, version_of_next())
    wanted: Any = (
        select(*parts)
        .join(Organisation, col(Organisation.id) == col(Referral.organisation_id))
        .outerjoin(Decision, col(Decision.referral_id) == col(Referral.id))
        .outerjoin(Assessment, _ksafs_own(actor, Assessment))
        .outerjoin(ContextRequest, _ksafs_own(actor, ContextRequest))
        .where(
            col(Referral.reference) == reference,
            col(Referral.state) != State.DISCARDED,
            *referrals.within_need(actor),
        )
        .order_by(col(Decision.id).desc(), col(Assessment.version).desc(), col(ContextRequest.id).desc())
    )
    if db.session().info["tenant"] != actor.organisation_id:
        return None
    found = db.session().execute(wanted.limit(1)).first()
    return File(*found) if found else None


def file_of(actor: Actor, referral: Referral) -> File:
    """Return the file of a referral that `actor` has loaded, to show it again beside a form that was refused."""
    owner = db.session().scalars(select(Organisation).where(Organisation.id == referral.organisation_id)).one()
    found = assessments.newest(actor, referral), context.newest(actor, referral)
    return File(referral, owner, latest_decision(actor, referral), *found)


def evidence(actor: Actor, referral: Referral) -> Evidence:
    """Return what there is to weigh about a referral that `actor` has loaded."""
    answers = referrals.answers_of(referrals.saved_sections(actor, referral).values())
    return Evidence(answers, consent.standing(actor, referral.id or 0))


def latest_decision(actor: Actor, referral: Referral) -> Decision | None:
    """Return the newest decision about a referral that `actor` has loaded, or None."""
    if db.session().info["tenant"] != actor.organisation_id:
        return None
    wanted = select(Decision).where(col(Decision.referral_id) == referral.id)
    return db.session().scalars(wanted.order_by(col(Decision.id).desc()).limit(1)).first()


def returned_before(actor: Actor, referral: Referral) -> list[Decision]:
    """Return what managers have returned of a referral that `actor` has loaded, the newest first; to a partner none."""
    if not actor.is_operator or db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted = select(Decision).where(
        col(Decision.referral_id) == referral.id, col(Decision.state) == DecisionState.RETURNED
    )
    return list(db.session().scalars(wanted.order_by(col(Decision.id).desc())).all())


def newest_decision() -> ColumnElement[bool]:
    """Return the SQL that joins to each referral the newest of its decisions."""
    other = aliased(Decision)
    newest = select(func.max(col(other.id))).where(col(other.referral_id) == col(Referral.id))
    return and_(col(Decision.referral_id) == col(Referral.id), col(Decision.id) == newest.scalar_subquery())


def _ksafs_own(actor: Actor, kind: type[Assessment | ContextRequest]) -> ColumnElement[bool]:
    """Return the SQL that joins a referral's rows of `kind` for KSAF, and none for a partner."""
    return (col(kind.referral_id) == col(Referral.id)) if actor.is_operator else false()


def _narrowed(actor: Actor, which: Which) -> list[ColumnElement[bool]]:
    table: dict[Which, list[Any]] = {
        Which.ALL: [],
        Which.MINE: [col(Referral.assigned_to_id) == actor.user_id],
        Which.UNASSIGNED: [col(Referral.assigned_to_id).is_(None)],
        Which.WITH_KSAF: [col(Referral.waiting_on) == WaitingOn.OPERATOR],
        Which.WITH_REFERRER: [col(Referral.waiting_on) == WaitingOn.REFERRER],
        Which.RETURNED: [col(Decision.proposed_by_id) == actor.user_id],
        Which.TO_AUTHORISE: [col(Referral.state) == State.DECISION_PROPOSED],
    }
    return table[which]


def _place_of(referral: Referral) -> Place:
    return Place(referral.is_urgent, referral.waiting_on, referral.next_due_at, referral.reference)


def _behind(place: Place) -> ColumnElement[bool]:
    """Return the SQL for every row after `place` in the queue's order, undated rows standing before dated ones."""
    later_turn = col(Referral.waiting_on) > place.waiting_on
    due, behind = col(Referral.next_due_at), col(Referral.reference) > place.reference
    if place.due_at is None:
        later = or_(and_(due.is_(None), behind), due.is_not(None))
    else:
        later = or_(due > place.due_at, and_(due == place.due_at, behind))
    within = or_(later_turn, and_(col(Referral.waiting_on) == place.waiting_on, later))
    urgent = col(Referral.is_urgent)
    return or_(urgent.is_(False), within) if place.is_urgent else and_(urgent.is_(False), within)
