"""The form that says who is away and who stands in."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than the stubs
from wtforms.validators import DataRequired, InputRequired

from portal.access.roles import ROLE_LABELS
from portal.timescales.away import may_stand_in
from portal.timescales.forms import DateField
from portal.timescales.recipients import Member
from portal.web.dates import today

LONGEST = dt.timedelta(days=366)
"""Ours: for longer, work is handed over to somebody rather than covered."""


class AwayForm(FlaskForm):
    """Who, from when to when, and who stands in."""

    person = SelectField("Who is away?", validators=[DataRequired("Choose who is away")])
    first_day = DateField(
        "First day away",
        format="%d %m %Y",
        description="For example, 21 12 2026",
        validators=[InputRequired("Enter the first day")],
    )
    last_day = DateField(
        "Last day away",
        format="%d %m %Y",
        description="For example, 4 1 2027",
        validators=[InputRequired("Enter the last day")],
    )
    deputy = SelectField(
        "Who stands in?",
        description="What waits for the person who is away waits for them too, and they are told by email.",
        validators=[DataRequired("Choose who stands in")],
    )

    def __init__(self, whom: Sequence[Member], members: Sequence[Member], own_id: int, **given: Any) -> None:
        """Offer `whom` as away, and of `members` those who may stand in for any of them."""
        super().__init__(**given)
        self._members = {str(each.user_id): each for each in members}
        deputies = [each for each in members if any(may_stand_in(each, person) for person in whom)]
        self.person.choices = [
            SelectChoice(str(each.user_id), "You" if each.user_id == own_id else each.name) for each in whom
        ]
        self.deputy.choices = [
            SelectChoice("", "Choose a colleague"),
            *(SelectChoice(str(each.user_id), _named(each)) for each in deputies),
        ]
        if not self.is_submitted():
            self.person.data = str(own_id)

    def told(self) -> tuple[Member, Member, dt.date, dt.date]:
        """Return who is away, who stands in, the first and the last day, of a form that is valid."""
        first, last = self.first_day.data, self.last_day.data
        if first is None or last is None:
            raise ValueError("Only a form that is valid tells anything.")
        return self._members[self.person.data], self._members[self.deputy.data], first, last

    def validate(self, extra_validators: Any = None) -> bool:
        """Check also that the days follow each other, and that the deputy may open what waits."""
        if not super().validate(extra_validators):
            return False
        person, deputy, first, last = self.told()
        if not may_stand_in(deputy, person):
            told = f"{deputy.name} cannot open what waits for {person.name}. Choose a manager, or the same role"
            self.deputy.errors = [told]
        elif last < first:
            self.last_day.errors = ["The last day must be on or after the first"]
        elif last < today():
            self.last_day.errors = ["That is over. Enter a day that is still to come"]
        elif last - first > LONGEST:
            self.last_day.errors = ["Enter a day within a year. For longer, hand the work over"]
        return not self.errors


def _named(member: Member) -> str:
    return f"{member.name} ({ROLE_LABELS[member.role].lower()})"
