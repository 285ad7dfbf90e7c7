"""A person's own account: their details, password and browsers."""

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.accounts import passwords, resets, sessions, throttle, trail
from portal.accounts.models import MailRhythm, Membership, User
from portal.accounts.rules import as_kept
from portal.audit.actions import Action
from portal.notifications import service as notifications
from portal.web.dates import today

TAKEN = "Another account uses this email address."
WRONG_PASSWORD = "That is not your present password."  # noqa: S105 - what the page says


class RefusedError(Exception):
    """A change of one's own account that cannot be made; `field` names where the message belongs."""

    def __init__(self, field: str, told: str) -> None:
        super().__init__(told)
        self.field, self.told = field, told


def mine(actor: Actor) -> User:
    """Return the actor's own account."""
    return db.session().scalars(select(User).where(col(User.id) == actor.user_id)).one()


def change_details(actor: Actor, password: str, **details: str | None) -> None:
    """Change the actor's name, job_title, phone and email; a new address needs their `password` too.

    Raises RefusedError when the password is wrong or somebody has the address, and throttle.TooManyTriesError.
    """
    user, before = mine(actor), actor.email
    details["email"] = as_kept(details["email"] or "")
    changed = [name for name, text in details.items() if (getattr(user, name) or "") != (text or "")]
    if "email" in changed:
        prove_password(user, password)
        if db.session().scalars(select(User.id).where(User.email == details["email"])).first() is not None:
            raise RefusedError("email", TAKEN)
    for name in changed:
        setattr(user, name, details[name] or None)
    if "email" in changed:
        resets.end_links(actor.user_id)
        now = clock.now()
        notifications.queue("accounts/address_changed", before, organisation_id=actor.organisation_id, at=now)
    if changed:
        trail.record(actor, Action.DETAILS_CHANGED, ("user", actor.user_id), fields=sorted(changed))


def mail_rhythm(actor: Actor) -> MailRhythm:
    """Return when the actor hears by mail of what can wait, in the organisation they act for."""
    return MailRhythm(db.session().scalars(select(Membership.mail_rhythm).where(*_membership(actor))).one())


def choose_mail(actor: Actor, rhythm: MailRhythm) -> None:
    """Mail the actor what can wait in this rhythm from now on; the first summary comes on a day after today."""
    own = update(Membership).where(*_membership(actor))
    db.session().execute(own.values(mail_rhythm=rhythm, digest_on=today()))
    trail.record(actor, Action.MAIL_CHOSEN, ("user", actor.user_id), rhythm=rhythm.value)


def _membership(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (col(Membership.user_id) == actor.user_id, col(Membership.organisation_id) == actor.organisation_id)


def change_password(actor: Actor, present: str, new: str) -> None:
    """Change the actor's password and end their other sessions; the caller gives this browser a fresh one.

    Raises RefusedError when `present` is wrong, and throttle.TooManyTriesError.
    """
    user = mine(actor)
    prove_password(user, present)
    resets.change_password(user, new, by_reset=False)
    end_others(actor)


def prove_password(user: User, password: str) -> None:
    """Check who is at the keyboard, counted like a try at signing in. Raises RefusedError when it does not match."""
    attempt = throttle.take("password", user.email)
    if not passwords.matches(user.password_hash, password):
        raise RefusedError("current_password", WRONG_PASSWORD)
    throttle.give_back(attempt)


def end_others(actor: Actor) -> None:
    """End the actor's sessions in every browser but this one."""
    for row in sessions.of_person(actor.user_id):
        if row.id is not None and row.id != actor.session_id:
            sessions.end(row.id)


def sign_out_everywhere(actor: Actor) -> None:
    """End every session of the actor, this one too."""
    trail.record(actor, Action.SIGNED_OUT, ("session", actor.session_id), everywhere=True)
    sessions.end_all(actor.user_id)
