"""What the forms of the week 4 review take."""

from datetime import datetime

from wtforms import (
    Field,
    Form,
    HiddenField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length

from portal import clock
from portal.cases.models import CaseReview
from portal.cases.review import Held, Plans, version_of
from portal.timescales.forms import DateField, TimeField
from portal.web.dates import LONDON, in_london, today
from portal.web.fields import choice, text
from portal.web.typed import one_line

LENGTHS = {"30": "30 minutes", "45": "45 minutes", "60": "1 hour", "90": "1 hour 30 minutes"}


class PlanReviewForm(Form):
    """When and where the review is, and who is invited."""

    version = HiddenField(default="")
    day = DateField(
        "Date", format="%d %m %Y", description="For example, 17 12 2026", validators=[InputRequired("Enter the date")]
    )
    time = TimeField(
        "Time", description="On the 24-hour clock, for example 15:30", validators=[InputRequired("Enter the time")]
    )
    minutes = choice("How long?", LENGTHS, "Select how long it takes")
    place = StringField(
        "Place, or link to join",
        description="It is in no email and no calendar: those invited read it here.",
        filters=[one_line],
        validators=[
            DataRequired("Enter where the review is, or the link to join"),
            Length(max=300, message="Use 300 characters or fewer"),
        ],
    )
    invited = SelectMultipleField(
        "Who is invited?",
        description="They get an email with a calendar file. Invite the family yourself: they have no account.",
        validators=[InputRequired("Select who is invited")],
        validate_choice=False,
    )

    def offer(self, people: dict[str, str]) -> None:
        """Offer the contacts who can be invited."""
        self.invited.choices = [SelectChoice(key, words) for key, words in people.items()]

    def validate_time(self, field: Field) -> None:
        """Refuse a time that has passed."""
        if field.data and self.day.data and self._starts_at() <= clock.now():
            raise ValidationError("Enter a time that is still to come")

    def plans(self) -> Plans:
        """Return what a validated form says."""
        return Plans(self._starts_at(), int(self.minutes.data), self.place.data or "", list(self.invited.data or ()))

    def _starts_at(self) -> datetime:
        if self.day.data is None or self.time.data is None:
            raise ValueError("only for a form with a date and a time")
        return datetime.combine(self.day.data, self.time.data, LONDON)


def plan_review_form(row: CaseReview | None) -> PlanReviewForm:
    """Return the form holding the review as it is planned now."""
    if row is None or row.planned_for is None:
        return PlanReviewForm(data={"version": version_of(row), "minutes": "60"})
    at = in_london(row.planned_for)
    held = {"day": at.date(), "time": at.time(), "minutes": str(row.minutes), "place": row.place or ""}
    return PlanReviewForm(data={**held, "invited": row.invited or [], "version": version_of(row)})


class HeldReviewForm(Form):
    """What a review came to."""

    day = DateField(
        "When was it held?",
        format="%d %m %Y",
        description="For example, 17 12 2026",
        validators=[InputRequired("Enter the day it was held")],
    )
    present = text("Who attended?", "For KSAF’s record.", "Enter who attended", rows=2, room=500)
    changed = text(
        "What it changed in the goals and the plan",
        "The referrer reads this where the family agrees. Write “Nothing” where nothing changed.",
        "Enter what the review changed",
    )
    recommendation = text(
        "What KSAF recommends now", "The referrer reads this where the family agrees.", "Enter what KSAF recommends"
    )

    def validate_day(self, field: Field) -> None:
        """Refuse a day that has not come."""
        if field.data and field.data > today():
            raise ValidationError("Enter today or a day before it")

    def held(self) -> Held:
        """Return what a validated form says."""
        return Held(
            self.day.data or today(), self.present.data or "", self.changed.data or "", self.recommendation.data or ""
        )
