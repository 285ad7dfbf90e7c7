"""What KSAF's administrators may change of a timescale, and which changes are refused. No database."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, time
from typing import Any, Final, Self

from portal.access.roles import Role
from portal.timescales import pauses, units
from portal.timescales.explained import in_unit, unit_in_words
from portal.timescales.pauses import Pause
from portal.timescales.timescale import Escalation, LinkReminder, Span, Timescale, Unit

# Ours: who leads KSAF's service hears of what is late before a month has passed.
_LONGEST_WAIT = {Unit.WORKING_DAYS: 20, Unit.ELAPSED_HOURS: 20 * 24}


class FigureError(ValueError):
    """A figure that may not be set; the message says why, to whoever tried."""

    def __init__(self, told: str, about: str = "length") -> None:
        """Keep which field of the form it is about."""
        super().__init__(told)
        self.about = about


@dataclass(frozen=True)
class Figures:
    """Of one timescale what can be changed. What is owed, from when and until what is the portal's own doing.

    What a change from before it could be changed does not say is None, and is then as the file gives it.
    """

    length: int
    lead: float | None
    """Before it is due, or days after a link was sent; None where nothing comes before."""
    source: str
    ours: bool
    guidance: str
    checked_on: date
    unit: Unit | None = None
    lead_unit: Unit | None = None
    wait: float | None = None
    """From when it was missed until the last rung; None where there is none."""
    wait_unit: Unit | None = None
    pauses_while: tuple[Pause, ...] | None = None
    work_of: tuple[Role, ...] | None = None

    @classmethod
    def of(cls, timescale: Timescale) -> Self:
        """Return those of `timescale`."""
        lead, wait = lead_of(timescale), wait_of(timescale)
        return cls(
            length=timescale.length,
            lead=lead.length if lead else None,
            source=timescale.source,
            ours=timescale.ours,
            guidance=timescale.guidance_version,
            checked_on=timescale.checked_on,
            unit=timescale.unit,
            lead_unit=lead.unit if lead else None,
            wait=wait.length if wait else None,
            wait_unit=wait.unit if wait else None,
            pauses_while=timescale.pauses_while,
            work_of=timescale.work_of,
        )

    @classmethod
    def read(cls, kept: str) -> Self:
        """Return those that `written` made into text."""
        given: dict[str, Any] = json.loads(kept)
        for name in _READ.keys() & given.keys():
            given[name] = None if given[name] is None else _READ[name](given[name])
        return cls(**given)

    def written(self) -> str:
        """Return them as the text that is kept."""
        return json.dumps({**asdict(self), "checked_on": self.checked_on.isoformat()}, ensure_ascii=False)

    def put_into(self, timescale: Timescale) -> Timescale:
        """Return `timescale` with these."""
        ladder = timescale.ladder
        if isinstance(ladder, Escalation):
            approaching = _span(self.lead, self.lead_unit, ladder.approaching)
            ladder = Escalation(approaching, _span(self.wait, self.wait_unit, ladder.still_missed))
        elif self.lead is not None and isinstance(ladder, LinkReminder):
            ladder = LinkReminder(int(self.lead))
        return replace(
            timescale,
            length=self.length,
            unit=self.unit or timescale.unit,
            ladder=ladder,
            pauses_while=timescale.pauses_while if self.pauses_while is None else self.pauses_while,
            work_of=self.work_of or timescale.work_of,
            source=self.source,
            ours=self.ours,
            guidance_version=self.guidance,
            checked_on=self.checked_on,
        )


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "checked_on": date.fromisoformat,
    **dict.fromkeys(("unit", "lead_unit", "wait_unit"), Unit),
    "pauses_while": lambda named: tuple(Pause(each) for each in named),
    "work_of": lambda named: tuple(Role(each) for each in named),
}


def lead_of(timescale: Timescale) -> Span | None:
    """Return how long before the end the first prompt comes, or how long after the start a parent is reminded."""
    match timescale.ladder:
        case Escalation(approaching, _):
            return approaching
        case LinkReminder(remind_after):
            return Span(remind_after, Unit.ELAPSED_DAYS)
        case _:
            return None


def wait_of(timescale: Timescale) -> Span | None:
    """Return how long after it was missed the last rung follows; None where no rung does."""
    return timescale.ladder.still_missed if isinstance(timescale.ladder, Escalation) else None


def why_fixed(timescale: Timescale, followed: str = "") -> str:
    """Return why its length cannot be changed by itself, to be read; empty where it can.

    `followed` is the title of the timescale that it is as long as.
    """
    if timescale.as_long_as:
        return f"It is always as long as “{followed}”: change that one, and this one follows."
    return units.PROGRAMME if timescale.unit is Unit.END_OF_WEEK else ""


def check(installed: Timescale, now: Timescale, wanted: Figures, hours: tuple[time, time]) -> None:
    """Raise FigureError unless `wanted` may follow `now`; `installed` is what the file gives, `hours` KSAF's own."""
    if wanted == Figures.of(now):
        raise FigureError("Nothing is different from what is in force.")
    check_figure(installed, now, wanted, hours)
    _check_document(installed, now, wanted)


