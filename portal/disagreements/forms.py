"""What the forms of a disagreement take. Each says in whose name it speaks: the level answers, not the account."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    Form,
    HiddenField,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length

from portal.disagreements.queries import Party
from portal.disagreements.rules import (
    KINDS,
    OUTCOMES,
    PARTNERSHIP_STANCES,
    STANCES,
    Challenged,
    Outcome,
    Stage,
    Stance,
)
from portal.disagreements.service import Challenge, Said
from portal.web.fields import text
from portal.web.typed import one_line

NAME = 200  # characters: the column's own room


def _radios(label: str, hint: str = "") -> RadioField:
    return RadioField(label, description=hint, validate_choice=False)


def _offer(field: RadioField, choices: Mapping[Any, str]) -> None:
    field.choices = [SelectChoice(str(value), words) for value, words in choices.items()]


def _require_offered(field: RadioField, missing: str) -> None:
    if field.data not in {value for value, *_ in field.iter_choices()}:
        raise ValidationError(missing)


def _speaker(label: str = "Who says this?") -> StringField:
    checks = [
        DataRequired("Enter who says this: their name and role"),
        Length(max=NAME, message=f"Use {NAME} characters or fewer"),
    ]
    return StringField(
        label,
        description="Name and role. It need not be you: at the higher stages somebody else may speak.",
        filters=[one_line],
        validators=checks,
        render_kw={"spellcheck": False, "autocomplete": "off"},
    )


class ChallengeForm(Form):
    """Which decision is challenged, why, and what is asked for."""

    kind = _radios("Which decision do you disagree with?")
    whom = _radios("Whose decision is it?")
    position = text(
        "Why do you disagree?",
        "Keep what you saw or were told apart from what you think. The other side reads it as you write it.",
        "Enter why you disagree",
        rows=6,
    )
    wanted = text("What should happen instead?", "", "Enter what should happen instead", rows=3)
    speaker = _speaker()

    def offer(self, kinds: Iterable[Challenged], partners: Iterable[Party]) -> "ChallengeForm":
        """Offer what can be challenged; to KSAF, whose decision it is. A partner challenges KSAF. Return the form."""
        _offer(self.kind, {each.value: KINDS[each] for each in kinds})
        if found := {each.key: each.name for each in partners}:
            _offer(self.whom, found)
        elif "whom" in self:
            del self.whom
        return self

    def validate_kind(self, field: RadioField) -> None:
        """Refuse what has not been decided."""
        _require_offered(field, "Select which decision you disagree with")

    def validate_whom(self, field: RadioField) -> None:
        """Refuse whoever does not have the referral."""
        _require_offered(field, "Select whose decision it is")

    def challenge(self, partners: Iterable[Party]) -> Challenge:
        """Return what a valid form says."""
        key = self.whom.data if self.whom else None
        whom = next((each for each in partners if each.key == key), None)
        given: dict[str, Any] = self.data
        return Challenge(Challenged(given["kind"]), given["position"], given["wanted"], given["speaker"], whom)


class SaidForm(Form):
    """Something said in a disagreement; each subclass words its question."""

    at = HiddenField()
    speaker = _speaker()

    def read_at(self, stage: int) -> Stage:
        """Return the stage at which the form was shown; `stage`, where it is now, if the form does not tell."""
        told = {str(each.value): each for each in Stage}
        return told.get(self.at.data or "", Stage(stage))

    def said(self, stage: int) -> Said:
        """Return what a valid form says; `stage` as for `read_at`."""
        given: dict[str, Any] = self.data
        return Said(given["words"], given["speaker"], self.read_at(stage))


class AddForm(SaidForm):
    """Something to add, for the other side to read."""

    words = text("What do you want to add?", "It ends nothing and answers nothing.", "Enter what you want to add")


class AnswerForm(SaidForm):
    """The answer at a stage, or what the partnership says."""

    stance = _radios("What becomes of the decision?")
    words = text("Your answer", "Say what you looked at, and why.", "Enter your answer", rows=6)

    def offer(self, stage: int) -> "AnswerForm":
        """Offer what can become of the decision, in words for `stage`; return the form."""
        is_theirs = stage == Stage.PARTNERSHIP
        _offer(
            self.stance, {each.value: said for each, said in (PARTNERSHIP_STANCES if is_theirs else STANCES).items()}
        )
        if is_theirs:
            self.words.label.text = "What the partnership says"
            self.speaker.label.text = "Who of the partnership says this?"
        return self

    def validate_stance(self, field: RadioField) -> None:
        """Ask for one of them."""
        _require_offered(field, "Select what becomes of the decision")

    @property
    def chosen(self) -> Stance:
        """Return what becomes of the decision, of a valid form."""
        return Stance(self.stance.data)


class EscalateForm(SaidForm):
    """Why it goes to the next stage."""

    words = text("Why does it have to go further?", "Whoever answers at the next stage reads this first.", "Enter why")


class ResolveForm(SaidForm):
    """How it was resolved."""

    outcome = _radios("How was it resolved?")
    words = text("What was agreed?", "Who does what, by when.", "Enter what was agreed")

    def offer(self, outcomes: Iterable[Outcome]) -> "ResolveForm":
        """Offer how it can be resolved by whoever fills the form in; return the form."""
        _offer(self.outcome, {each.value: OUTCOMES[each] for each in outcomes})
        return self

    def validate_outcome(self, field: RadioField) -> None:
        """Ask for one of them."""
        _require_offered(field, "Select how it was resolved")

    @property
    def chosen(self) -> Outcome:
        """Return how it was resolved, of a valid form."""
        return Outcome(self.outcome.data)


class WithdrawForm(SaidForm):
    """Why a challenge is taken back."""

    words = text("Why do you withdraw it?", "The other side reads this.", "Enter why you withdraw it")
