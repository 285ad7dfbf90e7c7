"""Who has seen one child's record: each person once, with when they looked first and last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, not_, or_
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.models import ReferralParty
from portal.access.policy import Permission
from portal.accounts.models import User
from portal.accounts.names import UNNAMED, shown_to
from portal.audit.models import AuditEvent
from portal.audit.wording import SEEING
from portal.organisations.models import Organisation
from portal.referrals.models import Attachment, Referral
from portal.referrals.queries import concerns
from portal.referrals.sharing.models import SchoolMove
from portal.tenancy import as_system
from portal.transfers.models import Transfer

BY_LINK = "Somebody without an account"
_PARTS: dict[str, type[Attachment | Transfer]] = {"attachment": Attachment, "transfer": Transfer}
"""What of a referral can be looked at by itself, by the word for it in the audit."""
MOST = 200
"""People on the page; the audit has the rest. A record is opened by a few dozen at most."""


@dataclass(frozen=True)
class Looker:
    """One person who saw the record, as far as the reader may know who, or a service that was sent a link."""

    name: str
    organisation: str
    is_own: bool
    first_at: datetime
    last_at: datetime
    times: int


def lookers(actor: Actor, referral: Referral) -> list[Looker]:
    """Return who has seen `referral`, the latest first: one query.

    Whoever saw it is shown to both its sides, whichever organisation they are of, save who sent it does not learn of
    an organisation that is kept from it. Raises PermissionError for others.
    """
    if not concerns(actor, referral) or not actor.may(Permission.RECORD_SEEN_READ):
        raise PermissionError
    offered = select(Transfer.id).where(col(Transfer.referral_id) == referral.id)
    seen = or_(
        and_(col(AuditEvent.subject_type) == "referral", col(AuditEvent.subject_id) == referral.id),
        and_(col(AuditEvent.subject_type) == "transfer", col(AuditEvent.subject_id).in_(offered)),
    )
    known = () if actor.is_operator else (is_shown_to_sender(),)
    name = shown_to(actor, col(AuditEvent.organisation_id))
    last = func.max(col(AuditEvent.at))
    asked: Any = (
        select(name, col(AuditEvent.actor_id), col(Organisation.name), col(AuditEvent.organisation_id))
        .add_columns(func.min(col(AuditEvent.at)), last, func.count())
        .join(Organisation, col(Organisation.id) == col(AuditEvent.organisation_id))
        .outerjoin(User, col(User.id) == col(AuditEvent.actor_id))
        .where(seen, col(AuditEvent.action).in_(SEEING), *known)
        .group_by(col(AuditEvent.actor_id), name, col(Organisation.name), col(AuditEvent.organisation_id))
        .order_by(last.desc())
        .limit(MOST)
    )
    with as_system(db.session()):
        rows: Any = db.session().execute(asked).all()
    return [
        Looker(named or (UNNAMED if person else BY_LINK), of, at == actor.organisation_id, *times)
        for named, person, of, at, *times in rows
    ]


def is_shown_to_sender() -> ColumnElement[bool]:
    """Return the SQL for the looks that who sent the referral may know of: not where a child has gone.

    A look at something that is no part of a referral is none of them: nobody could tell whether it is kept.
    """
    about = case(
        (col(AuditEvent.subject_type) == "referral", col(AuditEvent.subject_id)),
        *((col(AuditEvent.subject_type) == word, _referral_of(table)) for word, table in _PARTS.items()),
    )
    let_in = select(ReferralParty.id).where(
        col(ReferralParty.referral_id) == about,
        col(ReferralParty.organisation_id) == col(AuditEvent.organisation_id),
        col(ReferralParty.is_kept_from_sender),
    )
    # A school that is only asked about attendance has no place at the table, and opens its question.
    named = select(SchoolMove.id).where(
        col(SchoolMove.referral_id) == about,
        col(SchoolMove.to_organisation_id) == col(AuditEvent.organisation_id),
        col(SchoolMove.recorded_for_id) != col(SchoolMove.owner_organisation_id),
    )
    kept = (not_(each.correlate(AuditEvent).exists()) for each in (let_in, named))
    return and_(about.is_not(None), *kept)


def _referral_of(table: type[Attachment | Transfer]) -> ScalarSelect[int]:
    looked_at = select(table.referral_id).where(col(table.id) == col(AuditEvent.subject_id))
    return looked_at.correlate(AuditEvent).scalar_subquery()
