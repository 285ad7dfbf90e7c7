"""Signed-in browsers: the cookie holds a random token, our table its hash, so a session can be ended from here."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from flask_login import UserMixin
from sqlalchemy import ColumnElement, and_, bindparam, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import defer
from sqlmodel import col, update

from portal import clock, db
from portal.access.actor import Actor, OtherMembership
from portal.access.roles import needs_second_factor
from portal.accounts import memberships
from portal.accounts.memberships import Held
from portal.accounts.models import AccountSession, Membership, User
from portal.health import service as health
from portal.notices import published
from portal.organisations.models import Organisation
from portal.tenancy import as_system, enter

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# A poll or a burst of clicks need not write each time: the idle time is kept to the minute.
SEEN_EVERY = timedelta(minutes=1)


@dataclass
class SignedIn(UserMixin):
    """Somebody who has proved who they are; `actor` is None until second factor, terms and organisation are settled."""

    token: str
    session_id: int
    user_id: int
    user: User
    second_factor_at: datetime | None
    last_seen_at: datetime
    last_pass: datetime | None
    """The scheduler's, learned in the same query: every page of KSAF says when it has stopped."""
    organisation_id: int | None = None
    membership_count: int = 0
    needs_factor: bool = False
    actor: Actor | None = None

    @property
    def owes_factor(self) -> bool:
        """Say whether the second factor, which one of their roles or their app asks for, has still to be given."""
        return self.needs_factor and self.second_factor_at is None

    @property
    def owes_terms(self) -> bool:
        """Say whether they have still to accept the terms of use in force."""
        return self.user.terms_version != published.terms_in_force()

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the signed cookie."""
        return self.token


def token_hash(token: str) -> str:
    """Return what the table keeps of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(user_id: int, organisation_id: int | None, browser: str = "", *, second_factor: bool = False) -> str:
    """Begin a session for a person who has just proved who they are; returns its token."""
    token, now = secrets.token_urlsafe(32), clock.now()
    db.session().add(
        AccountSession(
            token_hash=token_hash(token),
            user_id=user_id,
            organisation_id=organisation_id,
            browser=browser[:200],
            created_at=now,
            last_seen_at=now,
            second_factor_at=now if second_factor else None,
        )
    )
    db.session().flush()
    return token


def load(token: str) -> SignedIn | None:
    """Return whoever holds `token`, their actor settled, or None when the session has ended or run out.

    Every page begins with this: who they are, where they belong and when the scheduler last ran are one query.
    """
    session = db.session()
    with as_system(session):
        found: Any = session.execute(_holder(), {"token_hash": token_hash(token)}).all()
    if not found or _is_over(found[0][0]):
        return None
    row, user, last_pass, *_ = found[0]
    signed = SignedIn(
        token, row.id or 0, row.user_id, user, row.second_factor_at, row.last_seen_at, last_pass, row.organisation_id
    )
    _settle(signed, [Held.read(mine, where) for *_, mine, where in found if where])
    if signed.actor is not None:
        enter(session, signed.actor.organisation_id)
    return signed


@cache
def _holder() -> Any:
    return (
        select(AccountSession, User, health.last_beat_beside(), Membership, Organisation)
        .join(User, col(User.id) == col(AccountSession.user_id))
        .outerjoin(Membership, and_(col(Membership.user_id) == User.id, col(Membership.ended_at).is_(None)))
        .outerjoin(Organisation, memberships.in_use())
        .where(col(AccountSession.token_hash) == bindparam("token_hash"), col(User.disabled_at).is_(None))
        .options(defer(cast("Any", User.totp_secret)))  # opened where a code is checked, not for each page
        .order_by(Organisation.name)
    )


def find(token: str) -> AccountSession | None:
    """Return the row of `token`, ended or not."""
    return (
        db.session().scalars(select(AccountSession).where(col(AccountSession.token_hash) == token_hash(token))).first()
    )


