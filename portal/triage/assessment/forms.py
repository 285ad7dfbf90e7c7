"""The assessment's form: a text an aspect, the level of need, the signs seen, and why."""

from typing import Any

from wtforms import (
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import Length

from portal.triage.assessment.models import Assessment
from portal.triage.assessment.needs import ASPECTS, SIGNS, TIERS, Domain, Scale
from portal.triage.assessment.service import Found
from portal.web.typed import tidied

LONGEST = 5000  # characters, as in every text of triage
_ROOM = Length(max=LONGEST, message=f"Shorten this to {LONGEST:,} characters or fewer")


def _text(label: str, hint: str, rows: int) -> TextAreaField:
    return TextAreaField(label, description=hint, filters=[tidied], validators=[_ROOM], render_kw={"rows": rows})


class AssessmentForm(Form):
    """What KSAF finds. Nothing is required: an assessment is saved as far as it has come."""

    level = RadioField("Level of need", validate_choice=False)
    seen = SelectMultipleField("Signs seen", validate_choice=False)
    why = _text("Why this level?", "What you saw that puts the child here, and not a level higher or lower.", 4)

    def offer(self, scale: Scale) -> None:
        """Offer the levels of `scale`, each with what it means."""
        self.level.choices = [SelectChoice(str(each.number), each.name) for each in scale.levels]

    def found(self, scale: Scale) -> Found:
        """Return what was found; a level or sign that is not on the lists is none."""
        fields: dict[str, Any] = self.data
        level = next((each.number for each in scale.levels if str(each.number) == fields["level"]), None)
        seen: set[str] = set(fields["seen"] or ())
        texts = {each.key: fields[each.key] for each in ASPECTS if fields[each.key]}
        return Found(texts, level, tuple(key for key in SIGNS if key in seen), fields["why"])

    def groups(self, domain: Domain) -> list[tuple[str, list[dict[str, Any]]]]:
        """Return the signs of `domain` as boxes to tick, the ticked ones checked, under the title of their tier."""
        ticked: set[str] = set(self.seen.data or ())
        return [
            (title, [_box(each.key, each.words, is_checked=each.key in ticked) for each in domain.of_tier(tier)])
            for tier, title in TIERS.items()
        ]

    def ticked_in(self, domain: Domain) -> int:
        """Return how many signs of `domain` are ticked."""
        return len({each.key for each in domain.signs} & set(self.seen.data or ()))


for _aspect in ASPECTS:
    setattr(AssessmentForm, _aspect.key, _text(_aspect.title, _aspect.hint, 5))


def of(kept: Assessment | None) -> AssessmentForm:
    """Return a form that holds what is `kept`."""
    if kept is None:
        return AssessmentForm()
    level = str(kept.level) if kept.level else None
    return AssessmentForm(data={**kept.findings, "level": level, "seen": kept.signs["seen"], "why": kept.why})


def _box(key: str, words: str, *, is_checked: bool) -> dict[str, Any]:
    return {"value": key, "text": words, "checked": is_checked}