def check_figure(installed: Timescale, now: Timescale, wanted: Figures, hours: tuple[time, time]) -> None:
    """Raise FigureError unless what `wanted` says of time may be set at all, wherever it comes from."""
    becomes = wanted.put_into(now)
    if becomes.unit not in ({now.unit} if units.why_fixed(installed) else set(units.possible(installed))):
        raise FigureError(f"It cannot be counted in that. {units.why_fixed(installed)}".strip(), "unit")
    longest = units.LONGEST.get(becomes.unit, units.LONGEST_OF_OTHERS)
    if not 1 <= wanted.length <= longest:
        raise FigureError(f"The length has to be from 1 to {longest}.")
    if wanted.length != now.length and why_fixed(installed):
        raise FigureError("This length cannot be changed by itself.")
    if installed.never_longer and wanted.length > installed.length:
        raise FigureError(f"It cannot be longer than {in_unit(installed)}. {installed.never_longer}")
    _check_lead(becomes, wanted.lead, hours)
    _check_wait(installed, becomes)
    if not set(becomes.pauses_while) <= set(pauses.possible(now.kind)):
        raise FigureError(pauses.why_never(now.kind), "pauses")


def _check_document(installed: Timescale, now: Timescale, wanted: Figures) -> None:
    """Refuse what is longer than the document allows whose edition is named beside it, and another unit than its own.

    Which of two units is longer depends on the day it starts: so another needs an edition that counts in it.
    """
    named = [each for each in (installed, now) if each.guidance_version == wanted.guidance]
    if installed.ours or not named:
        return
    same_unit = [each.length for each in named if each.unit is wanted.unit]
    if not same_unit:
        raise FigureError(
            f"{wanted.guidance} counts this in {unit_in_words(named[0])}. Count it otherwise only where a newer edition"
            " does. Name that edition under “Guidance read”."
        )
    if wanted.length > max(same_unit):
        raise FigureError(
            f"{wanted.guidance} gives no more than {max(same_unit)}. It can be shorter; longer only where a newer"
            " edition says so. Name that edition under “Guidance read”."
        )


def _check_lead(becomes: Timescale, wanted: float | None, hours: tuple[time, time]) -> None:
    span = lead_of(becomes)
    if span is None:
        return
    if span.unit not in units.of_lead(becomes):
        raise FigureError("The reminder cannot be counted in that.", "lead_unit")
    if span.length <= 0:
        raise FigureError("The reminder has to come some time before the end.", "lead")
    if span.unit is Unit.ELAPSED_DAYS and wanted != span.length:  # of the days typed a whole number is left
        raise FigureError("The reminder comes after a whole number of days.", "lead")
    if span.length >= units.length_in(span.unit, becomes, hours):
        raise FigureError("The reminder has to come between the start and the end.", "lead")


def _check_wait(installed: Timescale, becomes: Timescale) -> None:
    wait, first = wait_of(becomes), wait_of(installed)
    if wait is None or first is None:
        return
    if wait.unit not in _LONGEST_WAIT:
        raise FigureError("The wait cannot be counted in that.", "wait_unit")
    longest = _LONGEST_WAIT[wait.unit]
    if not 0 < wait.length <= longest:
        raise FigureError(f"The wait has to be more than 0 and no more than {longest}.", "wait")
    if wait.unit is Unit.WORKING_DAYS and wait.length != int(wait.length):
        raise FigureError("The wait is a whole number of working days.", "wait")
    if installed.never_longer and _hours(wait) > _hours(first):
        raise FigureError("Whoever leads the service cannot hear of this any later than they do.", "wait")


def _hours(wait: Span) -> float:
    """Return the fewest hours that pass in a wait that begins at closing."""
    return wait.length * (24 if wait.unit is Unit.WORKING_DAYS else 1)


def _span(length: float | None, unit: Unit | None, kept: Span) -> Span:
    return Span(kept.length if length is None else length, unit or kept.unit)
