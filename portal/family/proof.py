"""The second check: whoever opens a link knows the child's date of birth, before it shows anything of the child."""

import datetime as dt
import hmac
import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, func, update

from portal import clock, db
from portal.accounts import throttle
from portal.audit.actions import Action
from portal.family.links import Link
from portal.family.models import ConsentLink
from portal.referrals import trail
from portal.transfers.links import hashed

PROVED_FOR = timedelta(hours=2)  # ours: long enough to read it with somebody, short for a telephone that is lent
TRIES = 5  # in five minutes, ours


def prove(link: Link, born: dt.date, client: str) -> str | None:
    """Return the token for the browser that knows the child's date of birth; None for a wrong one, which is counted.

    `client` is the address the request came from. Raises throttle.TooManyTriesError.
    """
    tries = (
        throttle.take("consent", str(link.row.id), TRIES),
        throttle.take("client", client, throttle.TRIES_FROM_ADDRESS),
    )
    if link.referral.child_date_of_birth != born:
        _change(link, wrong_dates=ConsentLink.wrong_dates + 1)
        return None
    token, now = secrets.token_urlsafe(32), clock.now()
    opened = func.coalesce(col(ConsentLink.opened_at), now)
    _change(link, proof_hash=hashed(token), proved_until=now + PROVED_FOR, opened_at=opened)
    throttle.give_back(*tries)
    return token


def holds(link: Link, token: str | None) -> bool:
    """Say whether the browser that carries `token` has passed the check of `link`, and not too long ago."""
    kept, until = link.row.proof_hash, link.row.proved_until
    if token is None or kept is None or until is None or until <= clock.now():
        return False
    return hmac.compare_digest(hashed(token), kept)


def leave(link: Link) -> None:
    """Close the page for every browser: the next one has to pass the check again."""
    _change(link, proof_hash=None, proved_until=None)


def note_view(link: Link) -> None:
    """Record that the page was shown, in a transaction of its own: a reading request may not write."""
    with db.own_transaction(link.guest.organisation_id):
        trail.record(link.guest, link.referral, Action.CONSENT_LINK_OPENED, key=link.row.key)


def _change(link: Link, *where: ColumnElement[bool], **values: object) -> int:
    own = update(ConsentLink).where(col(ConsentLink.id) == link.row.id, *where)
    return db.changed(db.session(), own.values(**values))
