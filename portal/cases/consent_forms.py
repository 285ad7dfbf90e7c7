"""What the form takes that asks a family for its consent again."""

import datetime as dt

from wtforms import (
    Field,
    Form,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length

from portal.cases.consent_again import Answer, statements
from portal.consent import wording
from portal.consent.models import Position
from portal.consent.statements import CAPACITIES_TO_RECORD, METHODS_TO_RECORD, Giver
from portal.timescales.forms import DateField
from portal.web.dates import today
from portal.web.fields import choice, text
from portal.web.typed import one_line

_POSITIONS: dict[str, str] = {
    Position.GIVEN: "Agreed",
    Position.LIMITED: "Agreed, with limits",
    Position.REFUSED: "Did not agree",
}
ASKED = tuple(wording.current().purposes)
# Nobody's own link reaches KSAF's worker, who asks; and what lets somebody agree is known before support begins.


class ConsentForm(Form):
    """What the family said when it was asked again: a field for each purpose is added below."""

    given_by = StringField(
        "Who answered?",
        description="Full name.",
        filters=[one_line],
        validators=[
            DataRequired("Enter the name of the person who answered"),
            Length(max=200, message="Use 200 characters or fewer"),
        ],
    )
    capacity = choice(
        "What lets them decide for the child?", CAPACITIES_TO_RECORD, "Select what lets this person decide"
    )
    method = choice("How were they asked?", METHODS_TO_RECORD, "Select how they were asked")
    asked_on = DateField(
        "When?",
        format="%d %m %Y",
        description="For example, 23 11 2026",
        validators=[InputRequired("Enter the day they were asked")],
    )
    limits = text(
        "Limits, in their words",
        "If they agreed with limits: what may not be shared, or with whom.",
        rows=3,
        room=1000,
    )
    note = text("Note", "For KSAF’s record. Nobody outside KSAF reads it.", rows=3)

    def purposes(self) -> list[Field]:
        """Return the fields of the purposes, in order."""
        return [self[f"purpose_{each.key}"] for each in ASKED]

    def validate_asked_on(self, field: Field) -> None:
        """Refuse a day that has not come."""
        if field.data and field.data > today():
            raise ValidationError("Enter today or a day before it")

    def validate_limits(self, field: Field) -> None:
        """Require the limits where something was agreed to with limits."""
        if not field.data and any(each.data == Position.LIMITED for each in self.purposes()):
            raise ValidationError("Enter the limits, or select Agreed")

    def answer(self) -> Answer:
        """Return what a validated form says."""
        asked_on: dt.date = self.asked_on.data or today()
        positions = {each.key: Position(self[f"purpose_{each.key}"].data) for each in ASKED}
        return Answer(
            giver=Giver(self.given_by.data or "", self.capacity.data, self.method.data, asked_on),
            statements=statements(positions, self.limits.data or ""),
            note=self.note.data or "",
            asked_on=asked_on,
        )


for _each in ASKED:
    setattr(
        ConsentForm,
        f"purpose_{_each.key}",
        choice(_each.title, _POSITIONS, f"Select what they said about: {_each.title.lower()}", _each.text),
    )
