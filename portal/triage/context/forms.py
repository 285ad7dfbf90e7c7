"""What is chosen and typed when KSAF asks about attendance, and what the answer takes."""

from collections.abc import Sequence

from wtforms import Field, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than the stubs
from wtforms.validators import AnyOf, DataRequired, Length

from portal.organisations.models import Organisation
from portal.referrals.conversation_forms import TextForm, long_text
from portal.triage.context import rules
from portal.triage.context.rules import Whom
from portal.triage.context.service import Question
from portal.web.typed import tidied

_LONGEST_NAME = 150


class AskContextForm(TextForm):
    """Whom KSAF asks about attendance, and what."""

    whom = RadioField(
        "Who is asked?",
        [AnyOf(list(Whom), message="Select who is asked")],
        choices=[SelectChoice(Whom.FAMILY.value, "The family, by phone"), SelectChoice(Whom.SCHOOL.value, "A school")],
        validate_choice=False,
    )
    school = SelectField("Which school?", validate_choice=False)
    text = long_text("Your question", "Enter your question", "A school reads this as you write it.")

    _offered: frozenset[str] = frozenset()

    def offer(self, schools: Sequence[Organisation]) -> None:
        """Offer `schools` to choose from."""
        self._offered = frozenset(each.key for each in schools)
        self.school.choices = [
            SelectChoice("", "Select a school"),
            *(SelectChoice(each.key, each.name) for each in schools),
        ]

    def validate_school(self, field: Field) -> None:
        """Require one of the schools where a school is asked."""
        if self.whom.data == Whom.SCHOOL and field.data not in self._offered:
            raise ValidationError("Select a school")

    def question(self, schools: Sequence[Organisation]) -> Question:
        """Return what a validated form asks."""
        school = next((each for each in schools if each.key == self.school.data), None)
        return Question(self.written, school if self.whom.data == Whom.SCHOOL else None)


class RecordContextForm(TextForm):
    """What the family or the school said."""

    said_by = StringField(
        "Who told you?",
        [DataRequired("Enter who told you"), Length(max=_LONGEST_NAME, message="Shorten this to 150 characters")],
        filters=[tidied],
        description="Their name, and who they are to the child.",
    )
    text = long_text(
        "What did they say?",
        "Enter what they said",
        "Keep what they saw apart from what they think. KSAF reads this alone.",
    )


class ContextAnswerForm(TextForm):
    """A school's answer."""

    text = long_text(
        "Your answer", "Enter your answer", "Only KSAF reads this. Say so if the child is not at your school."
    )


def fresh() -> AskContextForm:
    """Return a form that holds a question to start from."""
    return AskContextForm(data={"text": rules.QUESTION})
