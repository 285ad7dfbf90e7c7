"""What the forms about a statutory referral take."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import (
    Field,
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length

from portal import clock
from portal.organisations.contacts import Contact
from portal.referrals.form.sections import question
from portal.timescales.forms import DateField, TimeField
from portal.transfers.statutory.models import Basis, Way
from portal.transfers.statutory.rules import BASES, ELSEWHERE, WAYS
from portal.transfers.statutory.service import Door, Told, WithoutConsent
from portal.web.dates import LONDON, in_london
from portal.web.typed import one_line, tidied

LONGEST = 5000  # characters: two pages
NAME = 200  # characters: the columns' own room
REFERENCE = 100
_ROOM = Length(max=LONGEST, message=f"Shorten this to {LONGEST:,} characters or fewer")


def _text(label: str, hint: str, missing: str, rows: int = 4) -> TextAreaField:
    return TextAreaField(
        label, description=hint, filters=[tidied], validators=[DataRequired(missing), _ROOM], render_kw={"rows": rows}
    )


def _choice(label: str, choices: dict[Any, str], missing: str, hint: str = "") -> RadioField:
    listed = [SelectChoice(str(value), text) for value, text in choices.items()]
    allowed = AnyOf([str(value) for value in choices], message=missing)
    return RadioField(label, description=hint, choices=listed, validators=[allowed], validate_choice=False)


def _line(label: str, hint: str, missing: str = "", room: int = NAME) -> StringField:
    checks = [Length(max=room, message=f"Shorten this to {room} characters or fewer")]
    checks = [DataRequired(missing), *checks] if missing else checks
    return StringField(label, description=hint, filters=[one_line], validators=checks, render_kw={"spellcheck": False})


class LogForm(Form):
    """A referral to a statutory service: to whom, how, when, what was said, and on which basis."""

    door = RadioField("Who was told?", validators=[DataRequired("Select who was told")])
    elsewhere_name = _line("Name of the service", "The front door of the area where the child is.", "Enter its name")
    way = _choice("How?", WAYS, "Select how they were told")
    spoke_to = _line("Who did you speak to?", "Name and team.", "Enter who you spoke to")
    made_on = DateField(
        "On which day?",
        format="%d %m %Y",
        description="The deadlines count from here. A call is confirmed in writing within 48 hours of it.",
        validators=[InputRequired("Enter the day")],
    )
    made_time = TimeField("At what time?", description="For example, 14:30", validators=[InputRequired("Enter a time")])
    told = _text(
        "What were they told?", "Facts first, then your opinion, marked as such.", "Enter what they were told", 6
    )
    basis = _choice("On which basis?", BASES, "Select the basis", "A child who may not be safe needs nobody’s consent.")
    reason = _choice(
        question("sharing_reason").label,
        {each.value: each.label for each in question("sharing_reason").choices},
        question("sharing_reason").missing,
    )
    authorised_by = _line(
        "Which manager authorised it?", "Name and role. Do not wait for one to make the call.", "Enter which manager"
    )
    family_told = _choice("Has the family been told?", {"yes": "Yes", "no": "No"}, "Select whether they have been told")
    not_told_why = _text("Why not?", "", "Enter why the family has not been told", 3)
    basis_why = _text(
        "Why, on this basis?",
        "With agreement: who agreed, and when. To protect: what makes it necessary and proportionate.",
        "Enter why, on this basis",
    )

    def offer(self, doors: Sequence[Contact]) -> None:
        """Offer the services there are to choose from, and one of another area."""
        self._doors = {each.key: each for each in doors}
        listed = [SelectChoice(each.key, _name(each)) for each in doors]
        self.door.choices = [*listed, SelectChoice(ELSEWHERE, "The front door of another area")]

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask only what the answers before it make a question."""
        protects = self.basis.data == Basis.PROTECTION
        asked = {
            "elsewhere_name": self.door.data == ELSEWHERE,
            "spoke_to": self.way.data == Way.PHONE,
            "reason": protects,
            "authorised_by": protects,
            "family_told": protects,
            "not_told_why": protects and self.family_told.data == "no",
        }
        for name, is_asked in asked.items():
            if not is_asked:
                self[name].validators = ()
        return super().validate(extra_validators)

    def validate_made_time(self, field: Field) -> None:
        """Refuse what lies ahead."""
        if self.made_on.data and field.data and self._made_at() > clock.now():
            raise ValidationError("Enter a time that has passed")

    def given(self) -> Told:
        """Return what a valid form says."""
        known = self._doors.get(self.door.data)
        door = (
            Door(known.key, _name(known), known.about_staff)
            if known
            else Door(ELSEWHERE, self._text_of("elsewhere_name"))
        )
        without = WithoutConsent(
            reason=self.reason.data,
            authorised_by=self._text_of("authorised_by"),
            is_family_told=self.family_told.data == "yes",
            not_told_why=self._text_of("not_told_why") if self.family_told.data == "no" else "",
        )
        return Told(
            door=door,
            way=Way(self.way.data),
            made_at=self._made_at(),
            spoke_to=self._text_of("spoke_to"),
            words=self._text_of("told"),
            basis_why=self._text_of("basis_why"),
            without=without if self.basis.data == Basis.PROTECTION else None,
        )

    def _made_at(self) -> datetime:
        day, time = self.made_on.data, self.made_time.data
        return datetime.combine(day, time, LONDON)  # type: ignore[arg-type] # both are required

    def _text_of(self, name: str) -> str:
        return self[name].data or ""


class AcknowledgeForm(Form):
    """An acknowledgement."""

    their_reference = _line("Their reference", "As they write it. Leave it empty if they gave none.", room=REFERENCE)


class ChaseForm(Form):
    """Asking after it."""

    who = _choice("Who did you ask?", {"team": "The duty team", "manager": "Its manager"}, "Select who you asked")
    reached = _text("Who did you reach, and what did they say?", "For KSAF’s record.", "Enter who you reached", 3)


class OutcomeForm(Form):
    """The outcome in writing."""

    outcome = _text(
        "What is the outcome?",
        "As they wrote it: what they do, who is responsible, or why nothing more is done.",
        "Enter the outcome",
    )


def fresh() -> LogForm:
    """Return an empty form, at this moment."""
    now = in_london(clock.now())
    return LogForm(data={"made_on": now.date(), "made_time": now.time()})


def _name(door: Contact) -> str:
    return f"{door.service}: {door.label}"
