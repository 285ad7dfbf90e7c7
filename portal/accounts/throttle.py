"""Guessing, slowed down: tries are counted in our own table before anything is checked, whichever worker they reach."""

import math
from datetime import datetime, timedelta

from flask import Response, make_response, render_template
from sqlalchemy import func
from sqlmodel import col, delete, select
from werkzeug.exceptions import TooManyRequests

from portal import clock, crypto, db
from portal.accounts.models import SignInAttempt
from portal.web import dates

WINDOW = timedelta(minutes=5)
# What somebody tries who signs in; "client" counts the same try a second time, by where it came from.
SIGN_IN = ("password", "second factor")
# For one account, ours. A person who mistypes needs three or four.
TRIES = 10
# For one client address: a whole school, or everybody behind one proxy, shares it.
TRIES_FROM_ADDRESS = 300


class TooManyTriesError(TooManyRequests):
    """Too many tries at the same thing; `again_at` is when the next one counts."""

    def __init__(self, again_at: datetime) -> None:
        self.again_at = again_at
        super().__init__(f"Try again at {dates.clock_time(again_at)}.")

    def page(self) -> Response:
        """Return the page that says when to try again, in words and in the header that programs read."""
        response = make_response(render_template("errors/429.html", told=self.description), 429)
        response.headers["Retry-After"] = str(math.ceil((self.again_at - clock.now()).total_seconds()))
        return response


def take(kind: str, value: str, limit: int = TRIES) -> int:
    """Count a try of `kind` at `value` (an address, a person) and return its id; give it back when it succeeds.

    Raises TooManyTriesError when `limit` tries within WINDOW have failed already. Only one try at a value is counted
    at a time, on both engines, so guesses sent at once cannot slip through between the counting and the noting.
    The caller sees to it that the count outlives a refused request.
    """
    session, now = db.session(), clock.now()
    bucket = crypto.keyed_hash(f"tries:{kind}", value)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(bucket[:15], 16))))
    recent = select(SignInAttempt.at).where(SignInAttempt.bucket == bucket, col(SignInAttempt.at) > now - WINDOW)
    earlier = session.scalars(recent.order_by(col(SignInAttempt.at).desc()).limit(limit)).all()
    if len(earlier) >= limit:
        raise TooManyTriesError(_next_minute(earlier[-1] + WINDOW))
    attempt = SignInAttempt(bucket=bucket, kind=kind, at=now)
    session.add(attempt)
    session.flush()
    return attempt.id or 0


def give_back(*attempts: int) -> None:
    """Uncount tries that succeeded: only failures slow anybody down."""
    db.session().execute(delete(SignInAttempt).where(col(SignInAttempt.id).in_(attempts)))


def forget(kind: str, value: str) -> None:
    """Uncount every try of `kind` at `value`: the person has proved themselves another way."""
    bucket = crypto.keyed_hash(f"tries:{kind}", value)
    db.session().execute(delete(SignInAttempt).where(col(SignInAttempt.bucket) == bucket))


def _next_minute(instant: datetime) -> datetime:
    """Return the whole minute at or after `instant`: nobody is told a time that turns out to be too early."""
    whole = instant.replace(second=0, microsecond=0)
    return whole if whole == instant else whole + timedelta(minutes=1)
