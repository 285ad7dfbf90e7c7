"""Forms: closing, putting off and giving a prompt, closure days, and the question "due when?"."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form, RadioField, SelectField, StringField, TextAreaField, fields
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than the stubs
from wtforms.validators import DataRequired, InputRequired, Length

from portal.access.roles import ROLE_LABELS
from portal.timescales.later import Later
from portal.timescales.recipients import Member
from portal.web.dates import long_datetime
from portal.web.typed import one_line, tidied

YEARS = range(2000, 2101)
NO_DATE = "Enter a date such as 24 12 2026"


class DateField(fields.DateField):
    """A date that says what to do when it is none, or too far off for any calendar; the component knows its name."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the parts; raises ValueError, in words for the page, when they make no date from 2000 to 2100."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(NO_DATE) from None
        if self.data is not None and self.data.year not in YEARS:
            self.data = None
            raise ValueError(NO_DATE)


class TimeField(fields.TimeField):
    """A time of day that says what to do when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time; raises ValueError, in words for the page, when it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Enter a time such as 10:30, on the 24-hour clock") from None


class EvidenceForm(FlaskForm):
    """What closes a prompt."""

    evidence = TextAreaField(
        "What was done, and who was reached?",
        description="A sentence is enough. Leave out the child’s name.",
        filters=[tidied],
        validators=[
            DataRequired("Say what was done and who was reached"),
            Length(max=1000, message="Use 1,000 characters or fewer"),
        ],
    )


class LaterForm(FlaskForm):
    """When a prompt comes back, and why it may wait."""

    until = RadioField("When should it come back?", validators=[InputRequired("Choose when it should come back")])
    why = StringField(
        "Why can it wait?",
        description="Leave out the child’s name.",
        filters=[one_line],
        validators=[DataRequired("Say why it can wait"), Length(max=300, message="Use 300 characters or fewer")],
    )

    def __init__(self, offered: Mapping[Later, dt.datetime], **given: Any) -> None:
        """Offer these times."""
        super().__init__(**given)
        self.until.choices = [SelectChoice(each.value, long_datetime(at)) for each, at in offered.items()]


class GiveForm(FlaskForm):
    """Which colleague has the prompt from now on."""

    colleague = SelectField(
        "Who should have it?",
        description="They are told by email.",
        validators=[DataRequired("Choose a colleague")],
    )

    def __init__(self, colleagues: Sequence[Member], **given: Any) -> None:
        """Offer these colleagues."""
        super().__init__(**given)
        named = [
            SelectChoice(str(each.user_id), f"{each.name} ({ROLE_LABELS[each.role].lower()})") for each in colleagues
        ]
        self.colleague.choices = [SelectChoice("", "Choose a colleague"), *named]


class ClosureDayForm(FlaskForm):
    """A day to close."""

    day = DateField(
        "Date", format="%d %m %Y", description="For example, 24 12 2026", validators=[InputRequired("Enter the day")]
    )
    reason = StringField(
        "Reason",
        description="Everyone who reads the timescales sees this.",
        filters=[one_line],
        validators=[DataRequired("Say why KSAF is closed"), Length(max=200, message="Use 200 characters or fewer")],
    )


class WhatIfForm(Form):
    """When a referral might be received. It changes nothing, so it carries no token and can be bookmarked."""

    received_day = DateField(
        "Day received", format="%d %m %Y", validators=[InputRequired("Enter the day it is received")]
    )
    received_time = TimeField(
        "Time received", description="For example, 10:30", validators=[InputRequired("Enter the time it is received")]
    )
