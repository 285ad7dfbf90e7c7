"""What the forms of week 1 take: consent asked again, the plan, and the family's goals."""

import datetime as dt

from wtforms import (
    Field,
    Form,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange

from portal.cases.consent_again import Answer, statements
from portal.cases.goals import SCALE
from portal.cases.menu import MENU
from portal.cases.models import CaseGoal
from portal.cases.plan import PARTS, Texts
from portal.consent import wording
from portal.consent.models import Position
from portal.consent.statements import METHOD_WORDS, Giver
from portal.timescales.forms import DateField
from portal.web.dates import today
from portal.web.typed import one_line, tidied

ON_A_PAGE = 600  # characters for each part: all of them, and five goals, print on one page
LONGEST = 5000  # characters for KSAF's own texts: two pages
GOAL = 200  # characters: a sentence
_POSITIONS: dict[str, str] = {
    Position.GIVEN: "Agreed",
    Position.LIMITED: "Agreed, with limits",
    Position.REFUSED: "Did not agree",
}
ASKED = tuple(wording.current().purposes)
# Nobody's own link reaches KSAF's worker, who asks; and what lets somebody agree is known before support begins.
_METHODS = [SelectChoice(key, words.capitalize()) for key, words in METHOD_WORDS.items() if key != "link"]
_CAPACITIES = {
    "parental_responsibility": "They hold parental responsibility",
    "delegated": "Somebody with parental responsibility has passed the decision to them",
    "young_person": "They are the young person and understand the decision",
}


def text(label: str, hint: str = "", missing: str = "", *, rows: int = 4, room: int = LONGEST) -> TextAreaField:
    """Return a field for a few sentences; `missing` is what it says when it has to hold something and does not."""
    return TextAreaField(
        label,
        description=hint,
        filters=[tidied],
        validators=[
            *([DataRequired(missing)] if missing else []),
            Length(max=room, message=f"Shorten this to {room:,} characters or fewer"),
        ],
        render_kw={"rows": rows},
    )


def choice(label: str, choices: dict[str, str], missing: str, hint: str = "") -> RadioField:
    """Return radios of which one has to be chosen."""
    return RadioField(
        label,
        description=hint,
        choices=[SelectChoice(value, words) for value, words in choices.items()],
        validators=[AnyOf(list(choices), message=missing)],
        validate_choice=False,
    )


class ConsentForm(Form):
    """What the family said when it was asked again: a field for each purpose is added below."""

    given_by = StringField(
        "Who answered?",
        description="Full name.",
        filters=[one_line],
        validators=[
            DataRequired("Enter the name of the person who answered"),
            Length(max=200, message="Use 200 characters or fewer"),
        ],
    )
    capacity = choice("What lets them decide for the child?", _CAPACITIES, "Select what lets this person decide")
    method = RadioField(
        "How were they asked?",
        choices=_METHODS,
        validators=[InputRequired("Select how they were asked")],
    )
    asked_on = DateField(
        "When?",
        format="%d %m %Y",
        description="For example, 23 11 2026",
        validators=[InputRequired("Enter the day they were asked")],
    )
    limits = text(
        "Limits, in their words",
        "If they agreed with limits: what may not be shared, or with whom.",
        rows=3,
        room=1000,
    )
    note = text("Note", "For KSAF’s record. Nobody outside KSAF reads it.", rows=3)

    def purposes(self) -> list[Field]:
        """Return the fields of the purposes, in order."""
        return [self[f"purpose_{each.key}"] for each in ASKED]

    def validate_asked_on(self, field: Field) -> None:
        """Refuse a day that has not come."""
        if field.data and field.data > today():
            raise ValidationError("Enter today or a day before it")

    def validate_limits(self, field: Field) -> None:
        """Require the limits where something was agreed to with limits."""
        if not field.data and any(each.data == Position.LIMITED for each in self.purposes()):
            raise ValidationError("Enter the limits, or select Agreed")

    def answer(self) -> Answer:
        """Return what a validated form says."""
        asked_on: dt.date = self.asked_on.data or today()
        positions = {each.key: Position(self[f"purpose_{each.key}"].data) for each in ASKED}
        return Answer(
            giver=Giver(self.given_by.data or "", self.capacity.data, self.method.data, asked_on),
            statements=statements(positions, self.limits.data or ""),
            note=self.note.data or "",
            asked_on=asked_on,
        )


for _each in ASKED:
    setattr(
        ConsentForm,
        f"purpose_{_each.key}",
        choice(_each.title, _POSITIONS, f"Select what they said about: {_each.title.lower()}", _each.text),
    )


class PlanForm(Form):
    """The plan: a field for each of its parts is added below."""

    version = HiddenField(default="")
    intervention = choice(
        "What was chosen with the family?",
        {key: each.name for key, each in MENU.items()},
        "Select what was chosen with the family",
    )
    why = text(
        "Why this choice?",
        "For KSAF’s record: what it rests on. Nobody outside KSAF reads it.",
        "Enter why this was chosen",
    )
    story = text("The family’s story", "For KSAF’s record, in the family’s words where you can.", rows=6)

    def parts(self) -> list[Field]:
        """Return the fields of what everybody on the plan reads, in order."""
        return [self[f"part_{each.key}"] for each in PARTS]

    def texts(self) -> Texts:
        """Return what was typed."""
        return Texts(
            {each.key: self[f"part_{each.key}"].data or "" for each in PARTS},
            self.intervention.data,
            self.why.data or "",
            self.story.data or "",
        )


for _each in PARTS:
    setattr(PlanForm, f"part_{_each.key}", text(_each.title, _each.hint, rows=4, room=ON_A_PAGE))


def plan_form(texts: Texts, version: str) -> PlanForm:
    """Return the form holding what is saved as `version`."""
    saved = {f"part_{key}": words for key, words in texts.parts.items()}
    own = {"intervention": texts.intervention, "why": texts.why, "story": texts.story}
    return PlanForm(data={**saved, **own, "version": version})


class GoalForm(Form):
    """One goal."""

    words = text(
        "The goal, in the family’s words",
        "For example: “Mornings without shouting.”",
        "Enter the goal",
        rows=2,
        room=GOAL,
    )
    baseline = IntegerField(
        "Where are they now, from 0 to 10?",
        description="0 is not at all, 10 is just as they want it. The family says the number.",
        validators=[
            InputRequired("Enter where the family is now, from 0 to 10"),
            NumberRange(SCALE[0], SCALE[-1], message="Enter a number from 0 to 10"),
        ],
    )


class EndGoalForm(Form):
    """Why a goal leaves the plan."""

    why = text(
        "Why does it end?",
        "Reached, or no longer what the family wants. For KSAF’s record.",
        "Enter why the goal ends",
        rows=2,
        room=1000,
    )


def goal_form(goal: CaseGoal) -> GoalForm:
    """Return the form holding `goal` as it is."""
    return GoalForm(data={"words": goal.words, "baseline": goal.baseline})
