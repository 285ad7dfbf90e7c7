"""Second clicks: a form carries a one-time key, and the same key gets the first answer again.

A key counts for the address its form was sent to: used anywhere else it is another key. It also says for which
organisation its page was shown, so that a tab left open does not act for the one its reader has changed to since.
"""

import hashlib
import secrets
from http import HTTPStatus

from flask import redirect, request
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from werkzeug.wrappers import Response

from portal import clock, db
from portal.web.errors import OtherOrganisationError
from portal.web.models import RequestKey

FIELD = "request_key"
_SHOWN_FOR = "~"
ELSEWHERE = (
    "You opened this form while you worked for another of your organisations, so nothing was changed. "
    "Change back to it, and what you typed is there when you go back in your browser."
)


def one_time_key(organisation_id: int | None = None) -> str:
    """Return a fresh key for a form's hidden field `request_key`, shown to somebody working for `organisation_id`."""
    return f"{secrets.token_urlsafe(24)}{_SHOWN_FOR}{_mark(organisation_id)}"


def refuse_elsewhere(organisation_id: int) -> None:
    """Raise OtherOrganisationError when this request's form was shown for another organisation than the one in use."""
    _, is_marked, shown_for = request.form.get(FIELD, "").partition(_SHOWN_FOR)
    if request.method == "POST" and is_marked and shown_for != _mark(organisation_id):
        raise OtherOrganisationError(ELSEWHERE)


def first_answer(user_id: int) -> Response | None:
    """Return the answer this request's form got before, or take its key and return None when it is the first.

    Two clicks at the same instant wait for each other here, on the key's unique index.
    """
    key = _key()
    if key is None:
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
    key = _key()
    if key is None:
        return
    session = db.session()
    row = session.scalars(select(RequestKey).where(RequestKey.user_id == user_id, RequestKey.key == key)).first()
    if row is None:  # the view rolled back by itself
        return
    if response.status_code < HTTPStatus.BAD_REQUEST and "Location" in response.headers:
        row.location = response.headers["Location"]
    else:
        session.delete(row)


def _key() -> str | None:
    """Return what the table keeps of this request's key, or None when it carries none."""
    given = request.form.get(FIELD, "")
    if request.method != "POST" or not given:
        return None
    return hashlib.blake2b(f"{request.path}\n{given}".encode(), digest_size=32).hexdigest()


def _mark(organisation_id: int | None) -> str:
    # No secret: whoever changes it changes only what their own form does, which they could send afresh as well.
    return hashlib.blake2b(str(organisation_id).encode(), digest_size=6).hexdigest()
