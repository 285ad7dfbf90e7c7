"""Reading questions about attendance: KSAF reads them all, a school only what it was asked itself."""

from sqlalchemy import LargeBinary, type_coerce
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.roles import OrganisationKind
from portal.consent import queries as consent
from portal.organisations.models import Organisation
from portal.organisations.queries import partners
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.tenancy import as_system
from portal.triage.context.models import ContextRequest
from portal.triage.context.rules import PURPOSE, Whom


def newest(actor: Actor, referral: Referral) -> ContextRequest | None:
    """Return the newest question about a referral that `actor` of KSAF has loaded; to a partner there is none."""
    if not actor.is_operator or db.session().info["tenant"] != actor.organisation_id:
        return None
    asked = select(ContextRequest).where(col(ContextRequest.referral_id) == referral.id)
    return db.session().scalars(asked.order_by(col(ContextRequest.id).desc()).limit(1)).first()


def get_asked(actor: Actor, reference: str) -> ContextRequest | None:
    """Return the newest question about the referral `reference` that was put to `actor`'s organisation, else None."""
    if db.session().info["tenant"] != actor.organisation_id:
        return None
    mine = select(ContextRequest).where(
        col(ContextRequest.to_organisation_id) == actor.organisation_id,
        col(ContextRequest.reference) == reference,
        type_coerce(col(ContextRequest.question), LargeBinary) != b"",  # what was erased is not there
    )
    return db.session().scalars(mine.order_by(col(ContextRequest.id).desc()).limit(1)).first()


def is_open(actor: Actor, asked: ContextRequest) -> bool:
    """Say whether KSAF still waits for the answer and the family still agrees that a school is asked, whoever reads."""
    if asked.answered_at or asked.cancelled_at:
        return False
    session = db.session()
    with as_system(session):  # the school is no party and cannot see for itself
        state = session.scalars(select(Referral.state).where(col(Referral.id) == asked.referral_id)).one()
        agreed = consent.in_force(actor, asked.referral_id, PURPOSE[Whom.SCHOOL])
    return state is State.CONTEXT_REQUESTED and agreed is not None


def schools(actor: Actor, referral: Referral) -> list[Organisation]:
    """Return the schools on the portal that can be asked about `referral`, by name. Raises PermissionError off KSAF."""
    found = partners(actor)
    return [each for each in found if each.kind is OrganisationKind.EDUCATION and each.id != referral.organisation_id]


def sender(referral: Referral) -> Organisation:
    """Return the organisation that sent a referral somebody at KSAF has loaded."""
    return db.session().scalars(select(Organisation).where(Organisation.id == referral.organisation_id)).one()
