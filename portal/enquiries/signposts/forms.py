"""The two forms of a signpost. The record has no box to type in, so that nobody can be named in it."""

from typing import Any

from wtforms import (
    BooleanField,
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, Length

from portal.enquiries import rules
from portal.enquiries.call_backs.rules import TIMES, is_phone
from portal.enquiries.call_backs.service import Family
from portal.enquiries.signposts.rules import GIVEN, NEEDS
from portal.enquiries.signposts.service import About
from portal.web.typed import one_line, tidied

NAME, PHONE, ABOUT = 200, 40, 500  # characters: a name, a number, a few sentences


def _choice(label: str, choices: dict[str, str], missing: str) -> RadioField:
    listed = [SelectChoice(value, text) for value, text in choices.items()]
    return RadioField(label, choices=listed, validators=[AnyOf(list(choices), message=missing)], validate_choice=False)


class _SignpostForm(Form):
    """What both ask: danger first, then where the family is and what kind of need."""

    risk = _choice(
        "Is anybody in immediate danger?",
        {"no": "No", "yes": "Yes, or I am not sure"},
        "Select whether anybody is in immediate danger",
    )
    area = _choice("Where is the family?", rules.AREAS, "Select where the family is")
    need = _choice("What is it mostly about?", NEEDS, "Select what it is mostly about")


class RecordForm(_SignpostForm):
    """A signpost without personal data: it ends with what was given, and has no box to type in."""

    given = SelectMultipleField(
        "What did you give them?",
        choices=[SelectChoice(value, text) for value, text in GIVEN.items()],
        validators=[DataRequired("Select what you gave them")],
        validate_choice=False,
    )

    def about(self) -> About:
        """Return what a valid form says."""
        return About(self.need.data, self.area.data, self.given.data or ())

    def validate_given(self, field: Any) -> None:
        """Refuse what the form does not offer."""
        if not set(field.data) <= GIVEN.keys():
            raise ValidationError("Select from the answers shown")


class CallForm(_SignpostForm):
    """A signpost with the family's agreement: whom KSAF may call, when, and how safely."""

    agreed = BooleanField(
        "The parent or carer has agreed that I give KSAF these details, so that KSAF calls them",
        validators=[DataRequired("Ask the parent or carer first. Tick this once they have agreed")],
    )
    name = StringField(
        "Whom should we ask for?",
        description="The parent or carer. Never a child.",
        filters=[one_line],
        validators=[
            DataRequired("Enter whom we should ask for"),
            Length(max=NAME, message=f"Shorten the name to {NAME} characters or fewer"),
        ],
    )
    phone = TelField("Their phone number", filters=[one_line])
    preferred_time = _choice("When would they like the call?", TIMES, "Select when they would like the call")
    message = _choice(
        "Is it safe to leave a message?",
        {"yes": "Yes, they said so", "no": "No, or I do not know"},
        "Select whether it is safe to leave a message",
    )
    notes = TextAreaField(
        "What helps us to call them well?",
        description="For example the language they speak. Do not write what happened or how a child is: we ask them.",
        filters=[tidied],
        validators=[Length(max=ABOUT, message=f"Shorten this to {ABOUT} characters or fewer")],
        render_kw={"rows": 2},
    )

    def about(self) -> About:
        """Return what a valid form says of no one in particular."""
        return About(self.need.data, self.area.data)

    def family(self) -> Family:
        """Return whom a valid form asks KSAF to call."""
        return Family(
            name=self.name.data or "",
            phone=self.phone.data or "",
            preferred_time=self.preferred_time.data,
            may_leave_message=self.message.data == "yes",
            about=self.notes.data or "",
        )

    def validate_phone(self, field: Any) -> None:
        """Refuse what cannot be called."""
        if not is_phone(field.data) or len(field.data) > PHONE:
            raise ValidationError("Enter a phone number, like 01632 960 001 or 07700 900 982")
