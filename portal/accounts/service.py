"""Who belongs to an organisation: inviting, changing a role, removing, disabling; each with its audit."""

import secrets
from datetime import timedelta
from typing import Any

from sqlmodel import col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from portal import clock, crypto, db
from portal.access.actor import Actor
from portal.access.policy import Permission, may
from portal.access.roles import ROLE_LABELS, Role, roles_of
from portal.accounts import sessions, trail
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.rules import as_kept
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.notifications import service as notifications
from portal.organisations.models import Organisation
from portal.tenancy import as_system

INVITATION_LIVES = timedelta(days=7)
INVITATION = "invitation"  # what the link's signature is for
LAST = "This is the last person who can invite others. Make somebody else an admin first."


class PeopleRuleError(Exception):
    """Something about people that cannot be done; the message tells whoever tried why, in words for the page."""


def invite(actor: Actor, email: str, role: Role, organisation_id: int) -> str:
    """Invite `email` to an organisation as `role`; returns the link's path, which is also on its way by mail.

    An organisation's own admins invite to it, a KSAF administrator to any. An earlier invitation of the same address
    stops working. Raises PeopleRuleError when the actor may not, the role is not one of that kind of organisation, or
    the person is a member already.
    """
    own = organisation_id == actor.organisation_id and actor.may(Permission.PEOPLE_INVITE)
    if not own and not actor.may(Permission.ORGANISATION_INVITE):
        raise PeopleRuleError("You can invite people to your own organisation only.")
    made = _make_invitation(as_kept(email), role, organisation_id, actor.user_id)
    told = {"email": made.email, "role": role.value}
    audit.record(actor, Action.PERSON_INVITED, subject=("invitation", made.id), owner_id=organisation_id, **told)
    return link_of(made)


def system_invite(email: str, role: Role, organisation_id: int) -> str:
    """Invite as the portal itself, from the command line; as `invite` does, with the same errors."""
    made = _make_invitation(as_kept(email), role, organisation_id, 0)
    told = {"email": made.email, "role": role.value}
    subject = ("invitation", made.id)
    audit.append(
        organisation_id, Action.PERSON_INVITED, subject=subject, actor_id=None, owner_id=organisation_id, detail=told
    )
    return link_of(made)


def link_of(invitation: Invitation) -> str:
    """Return the path at which `invitation` is accepted."""
    return f"/invitations/{crypto.sign(INVITATION, invitation.key)}"


def cancel_invitation(actor: Actor, invitation: Invitation) -> None:
    """Make an invitation's link stop working. Raises PeopleRuleError when it has been used already."""
    # Whoever accepts at the same moment takes the same row: one of the two finds it taken.
    row = select(Invitation).where(col(Invitation.id) == invitation.id).with_for_update()
    db.session().scalars(row, execution_options={"populate_existing": True}).one()
    if invitation.used_at is not None:
        raise PeopleRuleError("This invitation has been accepted already.")
    if invitation.cancelled_at is None:
        invitation.cancelled_at = clock.now()
        told = {"email": invitation.email}
        trail.record(actor, Action.INVITATION_CANCELLED, ("invitation", invitation.id), **told)


def end_membership(actor: Actor, membership: Membership) -> None:
    """Remove a person from the actor's organisation: their sessions there end at once.

    Raises PeopleRuleError for the actor themselves and for the last person who can invite others.
    """
    if membership.ended_at is not None:
        return
    _refuse_self(actor, membership, "You cannot remove yourself. Ask another admin of your organisation.")
    _refuse_last(actor, membership)
    membership.ended_at = clock.now()
    sessions.end_in_organisation(membership.user_id, membership.organisation_id)
    told = {"user_id": membership.user_id, "role": membership.role.value}
    trail.record(actor, Action.MEMBERSHIP_ENDED, ("membership", membership.id), **told)


