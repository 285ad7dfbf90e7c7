"""Forms: closing a prompt, closure days, and the question "due when?"."""

from flask_wtf import FlaskForm
from wtforms import DateField, Form, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length


def _tidy(value: str | None) -> str:
    return (value or "").replace("\0", "").strip()  # PostgreSQL keeps no NUL


class EvidenceForm(FlaskForm):
    """What closes a prompt."""

    evidence = TextAreaField(
        "What was done, and who was reached?",
        description="A sentence is enough. Leave out the child’s name.",
        filters=[_tidy],
        validators=[
            DataRequired("Say what was done and who was reached"),
            Length(max=1000, message="Use 1,000 characters or fewer"),
        ],
    )


class ClosureDayForm(FlaskForm):
    """A day to close."""

    day = DateField(
        "Day", format="%d %m %Y", description="For example, 24 12 2026", validators=[InputRequired("Enter the day")]
    )
    reason = StringField(
        "Reason",
        description="Everyone who reads the timescales sees this.",
        filters=[_tidy],
        validators=[DataRequired("Say why KSAF is closed"), Length(max=200, message="Use 200 characters or fewer")],
    )


class WhatIfForm(Form):
    """When a referral might be received. It changes nothing, so it carries no token and can be bookmarked."""

    received_day = DateField("Day", format="%d %m %Y", validators=[InputRequired("Enter the day it is received")])
    received_time = TimeField(
        "Time", description="For example, 10:30", validators=[InputRequired("Enter the time it is received")]
    )
