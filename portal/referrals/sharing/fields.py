"""What the forms of sharing are made of: choices with where they stand, and the parts to open, each with a reason."""

from typing import Any

from wtforms import (
    Form,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, Length

from portal.access.models import Scope
from portal.referrals.form.parts import PART_WORDS, Part
from portal.referrals.sharing.rules import LONGEST, SCOPE_WORDS
from portal.web.fields import choice
from portal.web.typed import one_line

MONTHS = {key: f"{key} months" for key in LONGEST}
NAME = 200  # characters: the columns' own room, and a sentence


def line(label: str, hint: str = "", missing: str = "") -> StringField:
    """Return a field of one line; `missing` is what it says when it has to hold something and does not."""
    room = Length(max=NAME, message=f"Shorten this to {NAME} characters or fewer")
    checks = [DataRequired(missing), room] if missing else [room]
    return StringField(label, description=hint, filters=[one_line], validators=checks)


class ReachForm(Form):
    """How far an organisation sees and for how long, and which parts are opened to it that stay closed otherwise."""

    scope = choice(
        "What may it see?",
        {each.value: words.capitalize() for each, words in SCOPE_WORDS.items()},
        "Select what it may see",
    )
    parts = SelectMultipleField(
        "Which of these does it need to know?",
        description="They stay closed unless you open them. Each needs a reason.",
        choices=[SelectChoice(part.value, words.title) for part, words in PART_WORDS.items()],
        validate_choice=False,
    )
    why_safeguarding = line("Why does it need the safeguarding detail?", missing="Enter why it needs this part")
    why_health = line("Why does it need the health detail?", missing="Enter why it needs this part")
    why_third_parties = line("Why does it need to know of other people?", missing="Enter why it needs this part")
    months = choice("For how long?", MONTHS, "Select for how long", default="3")

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the reason of each part that is opened, and of no other: parts are opened in the whole alone."""
        for part in Part:
            if part not in self.opened():
                self[f"why_{part}"].validators = ()
        return super().validate(extra_validators)

    def opened(self) -> list[Part]:
        """Return the parts that are ticked, where the whole referral is shown."""
        ticked = set(self.parts.data or ()) if self.scope.data == Scope.ALL else set[str]()
        return [part for part in Part if part in ticked]

    def reasons(self) -> dict[str, str]:
        """Return each part that a valid form opens, with its reason."""
        return {part.value: self[f"why_{part}"].data or "" for part in self.opened()}

    @property
    def holds(self) -> dict[str, str]:
        """Return what each part holds, as hints under the choices."""
        return {part.value: words.holds for part, words in PART_WORDS.items()}
