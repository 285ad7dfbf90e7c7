"""Forms of the timescales: the figure that is tried out, and where it comes from once it is to be in force."""

from dataclasses import replace

from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from portal.timescales.figure_fields import FigureFields
from portal.timescales.figures import Figures
from portal.timescales.forms import DateField, TimeField
from portal.timescales.number_fields import WholeField
from portal.web.dates import today
from portal.web.typed import one_line, tidied


def _reason(label: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label,
        description="Everyone who reads the timescales sees this. Name no family.",
        filters=[tidied],
        validators=[DataRequired(missing), Length(max=500, message="Use 500 characters or fewer")],
    )


class FigureForm(FigureFields, Form):
    """The figure that is tried out. It changes nothing, so it carries no token."""


class ChangeForm(FigureFields, FlaskForm):
    """The same figure, where it comes from, and why it changes."""

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

    def wanted(self, kept: Figures) -> Figures:
        """Return the figures of a valid form, and what is `kept` for whatever this row has not."""
        return replace(
            self.figures(kept),
            source=self.source.data or "",
            ours=bool(self.ours.data),
            guidance=self.guidance.data or "",
            checked_on=self.checked_on.data or today(),
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
