"""What people type about a referral that has been sent."""

from wtforms import Form, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than the stubs
from wtforms.validators import DataRequired, InputRequired, Length

from portal.referrals.form.answer_checks import LONGEST_LONG_TEXT
from portal.web.typed import shown_with, tidied


class TextForm(Form):
    """A form around one long text. Each subclass words its question and what to do about an empty answer."""

    text: TextAreaField

    @property
    def written(self) -> str:
        """Return the text to keep."""
        return self.text.data or ""


def long_text(label: str, missing: str, hint: str = "") -> TextAreaField:
    """Return a field for a long text, with what is said where it is `missing`; it may be empty where that is."""
    room = Length(max=LONGEST_LONG_TEXT, message=f"Shorten this to {LONGEST_LONG_TEXT:,} characters or fewer")
    checks = [DataRequired(missing), room] if missing else [room]
    return TextAreaField(label, checks, filters=[tidied], description=hint)


class MessageForm(TextForm):
    """A message to the other side."""

    text = long_text("Your message", "Enter your message")


class AnswerForm(TextForm):
    """The answer to KSAF's question."""

    text = long_text(
        "Your answer",
        "Enter your answer",
        "Say so if you do not know, and when you will. Keep what you saw apart from what you think.",
    )


class WithdrawForm(TextForm):
    """Why a referral is withdrawn."""

    text = long_text("Why are you withdrawing it?", "Enter why you are withdrawing the referral")


class RecordReviewForm(TextForm):
    """What a manager found in an open record; `seen` is the newest review that the page showed, 0 for none."""

    followed = RadioField(
        "Has what was decided been followed through?",
        [InputRequired("Select whether it has been followed through")],
        choices=[
            SelectChoice(value="yes", label="Yes"),
            SelectChoice(value="no", label="No, something is outstanding"),
        ],
    )
    text = long_text(
        "What did you find?",
        "Enter what you found",
        "What was done, what is outstanding, who does it and by when. KSAF’s staff on this referral read it. The"
        " referrer does not.",
    )
    seen = HiddenField(default="0")

    @property
    def newest_seen(self) -> int:
        """Return the id of the newest review that the page showed: 0 where it showed none."""
        return shown_with(self.seen.data)


class UpdateForm(TextForm):
    """Changed circumstances, and whether they change the risk to the child."""

    is_risk_changed = RadioField(
        "Has the risk to the child changed?",
        [InputRequired("Select whether the risk to the child has changed")],
        choices=[SelectChoice(value="yes", label="Yes, or I am not sure"), SelectChoice(value="no", label="No")],
    )
    text = long_text("What has changed?", "Enter what has changed", "Give dates, what was seen or said, and by whom.")
