"""Reading one referral as its people watch it: the timeline, the files, who can see it and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, func, or_, true
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor, Author
from portal.access.models import PartyRole, ReferralParty, Scope
from portal.access.roles import Role
from portal.accounts.models import Membership, User
from portal.audit.actions import Action
from portal.organisations.models import Organisation
from portal.referrals import beside, trail
from portal.referrals.form.sections import Answers
from portal.referrals.models import (
    Attachment,
    Audience,
    InformationRequest,
    Referral,
    ReferralSection,
    SeenMark,
    TimelineEntry,
)
from portal.referrals.queries import needed_by
from portal.referrals.rules import State
from portal.referrals.timeline import MESSAGE
from portal.tenancy import as_system

NEWEST = 10
# Each entry comes once for each of its files; a message carries a handful at most.
_ROWS_AN_ENTRY = 6


@dataclass(frozen=True)
class Opened:
    """A referral and the answers that say whom to talk to about it: what every view of its page needs."""

    referral: Referral
    contact: Answers
    party: ReferralParty
    """What lets the reader's organisation in; where there is more than one, the one that shows most."""
    person: User | None = None
    """The account of whom KSAF talks to, who may have taken over from whoever the answers name."""
    beside: str | None = None
    """What a feature above this one has found about it (`beside.py`)."""

    @property
    def scope(self) -> Scope:
        """Return how far the reader's organisation sees."""
        return self.party.scope

    @property
    def shows_all(self) -> bool:
        """Say whether the reader's organisation sees the whole referral, not its status or updates only."""
        return self.reaches(Scope.ALL)

    @property
    def shows_whole(self) -> bool:
        """Say whether every part is open to the reader's organisation: what can hold anything is shown to it."""
        return self.shows_all and (self.party.role is not PartyRole.SHARED or self.party.is_whole)

    def reaches(self, wanted: Scope) -> bool:
        """Say whether the reader's organisation sees at least what `wanted` opens."""
        order = list(Scope)
        return order.index(self.scope) >= order.index(wanted)


@dataclass
class Entry:
    """One entry of the timeline, and whether the reader has not seen it yet.

    Its `body` and the files that came with it are there for who sees the whole referral, and for its writer.
    """

    entry: TimelineEntry
    is_unread: bool
    body: str | None
    files: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True)
class Seer:
    """An organisation that can see the referral, by name and public key: in which role, on which basis."""

    organisation: str
    key: str
    party: ReferralParty


def open_referral(actor: Actor, reference: str) -> Opened | None:
    """Return the referral `reference` with its contact's answers, if `actor`'s organisation is a party to it now."""
    session = db.session()
    if session.info["tenant"] != actor.organisation_id:
        return None
    asked = {"me": actor.user_id, "here": actor.organisation_id, "now": clock.now(), "reference": reference}
    found: Any = session.execute(_opening(actor.role, beside.in_use()), asked).all()
    if not found:
        return None
    referral, section, _, person, noted = found[0]
    # One organisation may hold more than one live basis: the widest counts.
    order = list(Scope)
    widest = max((party for _, _, party, *_ in found), key=lambda party: (order.index(party.scope), party.is_whole))
    return Opened(referral, section.answers if section else {}, widest, person, noted)


@cache
def _opening(role: Role, above: beside.Above | None) -> Any:
    """Return the select of `open_referral`: of parameters, so that it is made once for each role."""
    contact = and_(
        col(ReferralSection.referral_id) == col(Referral.id), col(ReferralSection.section) == "consent-and-contact"
    )
    mine = and_(
        col(ReferralParty.referral_id) == col(Referral.id),
        col(ReferralParty.organisation_id) == bindparam("here"),
        ReferralParty.is_live(bindparam("now")),
    )
    return (
        select(Referral, ReferralSection, ReferralParty, User)
        .add_columns(beside.column(above))
        .join(ReferralParty, mine)
        .outerjoin(ReferralSection, contact)
        .outerjoin(User, col(User.id) == col(Referral.contact_id))
        .where(
            col(Referral.reference) == bindparam("reference"),
            col(Referral.state) != State.DISCARDED,
            *needed_by(role, bindparam("me")),
        )
    )


def timeline(actor: Actor, opened: Opened, limit: int | None = NEWEST) -> list[Entry]:
    """Return the entries that `actor` may read, newest first, at most `limit` of them (all when None): one query."""
    asked = _entries(limit, is_operator=actor.is_operator, sees_all=opened.shows_whole)
    rows = db.session().execute(asked, {"me": actor.user_id, "about": opened.referral.id}).all()
    return _gather(actor, opened, rows)[: limit and limit + 1]


