"""What both forms of a timescale ask: the figure, and what is rarely changed beside it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than the stubs
from wtforms.validators import InputRequired, Optional

from portal.access.roles import ROLE_LABELS, Role
from portal.timescales import pauses, units, work
from portal.timescales.change_words import LEAD_UNITS, WAITS
from portal.timescales.explained import unit_in_words
from portal.timescales.figures import Figures
from portal.timescales.number_fields import NumberField, WholeField
from portal.timescales.pauses import WHILE, Pause
from portal.timescales.timescale import Timescale, Unit

WORK = ("work_1", "work_2", "work_3")
RARE = ("unit", "lead_unit", "wait", "wait_unit", "pauses", *WORK)
"""What is folded away until somebody looks for it."""


def _of(kind: type[Any], label: str, hint: str = "", field: Any = SelectField) -> Any:
    """Return a field of choices from `kind`. What does not make sense here is refused in words, by figures.check."""
    return field(label, coerce=lambda value: kind(value) if value else None, description=hint, validate_choice=False)


class FigureFields:
    """How long, the first reminder, the wait until the last rung, what stops it, and whose work it is at KSAF."""

    length = WholeField("Within", validators=[InputRequired("Enter how long it may take")])
    lead = NumberField("First reminder", places=None, validators=[Optional()])
    unit = _of(Unit, "“Within” is counted in", "Hours count day and night, working days or not.")
    lead_unit = _of(Unit, "The first reminder is counted in")
    wait = NumberField("Told again when it is still missed, after", places=None, validators=[Optional()])
    wait_unit = _of(Unit, "That wait is counted in")
    pauses = _of(Pause, "What stops the clock", "", SelectMultipleField)
    work_1 = _of(Role, "Whose work it is at KSAF", "While it is on nobody. Only who may do it can be chosen.")
    work_2 = _of(Role, "If nobody has that role")
    work_3 = _of(Role, "If nobody has that one either")

    def offer(self, installed: Timescale) -> None:
        """Offer what makes sense for this timescale, by the row that the file gives."""
        counted = {each.value: unit_in_words(replace(installed, unit=each)) for each in units.possible(installed)}
        roles = {each.value: ROLE_LABELS[each] for each in work.possible(installed)}
        offered: dict[str, dict[str, str]] = {
            "unit": counted,
            "lead_unit": {each.value: LEAD_UNITS[each] for each in units.of_lead(installed)},
            "wait_unit": {each.value: words for each, words in WAITS.items()},
            "pauses": {each.value: f"While {WHILE[each]}" for each in pauses.possible(installed.kind)},
            **dict.fromkeys(WORK, {"": "Nobody"} | roles),
            "work_1": roles,
        }
        for name, choices in offered.items():
            getattr(self, name).choices = [SelectChoice(*each) for each in choices.items()]

    def figures(self, kept: Figures) -> Figures:
        """Return what was typed into a valid form, and what is `kept` where this row has no such thing."""
        work_of = tuple(dict.fromkeys(role for name in WORK if (role := getattr(self, name).data)))
        return replace(
            kept,
            length=self.length.data or 0,
            unit=self.unit.data or kept.unit,
            lead=kept.lead if self.lead.data is None else float(self.lead.data),
            lead_unit=self.lead_unit.data or kept.lead_unit,
            wait=kept.wait if self.wait.data is None else float(self.wait.data),
            wait_unit=self.wait_unit.data or kept.wait_unit,
            pauses_while=tuple(each for each in Pause if each in (self.pauses.data or ())),
            work_of=work_of or kept.work_of,
        )


def figure_of(kept: Figures) -> dict[str, Any]:
    """Return what either form is filled with: what is in force."""
    given = {**kept.__dict__, "pauses": kept.pauses_while, **dict(zip(WORK, kept.work_of or (), strict=False))}
    return given | {name: None if given[name] is None else Decimal(f"{given[name]:g}") for name in ("lead", "wait")}
