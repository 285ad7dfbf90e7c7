"""Who can be invited to refer, and what became of an invitation."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.access.roles import OrganisationKind, Role
from portal.accounts.models import Membership, User
from portal.accounts.rules import as_kept
from portal.enquiries.models import Caller, Enquiry
from portal.organisations import terms
from portal.organisations.models import Agreement, Organisation
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.tenancy import as_system
from portal.timescales.recipients import Member

_WHO_REFER = (Role.REFERRER, Role.ORGANISATION_ADMIN)
_NO_REFERRERS = (OrganisationKind.OPERATOR, OrganisationKind.COUNCILLOR)


@dataclass(frozen=True)
class Place:
    """Somebody who can refer, in one of the organisations where they can."""

    organisation: Organisation
    member: Member


def get_invitable(actor: Actor, reference: str) -> Enquiry | None:
    """Return the call with this reference if a professional made it, else None; a writing request locks it."""
    session = db.session()
    if session.info["tenant"] != actor.organisation_id:
        return None
    wanted = select(Enquiry).where(col(Enquiry.reference) == reference, col(Enquiry.caller) == Caller.PROFESSIONAL)
    return session.scalars(wanted.with_for_update() if session.info["writes"] else wanted).first()


def places(actor: Actor, email: str) -> list[Place]:
    """Return where the person who signs in with `email` can refer now: organisations that accepted the terms.

    Raises PermissionError for who may invite nobody: who works where is no partner's to find out.
    """
    if not actor.may(Permission.ENQUIRY_INVITE):
        raise PermissionError
    agreed = select(Agreement.organisation_id).where(col(Agreement.version) == terms.current().id)
    wanted = (
        select(User, Membership, Organisation)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(
            col(User.email) == as_kept(email),
            col(User.disabled_at).is_(None),
            col(Membership.ended_at).is_(None),
            col(Membership.role).in_(_WHO_REFER),
            col(Organisation.kind).not_in(_NO_REFERRERS),
            col(Organisation.active),
            col(Organisation.id).in_(agreed),
        )
        .order_by(col(Organisation.name))
    )
    session = db.session()
    with as_system(session):
        found = session.execute(wanted).all()
    return [
        Place(where, Member(user.id or 0, user.name, user.email, user.phone, held.role)) for user, held, where in found
    ]


def draft_of(actor: Actor, enquiry: Enquiry) -> tuple[State, str] | None:
    """Return how far the draft that a call led to has come, and its reference: no more of it is KSAF's to read."""
    del actor
    if enquiry.draft_id is None:
        return None
    session = db.session()
    with as_system(session):
        wanted = select(Referral.state, Referral.reference).where(col(Referral.id) == enquiry.draft_id)
        state, reference = session.execute(wanted).one()
    return State(state), reference
