"""Forms about the people of an organisation."""

from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than the stubs
from wtforms.validators import InputRequired, Length

from portal.access.roles import ROLE_LABELS, OrganisationKind, Role, roles_of
from portal.accounts.forms import EMAIL_ERROR, EMAIL_LENGTH, LIKE_EMAIL
from portal.web.typed import one_line

ROLE_HINTS = {
    Role.REFERRER: "Sends referrals, answers questions and follows what happens",
    Role.ORGANISATION_ADMIN: "All of that, and invites and removes people. Needs a second step at sign-in",
    Role.VIEWER: "Reads your organisation’s referrals and changes nothing",
    Role.SUPPORT_LINE_ADVISER: "Advises families and professionals by phone",
    Role.TRIAGE_OFFICER: "Acknowledges, asks and proposes decisions",
    Role.CASE_MANAGER: "Does triage and leads families’ five weeks",
    Role.FAMILY_OUTREACH_PRACTITIONER: "Works with families",
    Role.SAFEGUARDING_TEAM: "Does triage and looks after safeguarding concerns",
    Role.MANAGER: "Does triage and authorises decisions",
    Role.ADMINISTRATOR: "Adds organisations and people, closure days and accounts; reads no referral",
}


class RoleForm(FlaskForm):
    """Choosing a role of one kind of organisation."""

    role = RadioField("What will they do?", validators=[InputRequired("Select what they will do")])

    def offer(self, kind: OrganisationKind) -> None:
        """Offer the roles of an organisation of `kind`, in the order of the roles themselves."""
        held = roles_of(kind)
        self.role.choices = [SelectChoice(role.value, ROLE_LABELS[role]) for role in Role if role in held]


class InviteForm(RoleForm):
    """Inviting one person."""

    email = EmailField(
        "Their work email address",
        validators=[
            InputRequired("Enter their email address"),
            LIKE_EMAIL,
            Length(max=EMAIL_LENGTH, message=EMAIL_ERROR),
        ],
        filters=[one_line],
    )
