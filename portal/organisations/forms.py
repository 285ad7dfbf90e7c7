"""Forms about organisations."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField, TelField
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than the stubs
from wtforms.validators import InputRequired, Length, Optional

from portal.access.roles import KIND_LABELS, OrganisationKind
from portal.organisations.service import AREAS, PHASES
from portal.web.typed import one_line

_KINDS = [
    SelectChoice(kind.value, KIND_LABELS[kind]) for kind in OrganisationKind if kind is not OrganisationKind.OPERATOR
]


class OrganisationForm(FlaskForm):
    """A new partner organisation."""

    name = StringField(
        "Name", validators=[InputRequired("Enter the organisation’s name"), Length(max=200)], filters=[one_line]
    )
    kind = RadioField(
        "What kind of organisation is it?",
        choices=_KINDS,
        validators=[InputRequired("Select what kind of organisation it is")],
    )
    phase = RadioField(
        "Which phase or setting?",
        choices=[SelectChoice(phase, phase.capitalize()) for phase in PHASES],
        validators=[Optional()],
    )
    area = RadioField(
        "Which area is it in?", choices=[SelectChoice(area, area.capitalize()) for area in AREAS], default="kent"
    )
    phone = TelField("Phone", validators=[Optional(), Length(max=40)], filters=[one_line])


class AcceptForm(FlaskForm):
    """Accepting the terms: the box must be ticked by a person."""

    accept = BooleanField(
        "I have read these terms and accept them for my organisation",
        validators=[InputRequired("Tick the box to accept the terms for your organisation")],
    )
