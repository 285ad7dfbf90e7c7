"""Which first page somebody sees: by their role at KSAF, or by the kind of their organisation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.access.actor import Actor
from portal.access.roles import OrganisationKind, Role
from portal.dashboards import panels
from portal.dashboards.panels import Panel
from portal.dashboards.shown import Listed, Reading
from portal.enquiries import hours
from portal.enquiries.call_backs import shown as call_backs
from portal.organisations import contacts


def _nothing(_reading: Reading) -> dict[str, Any]:
    return {}


def _partner(reading: Reading) -> dict[str, Any]:
    return {"has_agreed": reading.standing.has_agreed}


def _councillor(_reading: Reading) -> dict[str, Any]:
    return {"line": contacts.ksaf()}


def _adviser(reading: Reading) -> dict[str, Any]:
    return {"hours": hours.in_words(), "calls": call_backs.context(reading.actor)}


@dataclass(frozen=True)
class Page:
    """A first page: its panels in the order in which a phone shows them, and what its template needs beside them."""

    panels: tuple[Panel, ...]
    template: str = "dashboards/home.html"
    beside: Callable[[Reading], dict[str, Any]] = _nothing


_OWN = (panels.WAITING, panels.CHANGED)
_REFERRER = Page((*_OWN, panels.RAISED, panels.LATEST), "dashboards/partner.html", _partner)
_LOOKS_ON = Page((*_OWN, panels.RAISED, panels.SHARED, panels.LATEST), "dashboards/partner.html", _partner)

PAGES: dict[OrganisationKind | Role, Page] = {
    OrganisationKind.EDUCATION: _REFERRER,
    OrganisationKind.COMMUNITY: _REFERRER,
    OrganisationKind.LOCAL_AUTHORITY: _LOOKS_ON,
    OrganisationKind.HEALTH: _LOOKS_ON,
    OrganisationKind.COUNCILLOR: Page((panels.WAITING, panels.SIGNPOSTED), "dashboards/councillor.html", _councillor),
    Role.SUPPORT_LINE_ADVISER: Page((panels.WAITING,), "dashboards/adviser.html", _adviser),
    Role.TRIAGE_OFFICER: Page((*_OWN, panels.QUEUE, panels.MINE)),
    Role.CASE_MANAGER: Page((*_OWN, panels.CASELOAD, panels.TO_ARRANGE, panels.QUEUE)),
    Role.FAMILY_OUTREACH_PRACTITIONER: Page((*_OWN, panels.RAISED, panels.CASELOAD)),
    Role.SAFEGUARDING_TEAM: Page((panels.CONCERNS, panels.RISK, *_OWN, panels.QUEUE)),
    Role.MANAGER: Page((*_OWN, panels.DECISIONS, panels.MISSED, panels.TO_ARRANGE, panels.DATA_REQUESTS)),
    Role.ADMINISTRATOR: Page(
        (panels.WAITING, panels.DATA_REQUESTS, panels.MAIL, panels.MACHINE, panels.AGREEMENTS, panels.INVITATIONS)
    ),
}


def of(actor: Actor) -> Page:
    """Return the first page of `actor`."""
    return PAGES[actor.role if actor.is_operator else actor.organisation_kind]


def context(actor: Actor, page: Page) -> dict[str, Any]:
    """Return what the template of `page` shows `actor`: each panel as it stands, with the tag of its next refresh."""
    reading = Reading(actor)
    parts: list[dict[str, Any]] = []
    for panel in page.panels:
        shown = panel.read(reading)
        parts.append({"panel": panel, "shown": shown, "tag": panels.tag(panel, reading, shown) or ""})
    listed = parts[page.panels.index(panels.WAITING)]["shown"]
    # The header's count is the list's own length here, so that the two agree and it costs no query.
    count = len(listed.rows) if isinstance(listed, Listed) else 0
    return {"parts": parts, "waiting_count": count, **page.beside(reading)}
