"""Everything about a child's safety in the order in which it happened: concerns, decisions, authorities, the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import true
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.referrals import progress, record
from portal.referrals.models import TimelineEntry
from portal.safeguarding import authorities, facts, patterns, queries
from portal.safeguarding.facts import Rows
from portal.safeguarding.models import Concern, ConcernDecision
from portal.safeguarding.queries import OpenedConcern

# The timeline says of a statutory referral that there was one; here it stands with what was said. The rest is talk.
_LEFT_OUT = frozenset({"statutory", "message", "chase", "attendance"})


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `rows` are its facts, or `body` the words of the record."""

    at: datetime
    title: str
    by: str = ""
    rows: Sequence[dict[str, str]] = ()
    body: str = ""


def of(actor: Actor, opened: OpenedConcern) -> list[Entry]:
    """Return what happened about the child of a concern, the first first.

    Of another child at the same address it says that there was a concern, not what it said.
    """
    if not queries.may_read(actor):
        return []
    pattern = patterns.around(actor, opened, limit=None)
    own = [opened.concern, *(each.concern for each in pattern.child)]
    # Of what happened at one moment, the record comes first: the concern was raised on it.
    entries = [
        *_recorded(actor, opened),
        *(Entry(each.raised_at, _title(each), rows=_facts(each)) for each in own),
        *(_of_household(each) for each in pattern.household),
        *(_decided(each, own) for each in _decisions(own)),
        *(
            Entry(each.at, f"KSAF told {each.to_name}", each.by, each.facts)
            for each in authorities.known().told(actor, opened.referral)
        ),
    ]
    return sorted(entries, key=lambda each: each.at)


def _title(concern: Concern) -> str:
    return f"Safeguarding concern {concern.reference}"


def _facts(concern: Concern) -> Rows:
    return [*facts.rows(concern), *facts.looked_at(concern)]


def _of_household(each: OpenedConcern) -> Entry:
    title = f"Concern about another child at the same address: {progress.child_in_full(each.referral)}"
    return Entry(each.concern.raised_at, title, body=f"Concern {each.concern.reference}.")


def _decided(decision: ConcernDecision, own: Sequence[Concern]) -> Entry:
    concern = next(each for each in own if each.id == decision.concern_id)
    title = f"Decision about concern {concern.reference}"
    return Entry(decision.decided_at, title, rows=facts.decision_rows(decision))


def _decisions(own: Sequence[Concern]) -> list[ConcernDecision]:
    wanted = select(ConcernDecision).where(col(ConcernDecision.concern_id).in_([each.id for each in own]))
    return list(db.session().scalars(wanted.order_by(col(ConcernDecision.id))).all())


def _recorded(actor: Actor, opened: OpenedConcern) -> list[Entry]:
    told = select(TimelineEntry).where(
        col(TimelineEntry.referral_id) == opened.referral.id,
        col(TimelineEntry.kind).not_in(_LEFT_OUT),
        *record.readable(actor.user_id, TimelineEntry, true(), is_operator=actor.is_operator),
    )
    return [
        Entry(each.at, each.title, f"{each.actor_name}, {each.actor_organisation}", body=each.body or "")
        for each in db.session().scalars(told.order_by(col(TimelineEntry.id))).all()
    ]
