"""Every feature the web application is made of, and what each page of theirs is given."""

from typing import Any

from flask import Flask, get_flashed_messages, request
from flask_login import current_user

from portal.access import decorators
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accounts import login
from portal.health import routes as health
from portal.organisations import contacts

# Label, address and who sees it. The first whose address begins the page's own is the current one.
NAVIGATION: tuple[tuple[str, str, Permission | None], ...] = (
    ("Home", "/", None),
    ("Queue", "/queue", Permission.REFERRAL_QUEUE),
    ("Referrals", "/referrals", Permission.REFERRAL_READ),
    ("People", "/people", Permission.PEOPLE_READ),
    ("Organisations", "/organisations", Permission.ORGANISATION_READ),
    ("Timescales", "/timescales", Permission.TIMESCALES_READ),
)


def install(app: Flask) -> None:
    """Register each feature's pages on `app`."""
    decorators.install(app)
    login.install(app)
    health.install(app)

    @app.context_processor
    def given_to_every_page() -> dict[str, Any]:
        actor: Actor | None = getattr(current_user, "actor", None)
        return {
            "actor": actor,
            "navigation": navigation(actor) if actor else [],
            "waiting_count": 0,
            "notices": [{"kind": kind, "text": text} for kind, text in get_flashed_messages(with_categories=True)],
            "service_contacts": {"phone": contacts.ksaf().phone, "email": contacts.ksaf().email},
        }


def navigation(actor: Actor) -> list[dict[str, Any]]:
    """Return the main navigation as `actor` may use it."""
    return [
        {
            "label": label,
            "href": href,
            "current": request.path == href or (href != "/" and request.path.startswith(href)),
        }
        for label, href, permission in NAVIGATION
        if permission is None or actor.may(permission)
    ]
