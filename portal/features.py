"""Every feature the web application is made of, and what each page of theirs is given."""

from functools import partial
from typing import Any

from flask import Flask, g, get_flashed_messages, request
from flask_login import current_user
from werkzeug.local import LocalProxy

from portal.access import decorators
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accountability import routes as accountability
from portal.accounts import gate, login
from portal.accounts import routes as accounts
from portal.cases import for_cpoms as logged
from portal.cases import routes as cases
from portal.changes import routes as changes
from portal.dashboards import routes as dashboards
from portal.dashboards import waiting
from portal.disagreements import routes as disagreements
from portal.disagreements import shown as disagreeing
from portal.enquiries import routes as enquiries
from portal.family import routes as family
from portal.health import service as health
from portal.monitoring import routes as monitoring
from portal.notices import routes as notices
from portal.notifications import routes as mailbox
from portal.organisations import contacts
from portal.organisations import routes as organisations
from portal.referrals import routes as referrals
from portal.referrals.beside import Above as Beside
from portal.retention import erasures
from portal.retention import policy as retention_policy
from portal.retention import routes as retention
from portal.safeguarding import routes as safeguarding
from portal.safeguarding.authorities import Above
from portal.staffing import routes as staffing
from portal.timescales import routes as timescales
from portal.transfers import routes as transfers
from portal.transfers.statutory import told
from portal.triage import routes as triage
from portal.web import once

# Label, address and who sees it. The one whose address begins the page's own is the current one.
NAVIGATION: tuple[tuple[str, str, Permission | None], ...] = (
    ("Home", "/", None),
    ("Queue", "/queue", Permission.REFERRAL_QUEUE),
    ("Decisions", "/decisions", Permission.REFERRAL_AUTHORISE),
    ("This week", "/this-week", Permission.CASELOAD_READ),
    ("Calls", "/enquiries", Permission.ENQUIRY_READ),
    ("Signposts", "/signposts", Permission.SIGNPOST_READ),
    ("Referrals", "/referrals", Permission.REFERRAL_READ),
    ("Concerns", "/concerns", Permission.CONCERN_FOLLOW),
    ("Offered to you", "/transfers", Permission.TRANSFER_READ),
)
OVERSIGHT: tuple[tuple[str, str, Permission | None], ...] = (
    ("People", "/people", Permission.PEOPLE_READ),
    ("Organisations", "/organisations", Permission.ORGANISATION_READ),
    ("Disagreements", "/disagreements", Permission.DISAGREEMENT_READ),
    ("Data requests", "/data-requests", Permission.DATA_REQUEST_READ),
    ("Audit", "/audit", Permission.AUDIT_READ),
    ("Timescales", "/timescales", Permission.TIMESCALES_READ),
    ("Monitoring", "/monitoring", Permission.MONITORING_READ),
)
"""What is looked after rather than worked through; behind one word where there would be too much to read at once."""
MOST_SIDE_BY_SIDE = 9
"""Entries that fit one line of 1,280 px."""


def install(app: Flask) -> None:
    """Register each feature's pages on `app`."""
    decorators.install(app)
    login.install(app)
    timescales.install(app)
    gate.install(app)
    accounts.install(app)
    staffing.install(app)
    changes.install(app)
    notices.install(app, retention_policy.public_sentences())
    organisations.install(app)
    monitoring.install(app, {"erasures_applied": erasures.is_up_to_date})
    referrals.install(app, Beside(disagreeing.on_referral, disagreeing.note))
    enquiries.install(app)
    triage.install(app)
    safeguarding.install(app, Above(told.about, (told.for_cpoms, logged.for_cpoms)))
    cases.install(app)
    transfers.install(app)
    disagreements.install(app)
    accountability.install(app)
    retention.install(app)
    family.install(app)
    dashboards.install(app)
    mailbox.install(app, phone=contacts.ksaf().phone, email=contacts.ksaf().email)

    @app.context_processor
    def given_to_every_page() -> dict[str, Any]:
        actor: Actor | None = getattr(current_user, "actor", None)
        return {
            "actor": actor,
            "one_time_key": partial(once.one_time_key, actor.organisation_id if actor else None),
            **(navigation(actor) if actor else {}),
            # Asked for where it is shown, so that fragments and error pages cost no query.
            "waiting_count": LocalProxy(lambda: _waiting(actor)),
            "scheduler_stopped": actor is not None and _is_told_of_a_stop(actor),
            "notices": [{"kind": kind, "text": text} for kind, text in get_flashed_messages(with_categories=True)],
            "service_contacts": {"phone": contacts.ksaf().phone, "email": contacts.ksaf().email},
        }


def navigation(actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """Return what `actor` may open: the `navigation` in sight, and the `oversight` behind one word of it, if any."""
    daily, oversight = _entries(actor, NAVIGATION), _entries(actor, OVERSIGHT)
    if len(daily) + len(oversight) <= MOST_SIDE_BY_SIDE:
        return {"navigation": daily + oversight, "oversight": []}
    return {"navigation": daily, "oversight": oversight}


def _entries(actor: Actor, table: tuple[tuple[str, str, Permission | None], ...]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "href": href,
            "current": request.path == href or (href != "/" and request.path.startswith(href)),
        }
        for label, href, permission in table
        if permission is None or actor.may(permission)
    ]


def _waiting(actor: Actor | None) -> int:
    """Return how many things wait for `actor`, counted once a request."""
    if actor is None:
        return 0
    if "waiting_count" not in g:
        g.waiting_count = waiting.count(actor)
    return g.waiting_count


def _is_told_of_a_stop(actor: Actor) -> bool:
    """Say whether nothing is being sent and `actor` is of KSAF: partners could do nothing about it."""
    return actor.is_operator and health.stopped_since(current_user.last_pass) is not None
