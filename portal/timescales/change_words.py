"""What a change of the timescales means, in words: before, after, and what it would do to something that starts now."""

import json
from dataclasses import dataclass
from datetime import datetime

from portal.timescales import explained, in_force, ladder, work
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.changing import Change
from portal.timescales.descriptions import WHO
from portal.timescales.figures import Figures, lead_of, wait_of
from portal.timescales.pauses import WHILE
from portal.timescales.policy import Policy
from portal.timescales.timescale import Escalation, LinkReminder, OwedBy, PromptWhenDue, Span, Timescale, Unit
from portal.web.dates import date_only, long_datetime

LEAD_UNITS = {
    Unit.WORKING_HOURS: "working hours before it is due",
    Unit.ELAPSED_HOURS: "hours before it is due",
    Unit.ELAPSED_DAYS: "days after the link is sent",
}
WAITS = {Unit.WORKING_DAYS: "working days", Unit.ELAPSED_HOURS: "hours"}
_ONE = {"working days": "working day", "working hours": "working hour", "hours": "hour", "days": "day"}
_AT_KSAF = {OwedBy.OPERATOR: "the head of service", OwedBy.SAFEGUARDING_TEAM: "the head of service"}
_STEPS = {
    ladder.Rung.APPROACHING: "First reminder",
    ladder.Rung.REMINDER: "Reminder to the parent",
    ladder.Rung.STILL_MISSED: "Still missed",
}
_STOPS, _WHOSE = "Stops", "Whose work at KSAF"


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise: what, and in words before and after."""

    what: str
    was: str
    becomes: str


def title(timescale: Timescale) -> str:
    """Return its title as the beginning of a sentence."""
    return timescale.title[:1].upper() + timescale.title[1:]


def lead_in_words(timescale: Timescale) -> str:
    """Return "2 working hours before it is due"; empty where nothing comes before the end."""
    lead = lead_of(timescale)
    if lead is None:
        return ""
    return _counted(lead, LEAD_UNITS[lead.unit])


def wait_in_words(timescale: Timescale) -> str:
    """Return "1 working day later", after it was missed; empty where no last step follows."""
    wait = wait_of(timescale)
    return f"{_counted(wait, WAITS[wait.unit])} later" if wait else ""


def pauses_in_words(timescale: Timescale) -> str:
    """Return "Stops while …"; empty for what never pauses by itself."""
    return (
        f"Stops while {' or '.join(WHILE[each] for each in timescale.pauses_while)}" if timescale.pauses_while else ""
    )


def differences(change: Change, rules: Policy) -> list[Difference]:
    """Return what a change made otherwise; nothing for a timescale that this release no longer has."""
    if change.kind == in_force.HOURS:
        return [Difference("Open", *(_hours(each) for each in (change.was, change.becomes)))]
    if change.kind not in rules.timescales:
        return []
    told = [_told(Figures.read(each).put_into(rules[change.kind])) for each in (change.was, change.becomes)]
    return [Difference(what, was, told[1][what]) for what, was in told[0].items() if was != told[1][what]]


def if_it_starts(now: datetime, was: Timescale, becomes: Timescale, calendar: WorkingCalendar) -> list[Difference]:
    """Return when something that starts `now` is due and each step of its ladder comes: as it is, as it would be.

    With what else would be otherwise, in words.
    """
    before, after = _instants(now, was, calendar), _instants(now, becomes, calendar)
    others = (Difference(what, *(_told(each)[what] for each in (was, becomes))) for what in (_STOPS, _WHOSE))
    return [
        *(Difference(what, words, after[what]) for what, words in before.items()),
        *(each for each in others if each.was != each.becomes),
    ]


def owes_in_words(timescale: Timescale) -> str:
    """Return "KSAF owes it", or who may do what nobody has to."""
    return f"{WHO[timescale.owed_by]} {'may do it' if isinstance(timescale.ladder, PromptWhenDue) else 'owes it'}"


def ladder_in_words(timescale: Timescale) -> list[str]:
    """Return each step of its ladder with whom it reaches, the first one first."""
    lead = lead_in_words(timescale)
    match timescale.ladder:
        case PromptWhenDue():
            return ["When it is due: whoever may do it, and their managers"]
        case LinkReminder():
            return [f"{lead}: the family", "When it ends: whoever made the link"]
        case Escalation(_, wait):
            top = _AT_KSAF.get(timescale.owed_by, "the head of service, at a partner its admins")
            steps = [
                f"{lead}: whoever it is on",
                "When it is missed: their managers, and whoever it is on",
                f"{_counted(wait, WAITS[wait.unit])} later: {top}",
            ]
            if isinstance(timescale.repeats, str):
                steps.append(f"Each {explained.in_unit(timescale)} after that: all of them, until it is done")
            return steps


def _instants(now: datetime, timescale: Timescale, calendar: WorkingCalendar) -> dict[str, str]:
    due_at = timescale.due_at(now, calendar)
    steps = ladder.rungs(timescale, due_at, calendar)
    told = {"Due": long_datetime(due_at)}
    for rung, at in steps:
        if rung in _STEPS:
            told[_STEPS[rung]] = long_datetime(at) if at > now else "None: it would come before the start"
    if isinstance(timescale.repeats, str):
        told["Told again"] = long_datetime(timescale.due_at(steps[-1][1], calendar))
    return told


def _told(timescale: Timescale) -> dict[str, str]:
    remind = "Reminder to the parent" if isinstance(timescale.ladder, LinkReminder) else "First reminder"
    return {
        "Within": explained.in_unit(timescale),
        remind: lead_in_words(timescale),
        "Still missed": wait_in_words(timescale),
        _STOPS: pauses_in_words(timescale).removeprefix("Stops ") or "never",
        _WHOSE: work.in_words(timescale),
        "Source": timescale.source,
        "Whose figure": "KSAF’s own figure" if timescale.ours else "The document’s",
        "Guidance read": timescale.guidance_version,
        "Checked on": date_only(timescale.checked_on),
    }


def _counted(span: Span, many: str) -> str:
    """Return a length with its unit, which `many` begins with in the plural: "1 working day", "2 hours later"."""
    one = next((many.replace(each, _ONE[each], 1) for each in _ONE if many.startswith(each)), many)
    return f"{span.length:g} {one if span.length == 1 else many}"


def _hours(kept: str) -> str:
    given = json.loads(kept)
    return f"{given['opens'][:5]} to {given['closes'][:5]}"
