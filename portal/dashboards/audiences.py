"""Which first page somebody sees, and what is on it."""

from collections.abc import Callable
from typing import Any

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.access.roles import OrganisationKind
from portal.dashboards import panels
from portal.enquiries import hours
from portal.enquiries.call_backs import shown as call_backs
from portal.organisations import contacts
from portal.organisations import queries as organisations


def of(actor: Actor) -> str:
    """Return the name of the page for `actor`: partner, councillor, triage or staff."""
    if actor.organisation_kind is OrganisationKind.COUNCILLOR:
        return "councillor"
    if not actor.is_operator:
        return "partner"
    return "triage" if actor.may(Permission.REFERRAL_QUEUE) else "staff"


def _partner(actor: Actor) -> dict[str, Any]:
    agreed = organisations.agreement_in_force(actor) is not None
    return {"has_agreed": agreed, **panels.waiting(actor), **panels.latest(actor)}


def _triage(actor: Actor) -> dict[str, Any]:
    return {**panels.waiting(actor), **panels.queue(actor), **panels.latest(actor)}


def _staff(actor: Actor) -> dict[str, Any]:
    calls = call_backs.context(actor) if actor.may(Permission.ENQUIRY_READ) else {}
    return {"hours": hours.in_words(), **panels.waiting(actor), "calls": calls}


def _councillor(actor: Actor) -> dict[str, Any]:
    return {"line": contacts.ksaf(), **panels.waiting(actor)}


CONTEXTS: dict[str, Callable[[Actor], dict[str, Any]]] = {
    "partner": _partner,
    "triage": _triage,
    "staff": _staff,
    "councillor": _councillor,
}
