"""What the forms about a change of school take."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import (
    Field,
    Form,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectField,
    ValidationError,
)
from wtforms.validators import InputRequired, Optional

from portal.changes.school import rules
from portal.changes.school.service import Told
from portal.organisations.models import Organisation
from portal.referrals.conversation_forms import TextForm, long_text
from portal.referrals.sharing.fields import line
from portal.timescales.forms import DateField
from portal.web.dates import date_only, today
from portal.web.fields import choice

NOW, UNTIL = "now", "until"
_NAME = "Enter the name of the new school"


class MoveForm(Form):
    """When the child moves, where to, and who said so. The list of schools is KSAF's to choose from."""

    moved_on = DateField(
        "When did the child move, or when will they?",
        format="%d %m %Y",
        description="For example, 23 11 2026",
        validators=[InputRequired("Enter the day of the move")],
    )
    organisation = SelectField("Which school on the portal?", validate_choice=False)
    outside_name = line("What is the new school called?")
    said_by = line(
        "Who said so?",
        "For example, the mother on the phone, or the new school’s office.",
        "Enter who said that the child has moved",
    )

    def offer(self, schools: Sequence[Organisation]) -> None:
        """Offer `schools` to choose from."""
        self._known = {each.key: each for each in schools}
        listed = [SelectChoice(each.key, each.name) for each in schools]
        self.organisation.choices = [SelectChoice("", "Not on this list"), *listed]

    def validate_moved_on(self, field: Field) -> None:
        """Refuse a day that no change of school of now can have."""
        if field.data and not rules.is_plausible(field.data, today()):
            first, last = today() - rules.BEHIND, today() + rules.AHEAD
            raise ValidationError(f"Enter a day from {date_only(first)} to {date_only(last)}")

    def validate_outside_name(self, field: Field) -> None:
        """Require one of the two, and not both."""
        is_chosen = self.organisation.data in self._known
        if not is_chosen and not field.data:
            raise ValidationError(f"Select a school, or {_NAME[0].lower()}{_NAME[1:]}" if self._known else _NAME)
        if is_chosen and field.data:
            raise ValidationError("Select a school or enter a name, not both")

    def told(self) -> Told:
        """Return what a valid form says."""
        to = self._known.get(self.organisation.data) or self.outside_name.data or ""
        return Told(self.moved_on.data or today(), to, self.said_by.data or "")


class AccessForm(Form):
    """When the old school's access ends."""

    access = choice(
        "When does its access end?",
        {NOW: "Now", UNTIL: "At the end of a day"},
        "Select when its access ends",
    )
    last_day = DateField(
        "The last day on which it sees the referral",
        format="%d %m %Y",
        description="It is told the day. From midnight on it sees nothing.",
        validators=[InputRequired("Enter the last day on which it sees the referral")],
    )

    def validate_last_day(self, field: Field) -> None:
        """Refuse a day that has gone, or lies too far ahead."""
        if field.data and not rules.may_keep_until(field.data, today()):
            raise ValidationError(f"Enter a day from today to {date_only(today() + rules.AHEAD)}")

    @property
    def until(self) -> date | None:
        """Return the last day of a valid form, or None where its access ends now."""
        return self.last_day.data if self.access.data == UNTIL else None

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the day only where it is kept until one: a browser sends its empty parts all the same."""
        if self.access.data != UNTIL:
            self.last_day.validators, self.last_day.process_errors = [Optional()], ()
            self.last_day.raw_data = None
        return super().validate(extra_validators)


class NotSharedForm(TextForm):
    """Why the new school is not shown the referral."""

    text = long_text(
        "Why does the new school not see it?",
        "Enter why the new school does not see it",
        "For example: the family does not want it, or KSAF talks to the school on the phone. KSAF alone reads this.",
    )
