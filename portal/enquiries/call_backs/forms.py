"""What is posted about a call: who takes it, and why there is none."""

from werkzeug.datastructures import MultiDict
from wtforms import (
    Form,
    IntegerField,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    TextAreaField,
)
from wtforms.validators import AnyOf, DataRequired, Length

from portal.enquiries.call_backs.models import CallBack
from portal.enquiries.call_backs.rules import WITHOUT_A_CALL
from portal.web.typed import tidied

LONGEST = 2000  # characters: a page
TOO_LONG = f"Shorten this to {LONGEST:,} characters or fewer"


class TakeForm(Form):
    """On whom the call was when the page was shown; nothing for nobody."""

    seen = IntegerField()


class EndForm(Form):
    """Why there is no call; in words too, where a referral was decided for it."""

    ending = RadioField(
        "Why is there no call?",
        choices=[SelectChoice(value.value, text) for value, text in WITHOUT_A_CALL.items()],
        validators=[AnyOf([each.value for each in WITHOUT_A_CALL], message="Select why there is no call")],
        validate_choice=False,
    )
    why = TextAreaField(
        "What happened?",
        description="For KSAF’s record: who reads it decides what the family is offered instead.",
        filters=[tidied],
        validators=[DataRequired("Enter what happened"), Length(max=LONGEST, message=TOO_LONG)],
        render_kw={"rows": 3},
    )


def end_form(call_back: CallBack, given: MultiDict[str, str] | None = None) -> EndForm:
    """Return the form for ending `call_back`, with what was `given`: what happened is asked for a referral's alone."""
    form = EndForm(given)
    if call_back.referral_id is None:
        del form.why
    return form
