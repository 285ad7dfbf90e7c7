"""Signing in: who somebody is by address and password, and how far they have come since."""

from typing import cast
from urllib.parse import urlencode

from flask import session as cookie
from flask_login import current_user, login_user, logout_user
from sqlmodel import col, select, update

from portal import db
from portal.accounts import held, memberships, passwords, sessions, throttle, trail
from portal.accounts.models import AccountSession, User
from portal.accounts.rules import as_kept, own_path
from portal.accounts.sessions import SignedIn
from portal.audit.actions import Action

# What the cookie keeps of an ended session: enough to know whose form arrives late, no key to anything.
LAST_TOKEN = "last_session"  # noqa: S105 - the name of a cookie's entry


def check(email: str, password: str, client: str) -> User | None:
    """Return whose `email` and `password` these are, or None: unknown, wrong and disabled take the same way and time.

    `client` is the address the request came from. Raises throttle.TooManyTriesError after too many failures at either.
    """
    # A transaction of its own, over before the slow hash: nobody else's write waits for a guess at a password.
    with db.own_transaction(None) as own:
        tries = throttle.take("password", as_kept(email)), throttle.take("client", client, throttle.TRIES_FROM_ADDRESS)
        person = own.scalars(select(User).where(User.email == as_kept(email))).first()
    right = passwords.matches(person.password_hash if person else None, password)
    if person is None or not right or person.disabled_at is not None:
        return None
    throttle.give_back(*tries)
    if passwords.is_dated(person.password_hash or ""):
        renewed = update(User).where(col(User.id) == person.id)
        db.session().execute(renewed.values(password_hash=passwords.hashed(password)))
    return person


def begin(user_id: int, browser: str, wanted: str | None, organisation_id: int | None = None) -> str:
    """Start a session for somebody who has proved who they are; returns the address of their next step."""
    last = last_row()
    same_person = last is not None and last.user_id == user_id
    if last is not None:
        sessions.end(last.id or 0)
    organisation_id = organisation_id or _only_organisation(user_id)
    _carry(sessions.start(user_id, organisation_id, browser), same_person=same_person)
    return go_on(wanted)


def renewed(token: str, wanted: str | None) -> str:
    """Carry on under the fresh `token` of the same session; returns the address of the next step."""
    acted = who().actor is not None
    _carry(token, same_person=True)
    return own_path(wanted) if acted and who().actor else go_on(wanted)


def who() -> SignedIn:
    """Return whoever is signed in to this request."""
    return cast("SignedIn", current_user)


def go_on(wanted: str | None) -> str:
    """Return where somebody who signs in goes now: a step still missing, or, having arrived, the page they `wanted`."""
    actor = who().actor
    if actor is None:
        return next_step(who(), wanted)
    trail.record(actor, Action.SIGNED_IN, ("session", actor.session_id), browser=_browser())
    held.note(actor)
    return own_path(wanted)


def next_step(signed: SignedIn, wanted: str | None) -> str:
    """Return the address of the step that `signed` must take before they can act, with the way on to `wanted`."""
    if signed.owes_factor:
        page = "/second-factor" if signed.user.totp_confirmed_at else "/second-factor/set-up"
    elif signed.owes_terms:
        page = "/terms/accept"
    else:
        page = "/organisations-in-use"
    return with_next(page, wanted)


def with_next(page: str, wanted: str | None) -> str:
    """Return the address of `page` that remembers where somebody was going."""
    going = own_path(wanted)
    return page if going == "/" else f"{page}?{urlencode({'next': going})}"


def leave() -> None:
    """End this browser's session."""
    row = last_row()
    if row is None:
        return
    sessions.end(row.id or 0)
    token, csrf = cookie.get("_user_id"), cookie.get("csrf_token")
    logout_user()
    cookie.clear()
    # A tab left open may still hold a long text: what it sends is kept for its writer, and for nobody else.
    cookie.update({LAST_TOKEN: token, "csrf_token": csrf})


def last_row() -> AccountSession | None:
    """Return the session, live or over, that this browser's cookie belongs to."""
    token = cookie.get("_user_id") or cookie.get(LAST_TOKEN)
    return sessions.find(token) if token else None


def _carry(token: str, *, same_person: bool) -> None:
    """Put `token` into a fresh cookie; forms in other tabs stay good for the same person only."""
    csrf = cookie.get("csrf_token") if same_person else None
    cookie.clear()
    if csrf:
        cookie["csrf_token"] = csrf
    login_user(sessions.load(token))


def _only_organisation(user_id: int) -> int | None:
    """Return the organisation of a person who belongs to just one, else None: they choose."""
    mine = memberships.of_person(user_id)
    return mine[0].organisation_id if len(mine) == 1 else None


def _browser() -> str:
    row = sessions.find(who().token)
    return row.browser if row else ""
