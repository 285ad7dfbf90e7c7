"""Proving the e-mail a link was sent to: a code goes to that address, and the browser that enters it may read on.

A link can be forwarded, or read over a shoulder; the code shows that whoever opens it still reads that mailbox.
"""

import hmac
import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, update

from portal import clock, crypto, db
from portal.accounts import throttle
from portal.notifications import service as notifications
from portal.transfers.links import Link, hashed
from portal.transfers.models import Handover

CODE_LIVES = timedelta(minutes=15)  # ours: mail may take a few minutes
PROVED_FOR = timedelta(hours=4)  # ours: long enough to read, ask a colleague and answer
# In five minutes, ours: codes sent and codes tried for one link.
CODES, TRIES = 3, 5
_DIGITS = 6


def send_code(link: Link) -> None:
    """Send a fresh code to the address of `link`; the one before it ends. Raises throttle.TooManyTriesError."""
    throttle.take("handover code", str(link.handover.id), CODES)
    code, until = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}", clock.now() + CODE_LIVES
    _change(link, code_hash=_code_hash(link, code), code_expires_at=until)
    notifications.queue(
        "transfers/code",
        link.transfer.to_email or "",
        organisation_id=None,
        reference=link.reference,
        has_account=False,
        code=code,
        until=until,
    )


def is_code_sent(link: Link) -> bool:
    """Say whether a code of `link` can be entered now."""
    sent = link.handover
    return sent.code_hash is not None and sent.code_expires_at is not None and sent.code_expires_at > clock.now()


def prove(link: Link, typed: str, client: str) -> str | None:
    """Return the token for the browser that has entered the right code, once; None for a wrong one, which is counted.

    `client` is the address the request came from. Raises throttle.TooManyTriesError.
    """
    tries = (
        throttle.take("handover", str(link.handover.id), TRIES),
        throttle.take("client", client, throttle.TRIES_FROM_ADDRESS),
    )
    token = secrets.token_urlsafe(32)
    right = (
        col(Handover.code_hash) == _code_hash(link, "".join(typed.split())),
        col(Handover.code_expires_at) > clock.now(),
    )
    until = clock.now() + PROVED_FOR
    if _change(link, *right, code_hash=None, proof_hash=hashed(token), proved_until=until) != 1:
        _change(link, wrong_codes=Handover.wrong_codes + 1)
        return None
    throttle.give_back(*tries)
    return token


def holds(link: Link, token: str | None) -> bool:
    """Say whether the browser that carries `token` has proved the address of `link`, and not too long ago."""
    kept, until = link.handover.proof_hash, link.handover.proved_until
    if token is None or kept is None or until is None or until <= clock.now():
        return False
    return hmac.compare_digest(hashed(token), kept)


def _change(link: Link, *where: ColumnElement[bool], **values: object) -> int:
    own = update(Handover).where(col(Handover.id) == link.handover.id, *where)
    return db.changed(db.session(), own.values(**values))


def _code_hash(link: Link, code: str) -> str:
    return crypto.keyed_hash("handover-code", f"{link.handover.id}:{code}")
