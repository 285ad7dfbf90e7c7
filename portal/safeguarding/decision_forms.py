"""What the form of a decision takes."""

from typing import Any

from wtforms import (
    Field,
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    ValidationError,
)

from portal.access.actor import Actor
from portal.access.roles import Role
from portal.safeguarding.rules import OUTCOMES, Outcome, asks_whom
from portal.safeguarding.service import Decided
from portal.timescales.recipients import staff_of
from portal.web.fields import choice, text

NOBODY = "nobody"


class DecisionForm(Form):
    """A decision: what, why, whom somebody outside KSAF was spoken to, and which manager agrees."""

    outcome = choice("What is decided?", {each.value: words for each, words in OUTCOMES.items()}, "Select a decision")
    rationale = text(
        "Why?", "What it rests on: the facts, the history, what the child said. Say what would change it.",
        "Enter why", rows=5,
    )  # fmt: skip
    spoke_to = text(
        "Whom did you speak to outside KSAF, and what did they say?",
        "Name, service and time. Leave it empty for no further action and for monitoring.",
        rows=3,
    )
    manager = RadioField("Which manager agrees?", validate_choice=False)

    def offer(self, actor: Actor) -> None:
        """Offer KSAF's managers other than `actor`, and nobody: a child's safety does not wait for a manager."""
        managers = staff_of(actor.organisation_id).with_role(Role.MANAGER)
        self._names = {str(each.user_id): each.name for each in managers if each.user_id != actor.user_id}
        choices: list[Any] = [SelectChoice(number, name) for number, name in self._names.items()]
        self.manager.choices = [*choices, SelectChoice(NOBODY, "No manager could be reached yet, and it cannot wait")]

    def validate_spoke_to(self, field: Field) -> None:
        """Ask for whom they spoke to where the decision means that they did."""
        if not field.data and self.outcome.data in set(Outcome) and asks_whom(Outcome(self.outcome.data)):
            raise ValidationError("Enter whom you spoke to, and what they said")

    def validate_manager(self, field: Field) -> None:
        """Refuse whoever is no manager of KSAF's."""
        if field.data not in {*self._names, NOBODY}:
            raise ValidationError("Select the manager, or that none could be reached")

    def decided(self) -> Decided:
        """Return what a valid form says."""
        return Decided(
            outcome=Outcome(self.outcome.data),
            rationale=self.rationale.data or "",
            spoke_to=self.spoke_to.data or "",
            manager=self._names.get(self.manager.data, ""),
        )
