"""What is posted about a call: who takes it, and why there is none."""

from wtforms import (
    Form,
    IntegerField,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
)
from wtforms.validators import AnyOf

from portal.enquiries.call_backs.rules import WITHOUT_A_CALL


class TakeForm(Form):
    """On whom the call was when the page was shown; nothing for nobody."""

    seen = IntegerField()


class EndForm(Form):
    """Why there is no call."""

    ending = RadioField(
        "Why is there no call?",
        choices=[SelectChoice(value.value, text) for value, text in WITHOUT_A_CALL.items()],
        validators=[AnyOf([each.value for each in WITHOUT_A_CALL], message="Select why there is no call")],
        validate_choice=False,
    )
