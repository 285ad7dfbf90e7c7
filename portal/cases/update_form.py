"""What the form of a week's update takes, and what it means: for a draft as typed, for posting once it is complete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    FloatField,
    Form,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional, StopValidation

from portal.cases import scores
from portal.cases.draft_concern import FIELDS
from portal.cases.models import Engagement
from portal.cases.need_to_know import MARKS, TEXTS
from portal.cases.scores import Goal
from portal.cases.weeks import ENGAGEMENT, Shared
from portal.safeguarding import forms as concern_forms
from portal.safeguarding.rules import Danger
from portal.safeguarding.service import Raised
from portal.web.typed import tidied

LONGEST = 5000  # characters: two pages
MOST_CONTACTS = 50  # in one week; ours, more is a slip of the finger
_ROOM = Length(max=LONGEST, message=f"Shorten this to {LONGEST:,} characters or fewer")
ON_THE_PAGE_FIRST = ("engagement", "contacts", "attendance")
"""What the page asks before the goals, which the form declares last."""
_KEPT = (
    *("engagement", "contacts", "attendance"),
    *(name for text in TEXTS for name in (text, f"{text}_part")),
    *(*FIELDS, "note"),
)


@dataclass(frozen=True)
class Content:
    """One week's update as it is to be posted. `scores` by goal id; `concern` is None where there is none."""

    engagement: Engagement
    contacts: int | None
    attendance: float | None
    progress: str
    barriers: str
    next_steps: str
    scores: Mapping[int, int]
    note: str
    marks: Mapping[str, str]
    """For each text of the update that not everybody reads, who does: a key of need_to_know.MARKS."""
    concern: Raised | None


def _text(label: str, missing: str = "", hint: str = "", rows: int = 3) -> TextAreaField:
    needed = [DataRequired(missing)] if missing else []
    return TextAreaField(
        label, description=hint, filters=[tidied], validators=[*needed, _ROOM], render_kw={"rows": rows}
    )


def _mark(name: str) -> SelectField:
    """Return the field for who reads a text of the update."""
    return SelectField(
        f"Who reads “{TEXTS[name]}”?",
        choices=[SelectChoice(mark, words) for mark, words in MARKS.items()],
        default="",
        validators=[AnyOf(list(MARKS), message="Select who reads it")],
        validate_choice=False,
    )


def _readable(_form: Form, field: Field) -> None:
    """Ask no more of what is not a number at all."""
    if field.process_errors:
        raise StopValidation


def _otherwise(message: str) -> dict[str, Any]:
    """Return what says `message` where no number can be read: new in WTForms 3.3, newer than its type stubs."""
    return {"invalid_value_message": message}


