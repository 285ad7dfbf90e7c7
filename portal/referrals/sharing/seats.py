"""Who can see a referral, and why: every organisation at its table, now and before, as the reader may know of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.access.policy import Permission
from portal.accounts.models import User
from portal.accounts.names import UNNAMED, shown_to
from portal.audit.models import AuditEvent
from portal.audit.wording import SEEING
from portal.organisations.models import Organisation
from portal.referrals.form.parts import PART_WORDS, Part
from portal.referrals.models import Referral
from portal.referrals.queries import concerns
from portal.referrals.sharing.rules import SCOPE_WORDS
from portal.tenancy import as_system

GROUND_WORDS = {
    Ground.OWN: "It sent the referral.",
    Ground.ASKED: "It received the referral and decides on it.",
    Ground.CONSENT: "The family’s consent.",
    Ground.PROTECTION: "To protect the child, without consent.",
}


@dataclass(frozen=True)
class Opening:
    """Somebody who has opened the record, and when last."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Seat:
    """One organisation's place at the table, in words.

    `parts` are those of a need to know that are open to it, with the reason where the reader may know it; `openings`
    are None for a reader who may not know who looked.
    """

    organisation: str
    key: str
    party: ReferralParty
    sees: str
    ground: str
    parts: list[tuple[str, str]]
    is_live: bool
    openings: list[Opening] | None

    @property
    def is_shared(self) -> bool:
        """Say whether somebody let it in, rather than its being one of the two sides."""
        return self.party.role is PartyRole.SHARED


def seats(actor: Actor, referral: Referral) -> list[Seat]:
    """Return who can see `referral`, its two sides first, then who was let in, then those whose sharing has ended.

    At most two queries. Whoever only looks on reads who sees it now, and not whom KSAF let in to protect the child.
    """
    rows = _parties(actor, referral)
    openings = _openings(actor, referral) if _may_know_who_looked(actor, referral) else None
    now, made = clock.now(), list[Seat]()
    for party, name, key in rows:
        made.append(
            Seat(
                organisation=name,
                key=key,
                party=party,
                sees=SCOPE_WORDS[party.scope],
                ground=GROUND_WORDS[party.ground],
                parts=_parts(actor, party),
                is_live=party.valid_to is None or party.valid_to > now,
                openings=None if openings is None else openings[party.organisation_id],
            )
        )
    order = list(PartyRole)
    return sorted(made, key=lambda seat: (not seat.is_live, order.index(seat.party.role)))


def _parties(actor: Actor, referral: Referral) -> Sequence[Any]:
    wanted: Any = (
        select(ReferralParty, Organisation.name, Organisation.key)
        .join(Organisation, col(Organisation.id) == col(ReferralParty.organisation_id))
        .where(col(ReferralParty.referral_id) == referral.id, *_known_to(actor, referral))
        .order_by(col(ReferralParty.id))
    )
    # Whoever sees the referral may know who else does, as far as `_known_to` lets them.
    with as_system(db.session()):
        return db.session().execute(wanted).all()


def _known_to(actor: Actor, referral: Referral) -> list[ColumnElement[bool]]:
    if actor.is_operator:
        return []
    if concerns(actor, referral):
        return [col(ReferralParty.is_kept_from_sender).is_(False)]
    own = col(ReferralParty.organisation_id) == actor.organisation_id
    return [ReferralParty.is_live(clock.now()), or_(own, col(ReferralParty.ground) != Ground.PROTECTION)]


def _may_know_who_looked(actor: Actor, referral: Referral) -> bool:
    return actor.may(Permission.RECORD_SEEN_READ) and concerns(actor, referral)


def _openings(actor: Actor, referral: Referral) -> defaultdict[int, list[Opening]]:
    """Return who has opened the record, by their organisation, the latest first: one query of every chain."""
    name = shown_to(actor, col(AuditEvent.organisation_id))
    last = func.max(col(AuditEvent.at))
    seen: Any = (
        select(col(AuditEvent.organisation_id), name, last)
        .join(User, col(User.id) == col(AuditEvent.actor_id))
        .where(
            col(AuditEvent.subject_type) == "referral",
            col(AuditEvent.subject_id) == referral.id,
            col(AuditEvent.action).in_(SEEING),
        )
        .group_by(col(AuditEvent.organisation_id), col(AuditEvent.actor_id), name)
        .order_by(last.desc())
    )
    with as_system(db.session()):
        rows: Sequence[Any] = db.session().execute(seen).all()
    found: defaultdict[int, list[Opening]] = defaultdict(list)
    for organisation_id, named, at in rows:
        found[organisation_id].append(Opening(named or UNNAMED, at))
    return found


def _parts(actor: Actor, party: ReferralParty) -> list[tuple[str, str]]:
    """Return the open parts; why each is open is KSAF's to know."""
    if party.scope is not Scope.ALL or party.role is not PartyRole.SHARED:
        return []
    opened = party.parts or {}
    return [
        (PART_WORDS[part].title, opened[part] if actor.is_operator else "") for part in Part if part.value in opened
    ]
