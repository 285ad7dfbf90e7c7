"""What a family's page asks, and the form that makes a link."""

from typing import Any

from wtforms import (
    EmailField,
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length

from portal.accounts.forms import EMAIL_ERROR, EMAIL_LENGTH, LIKE_EMAIL
from portal.accounts.rules import as_kept
from portal.consent.models import Position
from portal.family.links import Wanted
from portal.family.models import ForWhom, Way
from portal.family.steps import CONTACT, FIGURES, NAMES, WAYS, Typed
from portal.timescales.forms import DateField
from portal.web.typed import one_line, tidied

ROOM = 1000  # characters: half a page in somebody's own words
NAME, PHONE = 200, 40  # characters: the columns' own room
_YES = {Position.GIVEN: "Yes", Position.LIMITED: "Yes, but with limits", Position.REFUSED: "No"}


def _line(label: str, hint: str, missing: str, room: int, autocomplete: str) -> StringField:
    checks = [DataRequired(missing), Length(max=room, message=f"Use {room} characters or fewer")]
    render = {"autocomplete": autocomplete, "spellcheck": False}
    return StringField(label, description=hint, filters=[one_line], validators=checks, render_kw=render)


def _words(label: str, hint: str = "", rows: int = 3) -> TextAreaField:
    room = Length(max=ROOM, message=f"Use {ROOM:,} characters or fewer")
    return TextAreaField(label, description=hint, filters=[tidied], validators=[room], render_kw={"rows": rows})


def _email(label: str, hint: str, missing: str, autocomplete: str) -> EmailField:
    checks = [DataRequired(missing), Length(max=EMAIL_LENGTH, message=EMAIL_ERROR), LIKE_EMAIL]
    render = {"autocomplete": autocomplete, "spellcheck": False}
    return EmailField(label, description=hint, filters=[one_line], validators=checks, render_kw=render)


def _radios(label: str, choices: dict[Any, str], missing: str, hint: str = "") -> RadioField:
    return RadioField(
        label,
        description=hint,
        choices=[SelectChoice(str(value), words) for value, words in choices.items()],
        validators=[AnyOf([str(value) for value in choices], message=missing)],
        validate_choice=False,
    )


class CheckForm(Form):
    """What is asked before anything about the child is shown."""

    born = DateField(
        "Date of birth",
        format="%d %m %Y",
        description="For example, 31 3 2014",
        validators=[InputRequired("Enter the date of birth: day, month and year")],
    )


class AboutYouForm(Form):
    """Who answers, and what lets them decide."""

    name = _line("Your full name", "", "Enter your full name", NAME, "name")
    capacity = _radios(
        "Can you decide this for the child?",
        {
            "parental_responsibility": "Yes, I have parental responsibility",
            "delegated": "Somebody with parental responsibility asked me to decide",
            "not_known": "I am not sure",
        },
        "Choose what fits you",
        "Parental responsibility is the law’s word for who may decide for a child. If you are not sure, say so: KSAF"
        " then asks you about it.",
    )

    def typed(self) -> Typed:
        """Return what was typed, for the draft."""
        return {"name": self.name.data, **({"capacity": self.capacity.data} if self.capacity else {})}


class YoungForm(Form):
    """Who gives their view."""

    name = _line("Your name", "", "Enter your name", NAME, "name")
    capacity = None

    def typed(self) -> Typed:
        """Return what was typed, for the draft."""
        return {"name": self.name.data}


class PurposeForm(Form):
    """One question: yes, yes with limits, or no. `for_purpose` leaves the fields that its purpose asks."""

    position = _radios("Your answer", _YES, "Choose your answer")
    names = _words("Who may KSAF talk to?", "One on each line. For example: Dr Ames at Weir Surgery.")
    ways = SelectMultipleField("How may KSAF get in touch?", choices=[SelectChoice(*each) for each in WAYS.items()])
    limits = _words("What are the limits?", "In your own words. For example: not about my health.")

    def for_purpose(self, key: str) -> "PurposeForm":
        """Return the form with what the purpose `key` asks and nothing else."""
        for name, purpose in (("names", NAMES), ("ways", CONTACT)):
            if key != purpose:
                del self[name]
        if key == FIGURES:
            del self["limits"]
            without = {each: words for each, words in _YES.items() if each is not Position.LIMITED}
            self.position.choices = [SelectChoice(str(value), words) for value, words in without.items()]
            self.position.validators = [AnyOf([str(value) for value in without], message="Choose your answer")]
        return self

    def validate_names(self, field: TextAreaField) -> None:
        """Ask for whom, where somebody may be told."""
        if self.position.data in {Position.GIVEN, Position.LIMITED} and not field.data:
            raise ValidationError("Name who KSAF may talk to, or answer No")

    def validate_limits(self, field: TextAreaField) -> None:
        """Ask for the limits where there are some."""
        said = field.data or ("ways" in self and 0 < len(self["ways"].data or ()) < len(WAYS))
        if self.position.data == Position.LIMITED and not said:
            raise ValidationError("Write what the limits are, or answer Yes")

    def typed(self) -> Typed:
        """Return what was typed, for the draft."""
        return {name: field.data for name, field in self._fields.items()}


class CallForm(Form):
    """Whom to call, and when."""

    name = _line("Who should we ask for?", "", "Enter who we should ask for", NAME, "name")
    phone = TelField(
        "Which number?",
        filters=[one_line],
        validators=[DataRequired("Enter a phone number"), Length(max=PHONE, message="Use 40 characters or fewer")],
        render_kw={"autocomplete": "tel", "spellcheck": False},
    )
    when = _words("When is a good time? Anything we should know?", "For example: after 4pm, and ask for me by name.", 2)


class CopyForm(Form):
    """Where to send the link."""

    email = _email(
        "Your email address",
        "The email says only that here is a link. It names nobody.",
        "Enter your email address",
        "email",
    )

    @property
    def address(self) -> str:
        """Return the address, once the form is valid."""
        return as_kept(self.email.data or "")


class LinkForm(Form):
    """Whose answer is wanted, and how the link reaches them."""

    for_whom = _radios(
        "Who is asked?",
        {
            ForWhom.PARENT: "A parent or carer",
            ForWhom.YOUNG_PERSON: "The young person, for a view of their own",
        },
        "Select who is asked",
    )
    way = _radios(
        "How does the link reach them?",
        {
            Way.EMAIL: "By email",
            Way.PAPER: "On paper, with a code to scan",
            Way.SCREEN: "On your screen, now",
        },
        "Select how the link reaches them",
    )
    email = _email(
        "Their email address",
        "Ask them for it. The email says only that here is a link: it names nobody.",
        "Enter their email address",
        "off",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for an address only where the link is mailed."""
        if self.way.data != Way.EMAIL:
            self.email.validators = ()
        return super().validate(extra_validators)

    def wanted(self) -> Wanted:
        """Return what a valid form asks for."""
        way = Way(self.way.data)
        address = as_kept(self.email.data or "") if way is Way.EMAIL else ""
        return Wanted(ForWhom(self.for_whom.data), way, address)
