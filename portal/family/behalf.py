"""What a family tells somebody about its consent, written down for it: a change, or taking it back."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from wtforms import (
    Field,
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length

from portal.consent import wording
from portal.consent.models import Position
from portal.consent.queries import purpose_title
from portal.consent.statements import CAPACITIES_TO_RECORD, METHODS_TO_RECORD, Giver, Statement
from portal.family.changes import Standing
from portal.organisations.models import Organisation
from portal.referrals.sharing.rules import ONE
from portal.timescales.forms import DateField
from portal.web.dates import today
from portal.web.fields import choice, text
from portal.web.typed import one_line

_SAME = "same"
_ANSWERS: dict[str, str] = {
    _SAME: "No change",
    Position.GIVEN: "Agrees",
    Position.LIMITED: "Agrees, with limits",
    Position.REFUSED: "Does not agree, or takes it back",
}
PURPOSES = tuple(wording.current().purposes)
_CAPACITIES = CAPACITIES_TO_RECORD | {"not_known": "Not known: it has to be checked"}


class ChangeForm(Form):
    """Who said it, how and when; a field for each purpose is added below."""

    given_by = StringField(
        "Who told you?",
        description="Full name.",
        filters=[one_line],
        validators=[DataRequired("Enter who told you"), Length(max=200, message="Use 200 characters or fewer")],
    )
    capacity = choice("What lets them decide for the child?", _CAPACITIES, "Select what lets this person decide")
    method = choice("How did they tell you?", METHODS_TO_RECORD, "Select how they told you")
    said_on = DateField(
        "When?",
        format="%d %m %Y",
        description="For example, 23 11 2026",
        validators=[InputRequired("Enter the day they told you")],
    )
    limits = text(
        "Limits, in their words",
        "If they agree with limits: what may not be shared, with whom, or how they must not be contacted.",
        rows=3,
        room=1000,
    )

    stop_with = SelectMultipleField(
        "Is there one they want no more sharing with?",
        description="It sees nothing more by consent from now on, and is told that it ended, not why. Other answers"
        " stay as they are.",
        choices=[],
        validate_choice=False,
    )

    _by_consent: Mapping[str, str] = MappingProxyType({})

    def offer(self, organisations: Iterable[Organisation]) -> None:
        """Offer the organisations that see the referral by consent, to end one alone."""
        self._by_consent = {each.key: each.name for each in organisations}
        self.stop_with.choices = [SelectChoice(key, name) for key, name in self._by_consent.items()]

    def purposes(self) -> list[Field]:
        """Return the fields of the purposes, in order."""
        return [self[f"purpose_{each.key}"] for each in PURPOSES]

    def validate_said_on(self, field: Field) -> None:
        """Refuse a day that has not come."""
        if field.data and field.data > today():
            raise ValidationError("Enter today or a day before it")

    def validate_limits(self, field: Field) -> None:
        """Require the limits where something is agreed to with limits."""
        if not field.data and any(each.data == Position.LIMITED for each in self.purposes()):
            raise ValidationError("Enter the limits, or select Agrees")

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for at least one change."""
        is_valid = super().validate(extra_validators)
        if all(each.data == _SAME for each in self.purposes()) and not self._stopped():
            first = self.purposes()[0]
            first.errors = [*first.errors, "Select what has changed"]
            return False
        return is_valid

    def giver(self) -> Giver:
        """Return who said it, once the form is valid."""
        return Giver(self.given_by.data or "", self.capacity.data, self.method.data, self.said_on.data)

    def statements(self, before: Standing) -> list[Statement]:
        """Return what has changed: no, where it was agreed to `before`, is a withdrawal."""
        said = {each.key: self[f"purpose_{each.key}"].data for each in PURPOSES}
        changed = [self._statement(key, Position(word), before) for key, word in said.items() if word != _SAME]
        return changed + [
            Statement(f"{ONE}{key}", Position.WITHDRAWN, to_whom=name) for key, name in self._stopped().items()
        ]

    def _stopped(self) -> dict[str, str]:
        """Return the organisations that were offered and ticked: key and name."""
        return {key: name for key, name in self._by_consent.items() if key in (self.stop_with.data or ())}

    def _statement(self, key: str, position: Position, before: Standing) -> Statement:
        if position is Position.REFUSED and key in before and before[key].permits:
            position = Position.WITHDRAWN
        return Statement(key, position, self.limits.data if position is Position.LIMITED else None)


for _each in PURPOSES:
    _field = RadioField(
        purpose_title(_each.key),
        choices=[SelectChoice(*each) for each in _ANSWERS.items()],
        default=_SAME,
        validators=[AnyOf(list(_ANSWERS), message="Select what they say, or no change")],
        validate_choice=False,
    )
    setattr(ChangeForm, f"purpose_{_each.key}", _field)
