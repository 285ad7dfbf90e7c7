"""Forms of the timescales: the figure that is tried out, and where it comes from once it is to be in force."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, Form, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.timescales.figures import Figures, lead_of
from portal.timescales.forms import DateField, TimeField
from portal.timescales.timescale import Timescale
from portal.web.dates import today
from portal.web.typed import one_line, tidied

WHOLE = "Enter a whole number, such as 3"
NUMBER = "Enter a number, such as 2 or 0.5"


class WholeField(IntegerField):
    """A whole number that says what to do when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it; raises ValueError, in words for the page."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(WHOLE) from None


class NumberField(DecimalField):
    """A number that says what to do when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it; raises ValueError, in words for the page."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(NUMBER) from None
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(NUMBER)


def _reason(label: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label,
        description="Everyone who reads the timescales sees this. Name no family.",
        filters=[tidied],
        validators=[DataRequired(missing), Length(max=500, message="Use 500 characters or fewer")],
    )


class FigureForm(Form):
    """The figure that is tried out. It changes nothing, so it carries no token."""

    length = WholeField("Within", validators=[InputRequired("Enter how long it may take")])
    lead = NumberField("First reminder", places=None, validators=[Optional()])


class ChangeForm(FlaskForm):
    """The same figure, where it comes from, and why it changes."""

    length = WholeField("Within", validators=[InputRequired("Enter how long it may take")])
    lead = NumberField("First reminder", places=None, validators=[Optional()])
    seen = WholeField("The change before", validators=[InputRequired("Open this page again")])
    source = TextAreaField(
        "Where the figure comes from",
        description="The document and its section. Where it gives no figure, say so.",
        filters=[one_line],
        validators=[
            DataRequired("Say where the figure comes from"),
            Length(max=300, message="Use 300 characters or fewer"),
        ],
    )
    ours = BooleanField("It is KSAF’s own figure: no document gives it")
    guidance = StringField(
        "Guidance read",
        description="The document’s edition or year, as the page shows it.",
        filters=[one_line],
        validators=[DataRequired("Say which edition was read"), Length(max=100, message="Use 100 characters or fewer")],
    )
    checked_on = DateField(
        "Checked on",
        format="%d %m %Y",
        description="The day somebody last read the document and found the figure there.",
        validators=[InputRequired("Enter the day it was checked")],
    )
    reason = _reason("Why it changes", "Say why it changes")

    def validate_checked_on(self, field: DateField) -> None:
        """Refuse a day to come."""
        if field.data is not None and field.data > today():
            raise ValidationError("The day it was checked cannot be in the future")

    def wanted(self) -> Figures:
        """Return the figures of a valid form."""
        return Figures(
            self.length.data or 0,
            None if self.lead.data is None else float(self.lead.data),
            self.source.data or "",
            bool(self.ours.data),
            self.guidance.data or "",
            self.checked_on.data or today(),
        )


class HoursForm(FlaskForm):
    """When KSAF opens and closes, and why that changes."""

    opens = TimeField(
        "KSAF opens at", description="For example, 09:00", validators=[InputRequired("Enter when KSAF opens")]
    )
    closes = TimeField(
        "KSAF closes at", description="For example, 17:00", validators=[InputRequired("Enter when KSAF closes")]
    )
    seen = WholeField("The change before", validators=[InputRequired("Open this page again")])
    reason = _reason("Why they change", "Say why they change")


def figure_of(timescale: Timescale) -> dict[str, Any]:
    """Return what the form of its figure is filled with: what is in force."""
    lead = lead_of(timescale)
    return {"length": timescale.length, "lead": None if lead is None else f"{lead.length:g}"}
