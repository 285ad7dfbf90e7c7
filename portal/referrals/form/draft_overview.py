"""How far a draft is: what its task list and its quality panel show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.referrals import queries
from portal.referrals.form import quality, requirements
from portal.referrals.form.requirements import Missing, Status
from portal.referrals.form.sections import SECTIONS, Answers, Question, Section, question, section
from portal.referrals.models import ReferralSection

MOST_ADVICE = 3


@dataclass(frozen=True)
class Task:
    """One section of the form and how far it is."""

    section: Section
    status: Status


@dataclass(frozen=True)
class Suggestion:
    """What would make the referral stronger, and the question it is about."""

    text: str
    section: Section
    question: Question


@dataclass(frozen=True)
class DraftOverview:
    """A draft as its writers see it."""

    answers: Answers
    tasks: tuple[Task, ...]
    gaps: tuple[Missing, ...]
    met: int
    wanted: int
    advice: tuple[Suggestion, ...]
    """The weightiest suggestions, weightiest first."""
    why_reduced: str | None
    last_saved: ReferralSection | None

    @property
    def complete(self) -> int:
        """How many sections have what they need."""
        return sum(task.status == "complete" for task in self.tasks)

    def gaps_in(self, section: Section) -> list[Missing]:
        """What `section` still needs before the referral can be sent."""
        return [gap for gap in self.gaps if gap[0] is section]


def overview(kind: str, saved: Mapping[str, ReferralSection], today: date) -> DraftOverview:
    """Sum up the `saved` sections (by key) of a draft from an organisation of `kind`, on the day `today`."""
    answers = queries.answers_of(saved.values())
    gaps = tuple(requirements.missing(kind, answers, today))
    met, wanted = quality.strength(kind, answers)
    return DraftOverview(
        answers=answers,
        tasks=tuple(Task(each, requirements.section_status(each, kind, answers)) for each in SECTIONS),
        gaps=gaps,
        met=met,
        wanted=wanted,
        advice=tuple(_suggestions(kind, answers, today)[:MOST_ADVICE]),
        why_reduced=requirements.why_reduced(answers),
        last_saved=max(saved.values(), key=lambda row: row.updated_at, default=None),
    )


def _suggestions(kind: str, answers: Answers, today: date) -> list[Suggestion]:
    found = quality.advice(kind, answers, today)
    return [Suggestion(each.text, section(each.section_key), question(each.question_key)) for each in found]
