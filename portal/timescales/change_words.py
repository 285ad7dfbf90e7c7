"""What a change of the timescales means, in words: before, after, and what it would do to something that starts now."""

import json
from dataclasses import dataclass
from datetime import datetime

from portal.timescales import explained, in_force, ladder
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.changing import Change
from portal.timescales.descriptions import WHO
from portal.timescales.figures import Figures, lead_of
from portal.timescales.policy import Policy
from portal.timescales.timescale import Escalation, LinkReminder, OwedBy, PromptWhenDue, Timescale, Unit
from portal.web.dates import count_of, date_only, long_datetime

LEAD_UNITS = {
    Unit.WORKING_HOURS: "working hours before it is due",
    Unit.ELAPSED_HOURS: "hours before it is due",
    Unit.ELAPSED_DAYS: "days after the link is sent",
}
_ONE = {"working hours": "working hour", "hours": "hour", "days": "day"}
_PAUSES = {
    "information_requested": "the referrer is asked for information",
    "context_requested": "the family or school is asked about attendance",
    "data_request_waiting": "KSAF waits for what it asked of whoever made the request",
}


_SPANS = {Unit.WORKING_DAYS: "working day", Unit.ELAPSED_HOURS: "hour"}
_AT_KSAF = {OwedBy.OPERATOR: "the head of service", OwedBy.SAFEGUARDING_TEAM: "the head of service"}


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
    words = LEAD_UNITS[lead.unit]
    if lead.length == 1:
        words = next((words.replace(many, one, 1) for many, one in _ONE.items() if words.startswith(many)), words)
    return f"{lead.length:g} {words}"


def pauses_in_words(timescale: Timescale) -> str:
    """Return "Stops while …"; empty for what never pauses by itself."""
    return (
        f"Stops while {' or '.join(_PAUSES[each] for each in timescale.pauses_while)}" if timescale.pauses_while else ""
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
    """Return when something that starts `now` is due, and its reminder comes: as it is, and as it would be."""
    before, after = _instants(now, was, calendar), _instants(now, becomes, calendar)
    return [Difference(what, words, after[what]) for what, words in before.items()]


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
                f"{count_of(int(wait.length), _SPANS[wait.unit])} later: {top}",
            ]
            if isinstance(timescale.repeats, str):
                steps.append(f"Each {explained.in_unit(timescale)} after that: all of them, until it is done")
            return steps


def _instants(now: datetime, timescale: Timescale, calendar: WorkingCalendar) -> dict[str, str]:
    due_at = timescale.due_at(now, calendar)
    told = {"Due": long_datetime(due_at)}
    if lead_of(timescale) is not None:
        reminder = ladder.rungs(timescale, due_at, calendar, now)[0]
        is_before = reminder[0] in {ladder.Rung.APPROACHING, ladder.Rung.REMINDER}
        told["First reminder"] = long_datetime(reminder[1]) if is_before else "None: it would come before the start"
    return told


def _told(timescale: Timescale) -> dict[str, str]:
    remind = "Reminder to the parent" if isinstance(timescale.ladder, LinkReminder) else "First reminder"
    return {
        "Within": explained.in_unit(timescale),
        remind: lead_in_words(timescale),
        "Source": timescale.source,
        "Whose figure": "KSAF’s own figure" if timescale.ours else "The document’s",
        "Guidance read": timescale.guidance_version,
        "Checked on": date_only(timescale.checked_on),
    }


def _hours(kept: str) -> str:
    given = json.loads(kept)
    return f"{given['opens'][:5]} to {given['closes'][:5]}"
