"""What the forms about an organisation take: another name, a trust, why it closes or opens, and since when."""

from flask_wtf import FlaskForm
from wtforms import Field, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from portal.referrals.conversation_forms import long_text
from portal.referrals.sharing.fields import line
from portal.timescales.forms import DateField
from portal.web.dates import today
from portal.web.typed import one_line


def _not_ahead(_form: object, field: Field) -> None:
    """Refuse a day that has not come: a change is recorded when it is one."""
    if field.data and field.data > today():
        raise ValidationError("Enter today or a day before it")


def _since(label: str) -> DateField:
    return DateField(
        label,
        format="%d %m %Y",
        description="For example, 1 9 2026",
        validators=[InputRequired("Enter the day"), _not_ahead],
    )


class RenameForm(FlaskForm):
    """The new name, and since when it is called so."""

    name = StringField(
        "New name",
        filters=[one_line],
        validators=[DataRequired("Enter the new name"), Length(max=200, message="Use 200 characters or fewer")],
    )
    since = _since("Since when is it called so?")


class TrustForm(FlaskForm):
    """The trust, or none, and since when."""

    trust = line("Name of the trust", "Leave it empty if it belongs to none now.")
    since = _since("Since when?")


class CloseForm(FlaskForm):
    """Why it closes, and since when it is closed."""

    reason = long_text("Why is it closed?", "Enter why it is closed", "For KSAF’s record. No family’s details.")
    since = _since("On which day did it close?")


class OpenForm(FlaskForm):
    """Why it opens again."""

    reason = long_text("Why is it opened again?", "Enter why it is opened again", "For KSAF’s record.")
