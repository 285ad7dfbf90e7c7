"""What became of a referral that was phoned in."""

import datetime as dt
from typing import Any

from wtforms import (
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    StringField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length

from portal import clock
from portal.enquiries.confirming.ending import Came
from portal.timescales.forms import DateField, TimeField
from portal.web.dates import LONDON, in_london
from portal.web.typed import one_line

WHY = 200  # characters: with who recorded it, what a deadline's end has room for
OUTCOMES = {"written": "It has come in writing", "none": "They do not refer after all"}


class CameForm(Form):
    """That it came in writing, and when; or that it will not, and why."""

    outcome = RadioField(
        "What has become of it?",
        choices=[SelectChoice(value, text) for value, text in OUTCOMES.items()],
        validators=[AnyOf(list(OUTCOMES), message="Select what has become of it")],
        validate_choice=False,
    )
    day = DateField("On which day?", format="%d %m %Y", validators=[InputRequired("Enter the day it came")])
    time = TimeField("At what time?", description="For example, 14:30", validators=[InputRequired("Enter a time")])
    why = StringField(
        "Why not?",
        description="Leave out the child’s name.",
        filters=[one_line],
        validators=[DataRequired("Enter why not"), Length(max=WHY, message=f"Use {WHY} characters or fewer")],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask only what the first answer makes a question."""
        asked = ("why",) if self.outcome.data == "none" else ("day", "time")
        for name in {"day", "time", "why"} - set(asked):
            self[name].validators = ()
            self[name].process_errors = []
        return super().validate(extra_validators)

    def validate_time(self, field: Any) -> None:
        """Refuse what lies ahead."""
        if self.outcome.data != "none" and self.day.data and field.data and self._at() > clock.now():
            raise ValidationError("Enter a time that has passed")

    def came(self) -> Came:
        """Return what a valid form says."""
        return Came(why=self.why.data or "") if self.outcome.data == "none" else Came(at=self._at())

    def _at(self) -> dt.datetime:
        return dt.datetime.combine(self.day.data, self.time.data, LONDON)  # type: ignore[arg-type] # both required


def fresh() -> CameForm:
    """Return an empty form, at this moment."""
    now = in_london(clock.now())
    return CameForm(data={"day": now.date(), "time": now.time()})
