"""/demo/mailbox: where the demo's mail goes instead of to the invented people. Nowhere but in the demo."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, abort, current_app, request
from werkzeug.wrappers import Response

from portal.access.decorators import public
from portal.config import Settings
from portal.notifications import letters, queries
from portal.notifications.models import OutboxMail
from portal.web.rendering import render

blueprint = Blueprint("mailbox", __name__, url_prefix="/demo/mailbox")


@dataclass(frozen=True)
class Letter:
    """A delivered mail as its reader would see it."""

    key: str
    to_address: str
    sent_at: datetime | None
    subject: str
    body: str
    calendar: str


def install(app: Flask, phone: str, email: str) -> None:
    """Register the mailbox on `app`, in the demo alone. `phone` and `email` are KSAF's, for the sign-off."""
    settings: Settings = app.extensions["settings"]
    app.extensions["letterhead"] = letters.Letterhead(settings.base_url, phone, email)
    if settings.has_mailbox:
        app.register_blueprint(blueprint)


@blueprint.get("")
@public
def mailbox() -> Response:
    """Every mail, newest first."""
    before = request.args.get("before", "")
    found = queries.system_mailbox(queries.system_delivered(before) if before else None)
    shown = found[: queries.PAGE]
    older = shown[-1].key if len(found) > queries.PAGE else None
    return render("notifications/mailbox.html", letters=[_letter(mail) for mail in shown], older=older)


@blueprint.get("/<key:key>")
@public
def mail(key: str) -> Response:
    """One mail."""
    found = queries.system_delivered(key)
    if found is None:
        abort(404)
    return render("notifications/mail.html", letter=_letter(found))


def _letter(found: OutboxMail) -> Letter:
    letterhead = current_app.extensions["letterhead"]
    subject, body = letters.read(found, letterhead)
    calendar = letters.calendar(found, letterhead).decode() if found.meeting else ""
    return Letter(found.key, found.to_address, found.sent_at, subject, body, calendar)
