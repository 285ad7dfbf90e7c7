"""The form with which an adviser begins a referral for somebody who called."""

from collections.abc import Sequence

from wtforms import (
    BooleanField,
    EmailField,
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from portal.enquiries.inviting.queries import Place
from portal.enquiries.inviting.service import Begun
from portal.referrals.form.answer_checks import LONGEST_LONG_TEXT
from portal.web.typed import one_line, tidied

NAME = 100  # characters: the columns' own room


class InviteForm(Form):
    """Who called, and what they agreed to have written into the draft."""

    email = EmailField(
        "Which email address do they sign in with?",
        description="Ask them. The draft is kept in their organisation’s space.",
        filters=[one_line],
        validators=[DataRequired("Enter the email address they sign in with")],
    )
    organisation = RadioField("For which organisation?", choices=[], validate_choice=False)
    first_name = StringField(
        "Child’s first name",
        filters=[one_line],
        validators=[Length(max=NAME, message=f"Shorten the name to {NAME} characters or fewer")],
    )
    last_name = StringField(
        "Child’s last name",
        filters=[one_line],
        validators=[Length(max=NAME, message=f"Shorten the name to {NAME} characters or fewer")],
    )
    worries = TextAreaField(
        "What are they worried about?",
        description="They read this as their own words, and can change it. Leave out what KSAF thinks.",
        filters=[tidied],
        validators=[
            DataRequired("Enter what they are worried about"),
            Length(max=LONGEST_LONG_TEXT, message=f"Shorten this to {LONGEST_LONG_TEXT:,} characters or fewer"),
        ],
        render_kw={"rows": 7},
    )
    agreed = BooleanField(
        "They agree that KSAF begins a draft for them with what is written here",
        validators=[DataRequired("Ask them first. Tick this once they have agreed")],
    )

    def chosen(self, places: Sequence[Place]) -> Place | None:
        """Return the one of `places` that is meant; None, saying what to do, where there is none or none is chosen."""
        self.organisation.choices = [SelectChoice(each.organisation.key, each.organisation.name) for each in places]
        if not places:
            self.email.errors = ["Nobody who can refer signs in with this address. Ask them which one they use"]
            return None
        if len(places) == 1:
            return places[0]
        found = next((each for each in places if each.organisation.key == self.organisation.data), None)
        if found is None:
            self.organisation.errors = ["Select for which organisation they called"]
        return found

    def begun(self) -> Begun:
        """Return what a valid form says."""
        return Begun(self.worries.data or "", self.first_name.data or "", self.last_name.data or "")
