"""A forgotten password: a link by mail that works once, and an answer that tells nobody who has an account."""

import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, select, update

from portal import clock, crypto, db
from portal.accounts import memberships, passwords, sessions, throttle, trail
from portal.accounts.models import PasswordReset, User
from portal.accounts.rules import as_kept
from portal.audit.actions import Action
from portal.notifications import service as notifications

LIVES = timedelta(hours=1)
# Mails to one address in five minutes: enough for one that was deleted by mistake, too few to be a nuisance.
MAILS = 3
_PURPOSE = "password-reset"


def ask(email: str, client: str) -> None:
    """Send a link to `email` when somebody has it; too many from one `client` address raise TooManyTriesError."""
    throttle.take("client", client, throttle.TRIES_FROM_ADDRESS)
    try:
        throttle.take("reset", as_kept(email), MAILS)
    except throttle.TooManyTriesError:
        return  # whoever asks too often is told the same as everybody, and nothing more is sent
    session, now = db.session(), clock.now()
    user = session.scalars(select(User).where(User.email == as_kept(email), col(User.disabled_at).is_(None))).first()
    if user is None:
        return
    made = PasswordReset(key=secrets.token_urlsafe(24), user_id=user.id or 0, created_at=now, expires_at=now + LIVES)
    session.add(made)
    belongs = memberships.of_person(made.user_id)
    organisation_id = belongs[0].organisation_id if belongs else None
    path = f"/password-reset/{crypto.sign(_PURPOSE, made.key)}"
    until = made.expires_at
    notifications.queue("accounts/password_reset", user.email, organisation_id=organisation_id, path=path, until=until)


def person_of(token: str) -> User | None:
    """Return whose password the link of `token` can change now, or None when it is over or none of ours."""
    key = crypto.unsign(_PURPOSE, token)
    if key is None:
        return None
    theirs = select(User).join(PasswordReset, col(PasswordReset.user_id) == col(User.id))
    return (
        db.session().scalars(theirs.where(PasswordReset.key == key, _unused(), col(User.disabled_at).is_(None))).first()
    )


def use(token: str, user: User, password: str) -> bool:
    """Give `user` a new password and end all their sessions; False when the link was used meanwhile."""
    session, now = db.session(), clock.now()
    mine = update(PasswordReset).where(col(PasswordReset.key) == crypto.unsign(_PURPOSE, token), _unused())
    if db.changed(session, mine.values(used_at=now)) != 1:
        return False
    change_password(user, password, by_reset=True)
    sessions.end_all(user.id or 0)
    throttle.forget("password", user.email)
    return True


def change_password(user: User, password: str, *, by_reset: bool) -> None:
    """Keep a new password of `user`, record it and tell them by mail, in case it was somebody else."""
    user_id = user.id or 0
    end_links(user_id)
    own = update(User).where(col(User.id) == user_id).values(password_hash=passwords.hashed(password))
    db.session().execute(own)
    trail.record_for_person(user_id, Action.PASSWORD_CHANGED, by_reset=by_reset)
    belongs = memberships.of_person(user_id)
    organisation_id = belongs[0].organisation_id if belongs else None
    notifications.queue("accounts/password_changed", user.email, organisation_id=organisation_id, at=clock.now())


def end_links(user_id: int) -> None:
    """End every link a person was sent: their password or their address is another now."""
    waiting = update(PasswordReset).where(col(PasswordReset.user_id) == user_id, col(PasswordReset.used_at).is_(None))
    db.session().execute(waiting.values(used_at=clock.now()), execution_options={"synchronize_session": False})


def words_about(user: User) -> tuple[str, ...]:
    """Return what a password of `user` must not hold: their name, address and organisations."""
    return user.name, user.email, *(held.name for held in memberships.of_person(user.id or 0))


def _unused() -> ColumnElement[bool]:
    return col(PasswordReset.used_at).is_(None) & (col(PasswordReset.expires_at) > clock.now())
