"""The people of an organisation and who has been invited."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accounts.models import Invitation, Membership, User
from portal.organisations.models import Organisation
from portal.organisations.queries import FIRST, get_organisation
from portal.tenancy import as_system

EXPIRED_FOR = timedelta(days=30)
"""How long an invitation that ran out is still shown to who can invite again: ours."""


@dataclass(frozen=True)
class Colleague:
    """One live membership, as the people page shows it."""

    membership: Membership
    user: User

    @property
    def key(self) -> str:
        """Return what the page's addresses carry for this membership."""
        return self.membership.key


def people_of(actor: Actor, organisation: Organisation) -> list[Colleague]:
    """Return who belongs to `organisation` now, by name. Raises PermissionError when it is not the actor's to see."""
    _refuse_strangers(actor, organisation)
    session = db.session()
    with as_system(session):
        rows = session.execute(
            select(Membership, User)
            .join(User, col(User.id) == col(Membership.user_id))
            .where(col(Membership.organisation_id) == organisation.id, col(Membership.ended_at).is_(None))
            .order_by(col(User.name), col(User.id))
        ).all()
    return [Colleague(membership, user) for membership, user in rows]


def invitations_of(actor: Actor, organisation: Organisation) -> list[Invitation]:
    """Return the invitations that can still be accepted, newest first. Raises PermissionError as `people_of`."""
    _refuse_strangers(actor, organisation)
    session = db.session()
    with as_system(session):
        return list(
            session.scalars(
                select(Invitation)
                .where(
                    col(Invitation.organisation_id) == organisation.id,
                    col(Invitation.used_at).is_(None),
                    col(Invitation.cancelled_at).is_(None),
                    col(Invitation.expires_at) > clock.now(),
                )
                .order_by(col(Invitation.id).desc())
            )
        )


def waiting_invitations(actor: Actor) -> list[tuple[Invitation, Organisation]]:
    """Return every organisation's invitations nobody has accepted, the first to expire on top; at most FIRST.

    Those that ran out in the last EXPIRED_FOR among them. For KSAF's administrators; raises PermissionError for others.
    """
    if not actor.may(Permission.ORGANISATION_READ):
        raise PermissionError
    wanted = (
        select(Invitation, Organisation)
        .join(Organisation, col(Organisation.id) == col(Invitation.organisation_id))
        .where(
            col(Invitation.used_at).is_(None),
            col(Invitation.cancelled_at).is_(None),
            col(Invitation.expires_at) > clock.now() - EXPIRED_FOR,
        )
        .order_by(col(Invitation.expires_at), col(Invitation.id))
        .limit(FIRST)
    )
    with as_system(db.session()):
        return [(invitation, organisation) for invitation, organisation in db.session().execute(wanted).all()]


def get_membership(actor: Actor, key: str) -> Colleague | None:
    """Return a live member of the actor's own organisation by the membership's public `key`, or None."""
    found = (
        db.session()
        .execute(
            select(Membership, User)
            .join(User, col(User.id) == col(Membership.user_id))
            .where(
                col(Membership.key) == key,
                col(Membership.organisation_id) == actor.organisation_id,
                col(Membership.ended_at).is_(None),
            )
        )
        .first()
    )
    return Colleague(found[0], found[1]) if found else None


def get_invitation(actor: Actor, key: str) -> Invitation | None:
    """Return an invitation to the actor's own organisation by its `key`, or None."""
    own = col(Invitation.organisation_id) == actor.organisation_id
    return db.session().scalars(select(Invitation).where(col(Invitation.key) == key, own)).first()


def get_member_of(actor: Actor, key: str, member: str) -> Colleague | None:
    """Return a live member of the organisation with public `key`, for KSAF's administrators; None for anyone else."""
    organisation = get_organisation(actor, key)
    if organisation is None or not actor.may(Permission.ORGANISATION_READ):
        return None
    return next((one for one in people_of(actor, organisation) if one.key == member), None)


def own_organisation(actor: Actor) -> Organisation:
    """Return the organisation the actor is working for."""
    mine = select(Organisation).where(col(Organisation.id) == actor.organisation_id)
    return db.session().scalars(mine).one()


def _refuse_strangers(actor: Actor, organisation: Organisation) -> None:
    if organisation.id != actor.organisation_id and not actor.may(Permission.ORGANISATION_READ):
        raise PermissionError
