"""What the forms about an onward referral take."""

from collections.abc import Sequence

from wtforms import (
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from portal.organisations.models import Organisation
from portal.transfers.content import Answered
from portal.web.typed import tidied

LONGEST = 5000  # characters: two pages
_ROOM = Length(max=LONGEST, message=f"Shorten this to {LONGEST:,} characters or fewer")


def _text(label: str, hint: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label, description=hint, filters=[tidied], validators=[DataRequired(missing), _ROOM], render_kw={"rows": 4}
    )


class OfferForm(Form):
    """An offer: to whom, with which note, which answers, and KSAF's own reason."""

    receiver = RadioField("Who is the family offered to?", validators=[DataRequired("Select a service")])
    note = _text(
        "Covering note",
        "The receiving service reads this first: what KSAF does for the family, what is asked, what is urgent.",
        "Enter a covering note for the receiving service",
    )
    items = SelectMultipleField(
        "What is handed over", validators=[DataRequired("Select at least one answer to hand over")]
    )
    why = _text(
        "Why this service, and why these answers",
        "For KSAF’s record. Neither the receiving service nor the referrer sees it.",
        "Enter the reason for KSAF’s record",
    )

    def offer(self, receivers: Sequence[Organisation], found: Answered) -> None:
        """Offer the services and the answers there are to choose from."""
        self.receiver.choices = [SelectChoice(each.key, each.name) for each in receivers]
        self.items.choices = [
            SelectChoice(line.question.key, line.question.label) for _, lines in found for line in lines
        ]


class DeclineForm(Form):
    """Why a service declines."""

    why = _text("Why do you decline?", "KSAF reads this. The referrer does not.", "Enter why you decline")


class WithdrawForm(Form):
    """Why KSAF takes an offer back."""

    why = _text("Why is the offer withdrawn?", "For KSAF’s record.", "Enter why the offer is withdrawn")


class ChaseForm(Form):
    """Whom KSAF reached."""

    reached = _text(
        "Who did you reach, and what did they say?",
        "For KSAF’s record. The next five working days to confirm begin now.",
        "Enter who you reached",
    )


class OverrideForm(Form):
    """Why a manager lets a referral close without an acceptance."""

    why = _text(
        "Why may it close without a confirmed acceptance?",
        "For KSAF’s record. That you did this stays on the timeline, where the referrer reads it.",
        "Enter why it may close without an acceptance",
    )
