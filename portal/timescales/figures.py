"""What KSAF's administrators may change of a timescale, and which changes are refused. No database."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final, Self

from portal.timescales.explained import in_unit
from portal.timescales.timescale import Escalation, LinkReminder, Span, Timescale, Unit

LONGEST: Final = 366
"""Ours: no timescale of the service is counted in more than a year of days."""

_PROGRAMME = "It goes by the five weeks of support (KSAF prospectus, Pathway 2), which are not a figure of this page."


class FigureError(ValueError):
    """A figure that may not be set; the message says why, to whoever tried."""

    def __init__(self, told: str, *, is_about_lead: bool = False) -> None:
        """Keep whether it is the reminder, rather than the length, that cannot be."""
        super().__init__(told)
        self.is_about_lead = is_about_lead


@dataclass(frozen=True)
class Figures:
    """Of one timescale what can be changed. Its unit, who owes it and from when it counts are the file's."""

    length: int
    lead: float | None
    """Before it is due (the ladder's own unit), or days after a link was sent; None where nothing comes before."""
    source: str
    ours: bool
    guidance: str
    checked_on: date

    @classmethod
    def of(cls, timescale: Timescale) -> Self:
        """Return those of `timescale`."""
        lead = lead_of(timescale)
        return cls(
            timescale.length,
            lead.length if lead else None,
            timescale.source,
            timescale.ours,
            timescale.guidance_version,
            timescale.checked_on,
        )

    @classmethod
    def read(cls, kept: str) -> Self:
        """Return those that `written` made into text."""
        given: dict[str, Any] = json.loads(kept)
        given["checked_on"] = date.fromisoformat(given["checked_on"])
        return cls(**given)

    def written(self) -> str:
        """Return them as the text that is kept."""
        return json.dumps({**asdict(self), "checked_on": self.checked_on.isoformat()}, ensure_ascii=False)

    def put_into(self, timescale: Timescale) -> Timescale:
        """Return `timescale` with these."""
        ladder = timescale.ladder
        if self.lead is not None and isinstance(ladder, Escalation):
            ladder = replace(ladder, approaching=Span(self.lead, ladder.approaching.unit))
        elif self.lead is not None and isinstance(ladder, LinkReminder):
            ladder = LinkReminder(int(self.lead))
        return replace(
            timescale,
            length=self.length,
            ladder=ladder,
            source=self.source,
            ours=self.ours,
            guidance_version=self.guidance,
            checked_on=self.checked_on,
        )


def lead_of(timescale: Timescale) -> Span | None:
    """Return how long before the end the first prompt comes, or how long after the start a parent is reminded."""
    match timescale.ladder:
        case Escalation(approaching, _):
            return approaching
        case LinkReminder(remind_after):
            return Span(remind_after, Unit.ELAPSED_DAYS)
        case _:
            return None


def why_fixed(timescale: Timescale, followed: str = "") -> str:
    """Return why its length cannot be changed by itself, to be read; empty where it can.

    `followed` is the title of the timescale that it is as long as.
    """
    if timescale.as_long_as:
        return f"It is always as long as “{followed}”: change that one, and this one follows."
    return _PROGRAMME if timescale.unit is Unit.END_OF_WEEK else ""


def check(installed: Timescale, now: Timescale, wanted: Figures, hours: tuple[time, time]) -> None:
    """Raise FigureError unless `wanted` may follow `now`; `installed` is what the file gives, `hours` KSAF's own."""
    if wanted == Figures.of(now):
        raise FigureError("Nothing is different from what is in force.")
    check_figure(installed, now, wanted, hours)
    _check_document(installed, now, wanted)


def check_figure(installed: Timescale, now: Timescale, wanted: Figures, hours: tuple[time, time]) -> None:
    """Raise FigureError unless the length and lead of `wanted` may be set at all, wherever they come from."""
    if not 1 <= wanted.length <= LONGEST:
        raise FigureError(f"The length has to be from 1 to {LONGEST}.")
    if wanted.length != now.length and why_fixed(installed):
        raise FigureError("This length cannot be changed by itself.")
    if installed.never_longer and wanted.length > installed.length:
        raise FigureError(f"It cannot be longer than {in_unit(installed)}. {installed.never_longer}")
    _check_lead(now, wanted, hours)


def _check_document(installed: Timescale, now: Timescale, wanted: Figures) -> None:
    """Refuse what is longer than the document allows whose edition is named beside it."""
    if installed.ours:
        return
    allowed = [each.length for each in (installed, now) if each.guidance_version == wanted.guidance]
    if allowed and wanted.length > max(allowed):
        raise FigureError(
            f"{wanted.guidance} gives no more than {max(allowed)}. It can be shorter; longer only where a newer"
            " edition says so. Name that edition under “Guidance read”."
        )


def _check_lead(now: Timescale, wanted: Figures, hours: tuple[time, time]) -> None:
    span = lead_of(now)
    if span is None or wanted.lead is None:
        return
    if wanted.lead <= 0:
        raise FigureError("The reminder has to come some time before the end.", is_about_lead=True)
    if span.unit is Unit.ELAPSED_DAYS and wanted.lead != int(wanted.lead):
        raise FigureError("The reminder comes after a whole number of days.", is_about_lead=True)
    if wanted.lead >= _hours_of(replace(now, length=wanted.length), span.unit, hours):
        raise FigureError("The reminder has to come between the start and the end.", is_about_lead=True)


def _hours_of(timescale: Timescale, unit: Unit, hours: tuple[time, time]) -> float:
    """Return about how long a timescale is, in `unit`: working hours, hours or days that pass."""
    opens, closes = (datetime.combine(date.min, each) for each in hours)
    day = (closes - opens).total_seconds() / 3600
    if unit is Unit.ELAPSED_DAYS:
        return timescale.length
    in_working_hours = {
        Unit.WORKING_DAYS: day,
        Unit.END_OF_WEEK: 5 * day,
        Unit.WEEKS: 5 * day,
        Unit.CALENDAR_DAYS: day * 5 / 7,
        Unit.CALENDAR_MONTHS: 20 * day,
    }
    return timescale.length * in_working_hours.get(timescale.unit, 1)
