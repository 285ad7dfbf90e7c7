"""Accepting an invitation: by a new person, or by one who has an account already."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, select, update

from portal import clock, crypto, db
from portal.access.roles import ROLE_LABELS, Role
from portal.accounts import passwords
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.service import INVITATION
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.organisations.models import Organisation
from portal.tenancy import as_system


class LinkOverError(Exception):
    """The link has been used, cancelled or has run out; of several who use it at once, all but the first."""


@dataclass(frozen=True)
class Open:
    """An invitation that can be accepted now, and who has its address already, if anybody."""

    id: int
    email: str
    role: Role
    organisation_id: int
    organisation_name: str
    account: User | None

    @property
    def role_label(self) -> str:
        """Return the role in words."""
        return ROLE_LABELS[self.role]


@dataclass(frozen=True)
class NewPerson:
    """What a new person says about themselves."""

    name: str
    job_title: str | None
    phone: str | None
    password: str


def find(token: str) -> Open | None:
    """Return the invitation of a link, or None when there is nothing, or nothing any more, to accept."""
    key, session = crypto.unsign(INVITATION, token), db.session()
    if key is None:
        return None
    with as_system(session):
        found = session.execute(
            select(Invitation, Organisation)
            .join(Organisation, col(Organisation.id) == col(Invitation.organisation_id))
            .where(Invitation.key == key, _is_open(), col(Organisation.active))
        ).first()
        if found is None:
            return None
        invitation, organisation = found
        account = session.scalars(select(User).where(User.email == invitation.email)).first()
    if account is not None and account.disabled_at is not None:
        return None
    where = (invitation.organisation_id, organisation.name)
    return Open(invitation.id or 0, invitation.email, invitation.role, *where, account)


def accept_as_new(invitation: Open, person: NewPerson) -> int:
    """Make an account and its membership; returns the person's id. Raises LinkOverError when somebody was first."""
    _claim(invitation)
    user = User(
        email=invitation.email,
        name=person.name,
        job_title=person.job_title or None,
        phone=person.phone or None,
        password_hash=passwords.hashed(person.password),
        created_at=clock.now(),
    )
    db.session().add(user)
    db.session().flush()
    _join(invitation, user.id or 0)
    return user.id or 0


def accept_as(invitation: Open, user_id: int) -> None:
    """Make somebody with an account a member too. Raises LinkOverError when the invitation was used meanwhile."""
    _claim(invitation)
    _join(invitation, user_id)


def _is_open() -> ColumnElement[bool]:
    unused = col(Invitation.used_at).is_(None) & col(Invitation.cancelled_at).is_(None)
    return unused & (col(Invitation.expires_at) > clock.now())


def _claim(invitation: Open) -> None:
    """Take the invitation; the database lets one request do so."""
    session = db.session()
    with as_system(session):
        mine = update(Invitation).where(col(Invitation.id) == invitation.id, _is_open()).values(used_at=clock.now())
        claimed = db.changed(session, mine)
    if claimed != 1:
        raise LinkOverError


def _join(invitation: Open, user_id: int) -> None:
    """Add the membership, or bring back the one that had ended, and record who joined."""
    session, now = db.session(), clock.now()
    organisation_id = invitation.organisation_id
    with as_system(session):
        of_both = select(Membership).where(Membership.organisation_id == organisation_id, Membership.user_id == user_id)
        held = session.scalars(of_both).first()
        if held is None:
            held = Membership(organisation_id=organisation_id, user_id=user_id, role=invitation.role, started_at=now)
        held.role, held.started_at, held.ended_at = invitation.role, now, None
        session.add(held)
    told = {"email": invitation.email, "role": invitation.role.value}
    subject = ("invitation", invitation.id)
    action = Action.INVITATION_ACCEPTED
    audit.append(organisation_id, action, subject=subject, actor_id=user_id, owner_id=organisation_id, detail=told)