class UpdateForm(Form):
    """A week's update. A field for each goal is added by `form_of`."""

    version = HiddenField(default="0")
    engagement = RadioField(
        "How did the family take part?",
        choices=[SelectChoice(each.value, words) for each, words in ENGAGEMENT.items()],
        validators=[InputRequired("Select how the family took part")],
    )
    contacts = IntegerField(
        "Contacts this week",
        description="Visits, calls and meetings with the family",
        validators=[
            InputRequired("Enter how many contacts there were, 0 for none"),
            _readable,
            NumberRange(0, MOST_CONTACTS, f"Contacts must be between 0 and {MOST_CONTACTS}"),
        ],
        **_otherwise("Contacts must be a whole number, like 3"),
    )
    attendance = FloatField(
        "Attendance this week (optional)",
        description="Leave it out if you do not know it yet",
        validators=[Optional(), _readable, NumberRange(0, 100, "Attendance must be between 0 and 100")],
        **_otherwise("Attendance must be a number, like 82.5"),
        render_kw={"inputmode": "decimal"},
    )
    progress = _text("Progress", "Enter what has been done and what has changed")
    progress_part = _mark("progress")
    barriers = _text("What stands in the way (optional)")
    barriers_part = _mark("barriers")
    next_steps = _text("Next steps", "Enter what happens next, and who does it")
    next_steps_part = _mark("next_steps")
    concern = RadioField(
        "Is there a safeguarding concern?",
        choices=[
            SelectChoice("no", "No"),
            SelectChoice("yes", "Yes: the safeguarding team is told when you post"),
        ],
        validators=[InputRequired("Select whether there is a safeguarding concern")],
    )
    danger = concern_forms.danger_field()
    seen = concern_forms.seen_field("What was seen or heard, by whom and when?", rows=3)
    said = concern_forms.said_field(rows=2)
    opinion = concern_forms.opinion_field(rows=2)
    note = _text("Notes (optional)")

    goals: Sequence[Goal] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask about danger only where there is a concern."""
        if self.concern.data != "yes":
            self.danger.validators = ()
        return super().validate(extra_validators)

    def validate_seen(self, field: Field) -> None:
        """Ask for words where there is a concern."""
        if self.concern.data == "yes" and not field.data and not self.said.data:
            raise ValidationError(concern_forms.SEEN_MISSING)

    def marks(self) -> dict[str, str]:
        """Return who reads each text of which that was chosen."""
        return {name: mark for name in TEXTS if (mark := self[f"{name}_part"].data or "") in MARKS and mark}

    def score_fields(self) -> list[Field]:
        """Return the field of each goal's score, in order."""
        return [self[_name(goal)] for goal in self.goals]

    def as_typed(self) -> dict[str, str]:
        """Return what was typed, by field, as a draft keeps it; empty fields are left out."""
        names = [*_KEPT, *map(_name, self.goals)]
        return {name: text for name in names if (text := _typed(self[name]))}

    def shared(self, number: int) -> Shared:
        """Return what the partner would read if this were posted now as the update of week `number`."""
        chosen = self.engagement.data or ""
        return Shared(
            engagement=ENGAGEMENT[Engagement(chosen)] if chosen in set(Engagement) else "",
            contacts=self.contacts.data,
            attendance=self.attendance.data,
            scores=scores.scored(self.goals, number, self._scores()),
            progress=self.progress.data or "",
            barriers=self.barriers.data or "",
            next_steps=self.next_steps.data or "",
        )

    def content(self, writer: str, number: int) -> Content:
        """Return what a validated form says; a concern in it is raised in the name of `writer`, with week `number`."""
        return Content(
            engagement=Engagement(self.engagement.data),
            contacts=self.contacts.data,
            attendance=self.attendance.data,
            progress=self.progress.data or "",
            barriers=self.barriers.data or "",
            next_steps=self.next_steps.data or "",
            scores=self._scores(),
            note=self.note.data or "",
            marks=self.marks(),
            concern=self._raised(writer, number) if self.concern.data == "yes" else None,
        )

    def _raised(self, writer: str, number: int) -> Raised:
        return Raised(
            danger=Danger(self.danger.data),
            seen=self.seen.data or "",
            said=self.said.data or "",
            opinion=self.opinion.data or "",
            witness=writer,
            week_number=number,
        )

    def _scores(self) -> dict[int, int]:
        return {goal.id: self[_name(goal)].data for goal in self.goals if self[_name(goal)].data is not None}


def form_of(goals: Sequence[Goal], number: int, typed: Mapping[str, str] | MultiDict[str, str]) -> UpdateForm:
    """Return the form of week `number` for a family with these `goals`, holding what was `typed`."""
    fields: dict[str, Any] = {
        _name(goal): IntegerField(
            goal.words,
            description=f"{scores.before(goal, number)}; leave it out if nobody asked this week",
            validators=[Optional(), _readable, NumberRange(0, 10, "A score must be between 0 and 10")],
            **_otherwise("A score must be a whole number from 0 to 10"),
        )
        for goal in goals
    }
    made: UpdateForm = type("WeekForm", (UpdateForm,), {**fields, "goals": tuple(goals)})(MultiDict(typed))
    return made


def _name(goal: Goal) -> str:
    return f"goal-{goal.key}"


def _typed(field: Field) -> str:
    """Return what was typed into `field`: the number that cannot be read too."""
    raw = field.raw_data[0] if field.raw_data else ""
    return tidied(raw)
