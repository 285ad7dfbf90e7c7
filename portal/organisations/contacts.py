"""Contacts of KSAF and the statutory services, by the area where the child is, from TOML."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

Area = Literal["national", "ksaf", "kent", "medway"]

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
VISITING: str = _TABLE["visiting"]
"""Who acts for a child who is away from home."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One service: what it is for, how and when to reach it, and when that was last checked."""

    key: str
    area: Area
    service: str
    label: str
    what_for: str
    hours: str
    checked_on: date
    source: str
    phone: str = ""
    out_of_hours_phone: str = ""
    email: str = ""
    front_door: bool = False
    """Takes the first call about a child at risk in its area."""
    statutory: bool = False
    """Takes statutory referrals: KSAF waits for its acknowledgement and its outcome."""
    about_staff: bool = False
    """Takes allegations about people who work with children."""

    def phone_when(self, *, out_of_hours: bool) -> str:
        """The number that is answered now; the ordinary one where there is no other."""
        return (out_of_hours and self.out_of_hours_phone) or self.phone


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, with the contacts it needs."""

    title: str
    text: str
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class StopPage:
    """What to do when a child may be in danger, in order."""

    title: str
    steps: tuple[Step, ...]
    visiting: str
    afterwards: str


def _read(table: dict[str, Any]) -> Contact:
    hours = _TABLE["hours"][table["hours"]]
    # One line may be checked later than the rest of the list.
    return Contact(**{"checked_on": _TABLE["checked_on"], **table, "hours": hours})


CONTACTS = tuple(_read(table) for table in _TABLE["contact"])


def contact(key: str) -> Contact:
    """The contact called ``key``; raises KeyError when there is none."""
    return {each.key: each for each in CONTACTS}[key]


def ksaf() -> Contact:
    """KSAF's Support and Advice Line."""
    return contact("ksaf")


def ksaf_safeguarding() -> Contact:
    """KSAF's safeguarding team."""
    return contact("ksaf_safeguarding")


def for_area(area: str) -> tuple[Contact, ...]:
    """The services of ``area``, emergency first: kent, medway, other or not_known.

    Elsewhere we know only the national number; when the area is not known every area is shown.
    """
    shown = {"national", *_areas(area)}
    return tuple(each for each in CONTACTS if each.area in shown)


def _areas(area: str) -> set[str]:
    if area in {"kent", "medway"}:
        return {area}
    return set() if area == "other" else {"kent", "medway"}


def immediate_danger(area: str, *, is_out_of_hours: bool) -> tuple[tuple[Contact, str], ...]:
    """Who to call now about danger in ``area``, in order, each with the number answered now."""
    first = (contact("emergency"), *_front_doors(area))
    return tuple((each, each.phone_when(out_of_hours=is_out_of_hours)) for each in first)


def _front_doors(area: str) -> tuple[Contact, ...]:
    return tuple(each for each in for_area(area) if each.front_door)


def stop_page(area: str) -> StopPage:
    """What to do now about immediate risk where the child is: kent, medway, other or not_known.

    Front doors carry both their day and night numbers, so the page is right at any hour.
    """
    stop = _TABLE["stop"]
    steps = tuple(_step(step, area) for step in stop["step"])
    return StopPage(stop["title"], steps, VISITING, stop["afterwards"])


def _step(step: dict[str, Any], area: str) -> Step:
    match step.get("contacts"):
        case "emergency":
            return Step(step["title"], step["text"], (contact("emergency"),))
        case "front_door":
            if doors := _front_doors(area):
                return Step(step["title"], step["text"], doors)
            return Step(**_TABLE["stop"]["elsewhere"])
        case _:
            return Step(step["title"], step["text"])
