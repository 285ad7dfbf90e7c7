"""The question that the ledger answers for any day."""

from wtforms import Form, ValidationError
from wtforms.validators import InputRequired

from portal.timescales.forms import DateField
from portal.web.dates import today


class AsOfForm(Form):
    """The day that is asked about."""

    on = DateField(
        "What was agreed on a day?",
        format="%d %m %Y",
        description="For example, 23 11 2026",
        validators=[InputRequired("Enter the day you ask about")],
    )

    def validate_on(self, field: DateField) -> None:
        """Refuse a day that has not come: nobody knows yet what will be agreed then."""
        if field.data and field.data > today():
            raise ValidationError("Enter today or a day before it")
