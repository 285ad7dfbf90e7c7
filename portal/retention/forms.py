"""What the forms about retention take."""

from datetime import date

from wtforms import BooleanField, Form, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from portal import references
from portal.timescales.forms import DateField
from portal.web.dates import today
from portal.web.fields import text
from portal.web.typed import one_line

_WHY_HINT = "Leave out the child’s name. KSAF’s managers and administrators read this."


def _reason(label: str, missing: str) -> TextAreaField:
    return text(label, _WHY_HINT, missing, rows=3, room=1000)


def _later_day() -> DateField:
    return DateField(
        "When will somebody look at it again?",
        format="%d %m %Y",
        description="KSAF’s managers are reminded that day. For example, 24 12 2027",
        validators=[InputRequired("Enter the day somebody looks at it again")],
    )


class _WithDay(Form):
    review_on = _later_day()

    def validate_review_on(self, field: DateField) -> None:
        """Refuse a day that is not ahead."""
        if field.data is not None and field.data <= today():
            raise ValidationError("Enter a day that is still to come")

    @property
    def day(self) -> date:
        """Return the day, once the form is valid."""
        return self.review_on.data or today()


class HoldForm(_WithDay):
    """A hold to put on a referral."""

    reference = StringField(
        "Reference of the referral",
        filters=[one_line],
        validators=[DataRequired("Enter the reference")],
        render_kw={"autocomplete": "off", "spellcheck": False},
    )
    reason = _reason("Why must nothing of it go?", "Enter why nothing of it may go")

    @property
    def normalised(self) -> str:
        """Return the reference as it is kept, or what was typed where it is none."""
        return references.normalise(self.reference.data or "") or (self.reference.data or "")


class KeepForm(_WithDay):
    """Why a hold stays, and until when."""

    reason = _reason("Why does it stay?", "Enter why it stays")


class LiftForm(Form):
    """Why a hold ends."""

    lifted_why = _reason("Why can it end?", "Enter why it can end")


class ApproveForm(Form):
    """That somebody has read the list."""

    read = BooleanField(
        "I have read the list. Let these records go.",
        validators=[InputRequired("Select the box when you have read the list")],
    )