@cache
def _entries(limit: int | None, *, is_operator: bool, sees_all: bool) -> Any:
    """Return the select of `timeline`: of parameters, so that it is made once for all who read as far."""
    me, about, whole = bindparam("me"), bindparam("about"), true() if sees_all else false()
    seen = (
        select(func.max(SeenMark.entry_id))
        .where(col(SeenMark.user_id) == me, col(SeenMark.referral_id) == about)
        .scalar_subquery()
    )
    kept = and_(col(Attachment.entry_id) == col(TimelineEntry.id), col(Attachment.removed_at).is_(None), whole)
    asked: Any = (
        select(TimelineEntry, Attachment, seen)
        .outerjoin(Attachment, kept)
        .where(col(TimelineEntry.referral_id) == about, *readable(me, TimelineEntry, whole, is_operator=is_operator))
        .order_by(col(TimelineEntry.id).desc(), col(Attachment.id))
    )
    return asked if limit is None else asked.limit((limit + 1) * _ROWS_AN_ENTRY)


def newest_entry_id(entries: Sequence[Entry]) -> int:
    """Return the id of the newest of `entries`; 0 when there is none."""
    return max((each.entry.id or 0 for each in entries), default=0)


def readable(
    me: Any, entry: type[TimelineEntry], sees_all: ColumnElement[bool], *, is_operator: bool
) -> list[ColumnElement[bool]]:
    """Return the SQL for what `me` may read of the timeline, given as `entry`, the table or an alias of it.

    Everyone reads what is for everyone and what they wrote themselves, but messages only who `sees_all` of the
    referral; KSAF reads all of it. `me` is a person's id, or the parameter that stands for it.
    """
    if is_operator:
        return []
    shared = and_(col(entry.audience) == Audience.EVERYONE, or_(col(entry.kind) != MESSAGE, sees_all))
    return [or_(shared, col(entry.actor_id) == me)]


def _gather(actor: Actor, opened: Opened, rows: Sequence[Any]) -> list[Entry]:
    gathered: dict[int, Entry] = {}
    for entry, file, seen in rows:
        own = entry.actor_id == actor.user_id
        body = entry.body if own or opened.shows_whole else None
        made = gathered.setdefault(entry.id, Entry(entry, not own and entry.id > (seen or 0), body))
        if file is not None:
            made.files.append(file)
    return list(gathered.values())


def seers(actor: Author, referral: Referral) -> list[Seer]:
    """Return which organisations can see the referral now, the one that sent it first."""
    del actor
    session = db.session()
    # The parties of a referral are shown to each of them: who sees it is no secret among those who do.
    with as_system(session):
        rows = session.execute(
            select(ReferralParty, Organisation.name, Organisation.key)
            .join(Organisation, col(Organisation.id) == col(ReferralParty.organisation_id))
            .where(col(ReferralParty.referral_id) == referral.id, ReferralParty.is_live(clock.now()))
            .order_by(col(ReferralParty.id))
        ).all()
    order = list(PartyRole)
    return sorted((Seer(name, key, party) for party, name, key in rows), key=lambda seer: order.index(seer.party.role))


def colleagues(actor: Actor) -> list[str]:
    """Return the names of the people in `actor`'s own organisation who can read its referrals."""
    people = (
        select(User.name)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(
            col(Membership.organisation_id) == actor.organisation_id,
            col(Membership.ended_at).is_(None),
            col(User.disabled_at).is_(None),
        )
    )
    return list(db.session().scalars(people.order_by(col(User.name))).all())


def open_question(actor: Author, referral: Referral) -> InformationRequest | None:
    """Return the question KSAF waits on, or None."""
    del actor
    asked = select(InformationRequest).where(
        col(InformationRequest.referral_id) == referral.id,
        col(InformationRequest.answered_at).is_(None),
        col(InformationRequest.cancelled_at).is_(None),
    )
    return db.session().scalars(asked.order_by(col(InformationRequest.id).desc())).first()


def note_view(actor: Actor, referral: Referral, page: str, newest: int = 0) -> None:
    """Record that `actor` looked at `page` of the referral, and how far they have read its timeline.

    In a transaction of its own: the view is kept whatever becomes of the request, and a reading request may not write.
    """
    with db.own_transaction(actor.organisation_id) as own:
        trail.record(actor, referral, Action.REFERRAL_VIEWED, page=page)
        if not newest:
            return
        # The audit's lock is held, so two first views by one person come one after the other.
        with as_system(own):
            mine = select(SeenMark).where(
                col(SeenMark.user_id) == actor.user_id, col(SeenMark.referral_id) == referral.id
            )
            mark = own.scalars(mine).first() or SeenMark(
                organisation_id=referral.organisation_id,
                referral_id=referral.id or 0,
                user_id=actor.user_id,
                seen_at=clock.now(),
            )
            mark.entry_id, mark.seen_at = max(mark.entry_id, newest), clock.now()
            own.add(mark)
