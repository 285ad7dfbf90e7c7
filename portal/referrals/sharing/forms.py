"""What is chosen and typed when a referral is shared, and what an organisation that looks on may add."""

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than the stubs
from wtforms.validators import DataRequired, InputRequired, Length

from portal.access.models import Scope
from portal.organisations.models import Organisation
from portal.referrals.conversation_forms import TextForm, long_text
from portal.referrals.sharing.fields import MONTHS, ReachForm
from portal.referrals.sharing.service import Terms
from portal.web.fields import choice
from portal.web.typed import tidied

LONGEST_WHY = 200  # characters: a sentence, which every organisation at the table reads


class ShareForm(ReachForm):
    """With whom, how far, which parts, why and for how long."""

    organisation = SelectField("Which organisation?", [InputRequired("Select an organisation")])
    why = StringField(
        "Why does it need to see it?",
        [
            DataRequired("Enter why it needs to see it"),
            Length(max=LONGEST_WHY, message="Shorten this to 200 characters"),
        ],
        filters=[tidied],
        description="Everyone who can see the referral reads this. One sentence, without details about the child.",
    )

    def offer(self, organisations: list[Organisation]) -> None:
        """Offer `organisations` to choose from."""
        chosen = [SelectChoice(value=each.key, label=each.name) for each in organisations]
        self.organisation.choices = [SelectChoice(value="", label="Select an organisation"), *chosen]

    @property
    def terms(self) -> Terms:
        """Return the terms, once the form is valid."""
        return Terms(Scope(self.scope.data), self.why.data or "", self.months.data or "3", self.reasons())


def for_new_school(key: str) -> dict[str, str]:
    """Return what the form for sharing holds where KSAF shares with the school `key` a child has moved to."""
    return {"organisation": key, "scope": Scope.UPDATES.value, "why": "The child goes to this school now."}


class ExtendForm(TextForm):
    """For how much longer, and why."""

    months = choice("For how much longer, from today?", MONTHS, "Select for how long", default="3")
    text = long_text("Why does it still need to see it?", "Enter why it still needs to see it", "For KSAF’s record.")


class ContextForm(TextForm):
    """What an organisation that looks on knows about the family."""

    text = long_text(
        "What do you know that KSAF should?",
        "Enter what KSAF should know",
        "Say what you saw or were told, when and by whom. KSAF reads this; the referrer does not.",
    )
