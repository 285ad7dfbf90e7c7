"""The one page on which a call is logged, in the order in which it is held."""

from typing import Any

from wtforms import (
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
from portal.enquiries.directory import SERVICES
from portal.enquiries.models import Caller, NextStep
from portal.enquiries.service import Call
from portal.web.typed import one_line, tidied

LONGEST = 5000  # characters: two pages
NAME, PHONE = 200, 40  # characters: the columns' own room
_ROOM = Length(max=LONGEST, message=f"Shorten this to {LONGEST:,} characters or fewer")


def _choice(label: str, choices: dict[str, str], missing: str) -> RadioField:
    listed = [SelectChoice(value, text) for value, text in choices.items()]
    return RadioField(label, choices=listed, validators=[AnyOf(list(choices), message=missing)], validate_choice=False)


def _text(label: str, hint: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label, description=hint, filters=[tidied], validators=[DataRequired(missing), _ROOM], render_kw={"rows": 4}
    )


class CallForm(Form):
    """A call: danger first, then explore, advise, move forward."""

    risk = _choice(
        "Is anybody at immediate risk?", {"no": "No", "yes": "Yes"}, "Select whether anybody is at immediate risk"
    )
    area = _choice("Where is the child?", rules.AREAS, "Select where the child is")
    caller = _choice("Who is calling?", {key.value: text for key, text in rules.CALLERS.items()}, "Select who called")
    name = StringField(
        "Their name",
        filters=[one_line],
        validators=[Length(max=NAME, message=f"Shorten the name to {NAME} characters or fewer")],
    )
    phone = TelField(
        "Their phone number",
        filters=[one_line],
        validators=[Length(max=PHONE, message=f"Shorten the number to {PHONE} characters or fewer")],
    )
    explored = _text(
        "What is it about?", "What they told you, in their words where you can.", "Enter what the call was about"
    )
    advised = _text("What did you advise?", "What you said they could do.", "Enter what you advised")
    signposts = SelectMultipleField(
        "Services you told them about",
        choices=[SelectChoice(each.key, each.name) for each in SERVICES],
        validate_choice=False,
    )
    next_step = _choice(
        "What happens next?", {key.value: text for key, text in rules.NEXT_STEPS.items()}, "Select what happens next"
    )

    preferred_time = RadioField(
        "When would they like the call?",
        choices=[SelectChoice(value, text) for value, text in TIMES.items()],
        validate_choice=False,
    )
    message = RadioField(
        "Is it safe to leave a message?",
        choices=[SelectChoice("yes", "Yes, they said so"), SelectChoice("no", "No, or I do not know")],
        validate_choice=False,
    )

    def call(self) -> Call:
        """Return the call a valid form describes."""
        known = {each.key for each in SERVICES}
        return Call(
            caller=Caller(self.caller.data),
            area=self.area.data,
            explored=self.explored.data or "",
            advised=self.advised.data or "",
            next_step=NextStep(self.next_step.data),
            name=self.name.data or "",
            phone=self.phone.data or "",
            signposts=[key for key in self.signposts.data or () if key in known],
            preferred_time=self.preferred_time.data or "any",
            may_leave_message=self.message.data == "yes",
        )

    def validate_next_step(self, field: Any) -> None:
        """Require a professional for a referral, and for a call back somebody who gave a number."""
        if field.data == NextStep.IN_WRITING and self.caller.data != Caller.PROFESSIONAL:
            raise ValidationError("Only a professional refers. Select what happens next for this caller")
        if field.data != NextStep.CALL_BACK:
            return
        if self.caller.data == Caller.UNNAMED:
            raise ValidationError("Somebody who will not be named cannot be called back. Ask them to call us again")
        if not is_phone(self.phone.data or ""):
            raise ValidationError("Enter the phone number above, so that we can call them back")
        if self.preferred_time.data not in TIMES or self.message.data not in {"yes", "no"}:
            raise ValidationError("Select below when they would like the call, and whether a message is safe")