def end(session_id: int) -> None:
    """End one session now."""
    _end(col(AccountSession.id) == session_id)


def end_all(user_id: int) -> None:
    """End every session of a person now: signed out everywhere, disabled, or a new password."""
    _end(col(AccountSession.user_id) == user_id)


def touch(signed: SignedIn) -> None:
    """Note that the person is still there, at most once a minute; while reading, beside the transaction open.

    A page that could be read is shown although a database that is locked or full could not note it.
    """
    now = clock.now()
    if now - signed.last_seen_at < SEEN_EVERY:
        return
    seen = update(AccountSession).where(col(AccountSession.id) == signed.session_id).values(last_seen_at=now)
    if db.session().info["writes"]:
        db.session().execute(seen)
        return
    with suppress(OperationalError), db.own_transaction(None) as own:
        own.execute(seen)


def prove_second_factor(signed: SignedIn) -> str:
    """Note that the person has given their second factor; returns a fresh token, for the old one may have been seen."""
    return _renew(signed, second_factor_at=clock.now())


def accept_terms(signed: SignedIn, version: str) -> str:
    """Note that the person has accepted this version of the terms of use; returns a fresh token."""
    own = update(User).where(col(User.id) == signed.user_id)
    db.session().execute(own.values(terms_version=version, terms_accepted_at=clock.now()))
    return _renew(signed)


def use_organisation(signed: SignedIn, organisation_id: int) -> str:
    """Work for another of the person's organisations from now on; returns a fresh token."""
    return _renew(signed, organisation_id=organisation_id)


def of_person(user_id: int) -> list[AccountSession]:
    """Return the browsers in which a person is signed in now, the latest used first."""
    own = select(AccountSession).where(col(AccountSession.user_id) == user_id, col(AccountSession.ended_at).is_(None))
    rows = db.session().scalars(own.order_by(col(AccountSession.last_seen_at).desc())).all()
    return [row for row in rows if not _is_over(row)]


def end_in_organisation(user_id: int, organisation_id: int) -> None:
    """End the sessions in which a person works for one organisation: they have been removed from it."""
    _end((col(AccountSession.user_id) == user_id) & (col(AccountSession.organisation_id) == organisation_id))


def _renew(signed: SignedIn, **changes: object) -> str:
    token = secrets.token_urlsafe(32)
    own = update(AccountSession).where(col(AccountSession.id) == signed.session_id)
    db.session().execute(own.values(token_hash=token_hash(token), **changes))
    db.session().expire_all()
    return token


def _end(which: ColumnElement[bool]) -> None:
    changed = update(AccountSession).where(which, col(AccountSession.ended_at).is_(None))
    db.session().execute(changed.values(ended_at=clock.now()))


def _is_over(row: AccountSession) -> bool:
    now = clock.now()
    return row.ended_at is not None or now - row.last_seen_at > IDLE or now - row.created_at > ABSOLUTE


def _settle(signed: SignedIn, live: list[Held]) -> None:
    """Make the actor for the organisation in use, one of the person's `live` memberships, if it may be used yet."""
    signed.membership_count = len(live)
    # One such role anywhere is enough: a password alone must not open the way to switch to it.
    needed = any(needs_second_factor(held.role) for held in live)
    signed.needs_factor = needed or signed.user.totp_confirmed_at is not None
    used = next((held for held in live if held.organisation_id == signed.organisation_id), None)
    if used is None and len(live) == 1:
        used = live[0]
    if used is None or signed.owes_factor or signed.owes_terms:
        return
    signed.actor = Actor(
        user_id=signed.user_id,
        name=signed.user.name,
        email=signed.user.email,
        organisation_id=used.organisation_id,
        organisation_name=used.name,
        organisation_kind=used.kind,
        role=used.role,
        session_id=signed.session_id,
        memberships=tuple(OtherMembership(held.key, held.name, held.role_label) for held in live if held is not used),
    )
