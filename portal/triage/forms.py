"""What triage's forms take, and what each asks for when something is left out."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    Field,
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, Length

from portal.referrals.form.sections import Question
from portal.triage import rules
from portal.triage.models import Decision, Outcome
from portal.triage.service import Proposal
from portal.triage.summary import as_question
from portal.web.typed import tidied

LONGEST = 5000  # characters: two pages, more than any letter of ours needs
_ROOM = Length(max=LONGEST, message=f"Shorten this to {LONGEST:,} characters or fewer")


def _text(label: str, hint: str, missing: str, rows: int) -> TextAreaField:
    return TextAreaField(
        label, description=hint, filters=[tidied], validators=[DataRequired(missing), _ROOM], render_kw={"rows": rows}
    )


class AskForm(Form):
    """A question to the referrer: ready-made ones ticked, one's own typed, or both."""

    ready = SelectMultipleField("What the referral leaves open", validate_choice=False)
    question = TextAreaField(
        "Your question",
        description="The referrer reads this as you write it. Ask for one thing at a time, and say why you need it.",
        filters=[tidied],
        validators=[_ROOM],
        render_kw={"rows": 6},
    )

    def offer(self, gaps: Sequence[Question]) -> None:
        """Offer a ready-made question for each of `gaps`."""
        self.ready.choices = [SelectChoice(each.key, as_question(each)) for each in gaps]

    def validate_question(self, field: Field) -> None:
        """Require a question, whichever way it is put."""
        if not self.asked():
            raise ValidationError("Enter your question, or select one that is ready")

    def asked(self) -> str:
        """Return the whole question: one's own words, then the ready-made ones, a line each."""
        ticked = set(self.ready.data or ())
        ready = [choice.label.text for choice in self.ready if choice.data in ticked]
        return "\n".join(part for part in [self.question.data or "", *ready] if part)


class DecideForm(Form):
    """A proposed decision."""

    outcome = RadioField(
        "What should happen?",
        choices=[SelectChoice(each.value, words.title) for each, words in rules.OUTCOMES.items()],
        validators=[AnyOf([each.value for each in Outcome], message="Select what should happen")],
        validate_choice=False,
    )
    reason = RadioField(
        "Why is it not accepted?",
        choices=[SelectChoice(each.key, each.label) for each in rules.REASONS.values()],
        validate_choice=False,
    )
    rationale = _text(
        "Rationale",
        "For KSAF’s record: the risks, strengths and level of need you saw, and why this outcome. "
        "The referrer does not see it.",
        "Enter the rationale for KSAF’s record",
        6,
    )
    explanation = _text(
        "Reason, as the referrer reads it",
        "Plain words. This is printed in the written outcome.",
        "Enter the reason as the referrer will read it",
        5,
    )
    next_option = _text(
        "Next option for the family",
        "What the family can do now, with whom. Every outcome has one.",
        "Enter what the family can do next",
        4,
    )

    def validate_reason(self, field: Field) -> None:
        """Require a known reason for a refusal."""
        if self.outcome.data == Outcome.NOT_ACCEPTED and field.data not in rules.REASONS:
            raise ValidationError("Select why it is not accepted")

    def is_complete(self, closed: dict[Outcome, str]) -> bool:
        """Validate the form; an outcome among the `closed` is refused, saying why."""
        complete = self.validate()
        if why := closed.get(self.outcome.data):
            self.outcome.errors = [why]
        return complete and not why

    def fill_in(self) -> None:
        """Put the suggested wording where nothing has been written yet."""
        if self.outcome.data not in set(Outcome):
            return
        explanation, next_option = rules.suggestion(Outcome(self.outcome.data), self.reason.data)
        self.explanation.data = self.explanation.data or explanation
        self.next_option.data = self.next_option.data or next_option

    def proposal(self) -> Proposal:
        """Return what a validated form proposes."""
        fields: dict[str, Any] = self.data
        return Proposal(
            Outcome(fields["outcome"]),
            fields["reason"],
            fields["rationale"],
            fields["explanation"],
            fields["next_option"],
        )


class ReturnForm(Form):
    """Why a manager returns a decision."""

    comment = _text(
        "What should change?",
        "Whoever proposed the decision reads this. The referrer does not.",
        "Enter what should change before you return it",
        4,
    )


def prefilled(decision: Decision | None) -> DecideForm:
    """Return a fresh form, holding what was proposed before when a manager has returned it."""
    return DecideForm(obj=decision) if decision is not None else DecideForm()
