"""The headings of a completion summary, who reads which, and what each says before anybody has edited it."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.cases.attendance import Given, GoalLine
from portal.cases.chart import average
from portal.cases.models import CaseWeek, Engagement


@dataclass(frozen=True)
class Heading:
    """One part of the summary: its title for the partner and, where the family reads it too, for them."""

    key: str
    title: str
    for_family: str = ""
    hint: str = ""
    is_required: bool = False


HEADINGS = (
    Heading("engagement", "How the family took part", "What we did together", is_required=True),
    Heading("progress", "Progress against the goals", "What has changed", is_required=True),
    Heading("barriers", "What stood in the way"),
    Heading("attendance", "Attendance", "Going to school"),
    Heading("concerns", "Safeguarding concerns", hint="For KSAF’s record. No partner and no family reads this."),
    Heading("recommendations", "What we recommend", "What can help from here", is_required=True),
    Heading("next_steps", "Next steps", "What happens next", is_required=True),
)
OURS = frozenset({"concerns"})
"""KSAF's own: in nobody else's version, whatever is ticked."""
FAMILY = tuple(each for each in HEADINGS if each.for_family)

_TOOK_PART = {
    Engagement.FULL: "took full part",
    Engagement.PARTIAL: "took some part",
    Engagement.LITTLE: "took little part",
    Engagement.NONE: "did not take part",
}


@dataclass(frozen=True)
class Recorded:
    """What the weeks left behind: the updates that were posted, the goals, the attendance."""

    weeks: list[CaseWeek]
    goals: list[GoalLine]
    attendance: list[Given]


def for_partner(content: dict[str, str], withheld: Iterable[str]) -> list[tuple[str, str]]:
    """Return the titles and texts that a partner may read: neither what is KSAF's own nor what is withheld."""
    left_out = OURS | set(withheld)
    return [(each.title, content[each.key]) for each in HEADINGS if each.key not in left_out and content.get(each.key)]


def for_family(family: dict[str, str]) -> list[tuple[str, str]]:
    """Return the titles and texts of the family's version."""
    return [(each.for_family, family[each.key]) for each in FAMILY if family.get(each.key)]


def draft(recorded: Recorded) -> dict[str, str]:
    """Return the text for each heading, from what was recorded."""
    posted = [week for week in recorded.weeks if week.posted_at is not None]
    # What not everybody reads of an update is not taken over: everybody who may read the summary reads all of it.
    progress = [week for week in posted if week.progress and not week.progress_part]
    barriers = [week for week in posted if week.barriers and not week.barriers_part]
    return {
        "engagement": _lines(_took_part(week) for week in posted),
        "progress": _lines(
            [*map(_goal, recorded.goals), *(f"Week {week.number}: {week.progress}" for week in progress)]
        ),
        "barriers": _lines(f"Week {week.number}: {week.barriers}" for week in barriers),
        "attendance": _attendance(recorded.attendance),
        "concerns": "",
        "recommendations": "",
        "next_steps": next(
            (week.next_steps for week in reversed(posted) if week.next_steps and not week.next_steps_part), ""
        ),
    }


def draft_family(recorded: Recorded) -> dict[str, str]:
    """Return the same for the family, in plain English."""
    posted = [week for week in recorded.weeks if week.posted_at is not None]
    took_part = sum(week.engagement in {Engagement.FULL, Engagement.PARTIAL} for week in posted)
    return {
        "engagement": f"We worked with you for {len(recorded.weeks)} weeks. You took part in {took_part} of them.",
        "progress": _lines(
            f"Your goal: {_sentence(goal.words)} You put yourselves at {goal.baseline} out of 10 at the start"
            f" and at {goal.latest} at the end."
            for goal in recorded.goals
        ),
        "attendance": _attendance(recorded.attendance),
        "recommendations": "",
        "next_steps": "",
    }


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(parts)


def _took_part(week: CaseWeek) -> str:
    return f"Week {week.number}: the family {_TOOK_PART[week.engagement] if week.engagement else 'was seen'}."


def _goal(goal: GoalLine) -> str:
    return f"Goal: {_sentence(goal.words)} From {goal.baseline} to {goal.latest} on a scale of 0 to 10."


def _sentence(words: str) -> str:
    """Return a family's `words` ending as a sentence does."""
    return words if words.endswith((".", "!", "?", "”", "…")) else f"{words}."


def _attendance(weeks: list[Given]) -> str:
    parts = [
        (name, [week for week in weeks if week.when.startswith(when)])
        for name, when in (("Before support", "Before"), ("During support", "Week"), ("Since support", "After"))
    ]
    return _lines(f"{name}: {average(found):g}% of sessions attended." for name, found in parts if found)
