"""What people type about themselves and to prove who they are."""

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField, StringField, TelField
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than the stubs
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from portal.accounts import passwords
from portal.accounts.models import MailRhythm
from portal.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from portal.web.typed import one_line

EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its brackets
EMAIL_ERROR = "Enter an email address in the right form, like name@school.example."
# One @ with something on both sides and a dot after it; whether it arrives is for the mail to show.
LIKE_EMAIL = Regexp(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$", message=EMAIL_ERROR)


def _email() -> EmailField:
    checks = [DataRequired("Enter your email address."), Length(max=EMAIL_LENGTH, message=EMAIL_ERROR), LIKE_EMAIL]
    return EmailField("Email address", checks, [one_line], render_kw={"autocomplete": "username", "spellcheck": False})


def _new_password(label: str) -> PasswordField:
    hint = f"{SHORTEST_PASSWORD} characters or more. Three random words are strong and easy to remember."
    return PasswordField(
        label, [DataRequired("Enter a password.")], description=hint, render_kw={"autocomplete": "new-password"}
    )


class SignInForm(FlaskForm):
    """An address and a password."""

    email = _email()
    password = PasswordField(
        "Password",
        [DataRequired("Enter your password."), Length(max=LONGEST_PASSWORD, message="That is too long to be right.")],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(FlaskForm):
    """A code of the authenticator app; spaces do no harm."""

    code = StringField(
        "6-digit code",
        [DataRequired("Enter the 6-digit code from your authenticator app.")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": False},
    )


class RecoveryCodeForm(FlaskForm):
    """A recovery code, written any way."""

    recovery_code = StringField(
        "Recovery code",
        [DataRequired("Enter one of your recovery codes.")],
        description="12 letters and numbers. Each code works once.",
        render_kw={"autocomplete": "off", "spellcheck": False},
    )


class ResetRequestForm(FlaskForm):
    """Whose password is forgotten."""

    email = _email()


class NewPasswordForm(FlaskForm):
    """A new password; `about` names the person and their organisations, which it must not hold."""

    about: tuple[str, ...] = ()
    new_password = _new_password("New password")

    def validate_new_password(self, field: PasswordField) -> None:
        """Refuse a password that is short, common or about its person."""
        told = passwords.problem(field.data or "", *self.about)
        if told:
            field.errors = [*field.errors, told]


class ChangePasswordForm(NewPasswordForm):
    """A new password, with the present one to show whose hands are on the keyboard."""

    current_password = PasswordField(
        "Present password",
        [DataRequired("Enter your present password.")],
        render_kw={"autocomplete": "current-password"},
    )


class DetailsForm(FlaskForm):
    """What others see of a person."""

    name = StringField(
        "Full name",
        [
            DataRequired("Enter your full name."),
            Length(max=200, message="Your name must fit into 200 characters."),
        ],
        [one_line],
        render_kw={"autocomplete": "name", "spellcheck": False},
    )
    job_title = StringField(
        "Job title",
        [Optional(), Length(max=200, message="Your job title must have 200 characters or fewer.")],
        [one_line],
        render_kw={"autocomplete": "organization-title"},
    )
    phone = TelField(
        "Phone number",
        [Optional(), Length(max=40, message="Your phone number must have 40 characters or fewer.")],
        [one_line],
        render_kw={"autocomplete": "tel"},
    )


class AccountDetailsForm(DetailsForm):
    """The same, with the address; a new address needs the password."""

    email = _email()
    current_password = PasswordField(
        "Password, if you change your email address", render_kw={"autocomplete": "current-password"}
    )


class AcceptForm(DetailsForm, NewPasswordForm):
    """A new person's details and first password."""


RHYTHMS = {
    MailRhythm.AT_ONCE: "At once",
    MailRhythm.DAILY: "One email each working morning",
    MailRhythm.WEEKLY: "One email a week, on the first working morning",
}


class MailForm(FlaskForm):
    """When somebody hears by mail of what can wait."""

    rhythm = RadioField(
        "When should we email you about what can wait?",
        choices=[SelectChoice(each.value, label) for each, label in RHYTHMS.items()],
        validators=[InputRequired("Choose when we should email you")],
    )
