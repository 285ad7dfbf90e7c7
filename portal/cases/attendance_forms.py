"""What the forms for attendance take."""

from collections.abc import Iterable
from datetime import date

from wtforms import (
    Field,
    FileField,
    Form,
    IntegerField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange

from portal.cases.session_file import Week
from portal.web.dates import date_only

MOST = 14  # sessions in a week: two a day, weekends too where a child boards


class WeekForm(Form):
    """One week's figures."""

    week_starting = SelectField("Week starting", validate_choice=False)
    possible = IntegerField(
        "Possible sessions",
        description="Two a day: 10 in a full week",
        validators=[
            InputRequired(message="Enter how many sessions were possible"),
            NumberRange(1, MOST, message=f"Possible sessions must be between 1 and {MOST}"),
        ],
    )
    attended = IntegerField(
        "Sessions attended",
        validators=[
            InputRequired(message="Enter how many sessions were attended"),
            NumberRange(0, MOST, message=f"Sessions attended must be between 0 and {MOST}"),
        ],
    )

    def offer(self, mondays: Iterable[date]) -> None:
        """Offer the weeks that figures are taken for."""
        weeks = {each.isoformat(): date_only(each) for each in mondays}
        self._offered = frozenset(weeks)
        self.week_starting.choices = [SelectChoice(value, words) for value, words in weeks.items()]

    def validate_week_starting(self, field: Field) -> None:
        """Require one of the weeks offered."""
        if field.data not in self._offered:
            raise ValidationError("Select the week")

    def validate_attended(self, field: Field) -> None:
        """Refuse more sessions than there were."""
        if self.possible.data is not None and field.data is not None and field.data > self.possible.data:
            raise ValidationError("Sessions attended cannot be more than the possible sessions")

    def week(self) -> Week:
        """Return what a validated form gives."""
        return Week(date.fromisoformat(self.week_starting.data), self.possible.data or 0, self.attended.data or 0)


class FileForm(Form):
    """A file of sessions."""

    file = FileField("CSV file of sessions")
