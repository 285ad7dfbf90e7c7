"""What the forms about an onward referral take."""

from collections.abc import Collection, Sequence
from typing import Any

from wtforms import (
    EmailField,
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, Length

from portal.access.roles import KIND_LABELS, OrganisationKind
from portal.accounts.forms import EMAIL_ERROR, EMAIL_LENGTH, LIKE_EMAIL
from portal.accounts.rules import as_kept
from portal.organisations.models import Organisation
from portal.referrals.form.sections import question
from portal.transfers.content import Answered
from portal.transfers.links import Acceptance
from portal.transfers.service import Outside
from portal.web.typed import one_line, tidied

LONGEST = 5000  # characters: two pages
NAME = 200  # characters: the columns' own room
OUTSIDE = "outside"
_OUTSIDE_KINDS = (
    OrganisationKind.LOCAL_AUTHORITY,
    OrganisationKind.HEALTH,
    OrganisationKind.COMMUNITY,
    OrganisationKind.EDUCATION,
)
_ROOM = Length(max=LONGEST, message=f"Shorten this to {LONGEST:,} characters or fewer")


def _text(label: str, hint: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label, description=hint, filters=[tidied], validators=[DataRequired(missing), _ROOM], render_kw={"rows": 4}
    )


def _line(label: str, hint: str, missing: str, autocomplete: str) -> StringField:
    room = Length(max=NAME, message=f"Shorten this to {NAME} characters or fewer")
    checks = [DataRequired(missing), room]
    return StringField(
        label,
        description=hint,
        filters=[one_line],
        validators=checks,
        render_kw={"autocomplete": autocomplete, "spellcheck": False},
    )


class OfferForm(Form):
    """An offer: to whom, with which note, which answers, and KSAF's own reason."""

    receiver = RadioField("Who is the family offered to?", validators=[DataRequired("Select a service")])
    outside_name = _line("Name of the service", "", "Enter the name of the service", "off")
    outside_email = EmailField(
        "Its email address",
        description="A work address that the service gave you. It is sent the link, and a code before the link opens.",
        filters=[one_line],
        validators=[
            DataRequired("Enter the service’s email address"),
            Length(max=EMAIL_LENGTH, message=EMAIL_ERROR),
            LIKE_EMAIL,
        ],
        render_kw={"autocomplete": "off", "spellcheck": False},
    )
    outside_kind = RadioField(
        "What kind of service is it?",
        choices=[SelectChoice(each.value, KIND_LABELS[each]) for each in _OUTSIDE_KINDS],
        validators=[AnyOf([each.value for each in _OUTSIDE_KINDS], message="Select what kind of service it is")],
        validate_choice=False,
    )
    note = _text(
        "Covering note",
        "The receiving service reads this first: what KSAF does for the family, what is asked, what is urgent.",
        "Enter a covering note for the receiving service",
    )
    items = SelectMultipleField(
        "What is handed over", validators=[DataRequired("Select at least one answer to hand over")]
    )
    within_limits = _text(
        "The family set limits. Why are these answers within them?",
        "Asked because you tick what is shown on a need to know. For KSAF’s record.",
        "Enter why these answers are within the family’s limits, or leave out what is shown on a need to know",
    )
    why = _text(
        "Why this service, and why these answers",
        "For KSAF’s record. Neither the receiving service nor the referrer sees it.",
        "Enter the reason for KSAF’s record",
    )

    asked: Collection[str] = ()
    """The addresses of services without an account that have an offer of this family already."""

    limits: str = ""
    """What the family said must not be shared, or with whom."""

    def offer(
        self, receivers: Sequence[Organisation], found: Answered, asked: Collection[str], limits: str = ""
    ) -> None:
        """Offer the services and the answers there are to choose from; nobody `asked` is asked again.

        Where the family set `limits`, what is shown on a need to know is handed over with a reason only.
        """
        self.asked, self.limits = asked, limits
        named = [SelectChoice(each.key, each.name) for each in receivers]
        self.receiver.choices = [*named, SelectChoice(OUTSIDE, "A service that is not on the portal")]
        self.items.choices = [
            SelectChoice(line.question.key, line.question.label) for _, lines in found for line in lines
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask about a service without an account only where one is chosen."""
        if self.receiver.data != OUTSIDE:
            for each in (self.outside_name, self.outside_email, self.outside_kind):
                each.validators = ()
        if not self.touches_limits():
            self.within_limits.validators = ()
        return super().validate(extra_validators)

    def touches_limits(self) -> bool:
        """Say whether the family set limits and something is ticked that is shown on a need to know."""
        known = {value for value, *_ in self.items.iter_choices()}
        return bool(self.limits) and any(question(key).part for key in known & set(self.items.data or ()))

    def reason(self) -> str:
        """Return KSAF's own reason, with why it is within the family's limits where that was asked."""
        within = f"\n\nWithin the family’s limits: {self.within_limits.data}" if self.touches_limits() else ""
        return f"{self.why.data or ''}{within}"

    def validate_outside_email(self, field: EmailField) -> None:
        """Refuse a service that has been asked already and has not declined."""
        if self.receiver.data == OUTSIDE and as_kept(field.data or "") in self.asked:
            raise ValidationError("This service has been asked already")

    def chosen(self, receivers: Sequence[Organisation]) -> Organisation | Outside:
        """Return the service that a valid form chooses, one of `receivers` or one without an account."""
        if self.receiver.data != OUTSIDE:
            return next(each for each in receivers if each.key == self.receiver.data)
        kind = OrganisationKind(self.outside_kind.data)
        return Outside(self.outside_name.data or "", as_kept(self.outside_email.data or ""), kind)


class DeclineForm(Form):
    """Why a service declines."""

    why = _text("Why do you decline?", "KSAF reads this. The referrer does not.", "Enter why you decline")


class WithdrawForm(Form):
    """Why KSAF takes an offer back."""

    why = _text("Why is the offer withdrawn?", "For KSAF’s record.", "Enter why the offer is withdrawn")


class ChaseForm(Form):
    """Whom KSAF reached."""

    reached = _text(
        "Who did you reach, and what did they say?",
        "For KSAF’s record. The next five working days to confirm begin now.",
        "Enter who you reached",
    )


class OverrideForm(Form):
    """Why a manager lets a referral close without an acceptance."""

    why = _text(
        "Why may it close without a confirmed acceptance?",
        "For KSAF’s record. That you did this stays on the timeline, where the referrer reads it.",
        "Enter why it may close without an acceptance",
    )


class ProofForm(Form):
    """The code that was sent to the address of a link; spaces do no harm."""

    code = StringField(
        "6-digit code",
        validators=[DataRequired("Enter the 6-digit code from the email")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": False},
    )


class AcceptForm(Form):
    """Who accepts for a service without an account, and who of it will contact the family."""

    name = _line("Your full name", "", "Enter your full name", "name")
    role = _line("Your role", "For example: duty manager.", "Enter your role", "organization-title")
    contact = _line(
        "Who will contact the family?",
        "Name and role. KSAF and whoever referred the family read this.",
        "Enter who will contact the family",
        "off",
    )

    def given(self) -> Acceptance:
        """Return what a valid form says."""
        return Acceptance(self.name.data or "", self.role.data or "", self.contact.data or "")


class OutsideDeclineForm(DeclineForm):
    """Who declines for a service without an account, and why."""

    declined_by = _line("Your full name", "", "Enter your full name", "name")