def change_role(actor: Actor, membership: Membership, role: Role) -> None:
    """Give a member of the actor's organisation another role, from their next request on.

    Raises PeopleRuleError for the actor themselves, the last person who can invite others, and a role that is not one
    of this kind of organisation.
    """
    if membership.role is role:
        return
    _refuse_self(actor, membership, "You cannot change your own role. Ask another admin of your organisation.")
    if role not in roles_of(actor.organisation_kind):
        raise PeopleRuleError(f"{ROLE_LABELS[role]} is not a role in this kind of organisation.")
    if not may(role, actor.organisation_kind, Permission.PEOPLE_INVITE):
        _refuse_last(actor, membership)
    told = {"user_id": membership.user_id, "old": membership.role.value, "new": role.value}
    membership.role = role
    trail.record(actor, Action.ROLE_CHANGED, ("membership", membership.id), **told)


def disable(actor: Actor, user_id: int) -> None:
    """Close a person's account everywhere, as a KSAF administrator; every session of theirs ends at once.

    An account that is closed already stays as it is. Raises PeopleRuleError when the actor may not, means themselves,
    or means the last administrator: of two who close each other at once, one stays.
    """
    if not actor.may(Permission.ORGANISATION_INVITE) or actor.user_id == user_id:
        raise PeopleRuleError("A KSAF administrator can close other people’s accounts.")
    if _inviting(actor) == {user_id}:
        raise PeopleRuleError(LAST)
    own = update(User).where(col(User.id) == user_id, col(User.disabled_at).is_(None))
    if not db.changed(db.session(), own.values(disabled_at=clock.now())):
        return
    sessions.end_all(user_id)
    trail.record(actor, Action.PERSON_DISABLED, ("user", user_id), user_id=user_id)


def _make_invitation(email: str, role: Role, organisation_id: int, invited_by_id: int) -> Invitation:
    session, now = db.session(), clock.now()
    with as_system(session):
        organisation = session.get(Organisation, organisation_id)
        if organisation is None or role not in roles_of(organisation.kind):
            raise PeopleRuleError(f"{ROLE_LABELS[role]} is not a role in this organisation.")
        if not organisation.active:
            raise PeopleRuleError(f"{organisation.name} is closed. Open it again before you invite anybody.")
        if session.scalars(_live_member(email, organisation_id)).first() is not None:
            raise PeopleRuleError("This person is a member of the organisation already.")
        to_same = (col(Invitation.email) == email) & (col(Invitation.organisation_id) == organisation_id)
        open_ones = update(Invitation).where(to_same, col(Invitation.used_at).is_(None))
        session.execute(open_ones.where(col(Invitation.cancelled_at).is_(None)).values(cancelled_at=now))
        made = Invitation(
            key=secrets.token_urlsafe(24),
            organisation_id=organisation_id,
            email=email,
            role=role,
            invited_by_id=invited_by_id,
            created_at=now,
            expires_at=now + INVITATION_LIVES,
        )
        session.add(made)
    told: dict[str, Any] = {"organisation": organisation.name, "until": made.expires_at, "path": link_of(made)}
    notifications.queue("accounts/invitation", email, organisation_id=organisation_id, **told)
    return made


def _live_member(email: str, organisation_id: int) -> SelectOfScalar[Any]:
    member = select(Membership.id).join(User, col(User.id) == col(Membership.user_id))
    return member.where(
        User.email == email, Membership.organisation_id == organisation_id, col(Membership.ended_at).is_(None)
    )


def _refuse_self(actor: Actor, membership: Membership, told: str) -> None:
    if membership.user_id == actor.user_id:
        raise PeopleRuleError(told)


def _refuse_last(actor: Actor, membership: Membership) -> None:
    if _inviting(actor) == {membership.user_id}:
        raise PeopleRuleError(LAST)


def _inviting(actor: Actor) -> set[int]:
    """Return who can invite others to the actor's organisation; whoever asks at the same time waits here."""
    everyone = (
        select(Membership)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(Membership.organisation_id == actor.organisation_id, col(Membership.ended_at).is_(None))
        .where(col(User.disabled_at).is_(None))
        .order_by(col(Membership.id))
        # Both rows of each: a removal changes the one, a closed account the other. Rows that only refer to them go on.
        .with_for_update(key_share=True)
    )
    live = db.session().scalars(everyone, execution_options={"populate_existing": True}).all()
    return {row.user_id for row in live if may(row.role, actor.organisation_kind, Permission.PEOPLE_INVITE)}
