"""Second clicks: a form carries a one-time key, and the same key gets the first answer again."""

import secrets

from flask import redirect, request
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from werkzeug.wrappers import Response

from portal import clock, db
from portal.web.models import RequestKey

FIELD = "request_key"


def one_time_key() -> str:
    """Return a fresh key for a form's hidden field `request_key`."""
    return secrets.token_urlsafe(24)


def first_answer(user_id: int) -> Response | None:
    """Return the answer this request's form got before, or take its key and return None when it is the first.

    Two clicks at the same instant wait for each other here, on the key's unique index.
    """
    key = request.form.get(FIELD, "")[:64]
    if request.method != "POST" or not key:
        return None
    session = db.session()
    seen = select(RequestKey).where(RequestKey.user_id == user_id, RequestKey.key == key)
    earlier = session.scalars(seen).first()
    if earlier is None:
        try:
            with session.begin_nested():
                session.add(RequestKey(user_id=user_id, key=key, location="", at=clock.now()))
        except IntegrityError:
            earlier = session.scalars(seen).one()
    return redirect(earlier.location or "/", 303) if earlier else None


def remember_answer(user_id: int, response: Response) -> None:
    """Note where this request's form led, for whoever sends it again.

    A form given back (refused, or filled in further as asked) keeps its key: it may be sent again, whether or not this
    request's changes are kept.
    """
    key = request.form.get(FIELD, "")[:64]
    if request.method != "POST" or not key:
        return
    session = db.session()
    row = session.scalars(select(RequestKey).where(RequestKey.user_id == user_id, RequestKey.key == key)).first()
    if row is None:  # the view rolled back by itself
        return
    if response.status_code < 400 and "Location" in response.headers:  # noqa: PLR2004 - HTTP
        row.location = response.headers["Location"]
    else:
        session.delete(row)
