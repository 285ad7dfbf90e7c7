"""What the form of one contact with a family takes."""

from datetime import datetime

from wtforms import BooleanField, Field, Form, ValidationError
from wtforms.validators import InputRequired

from portal import clock
from portal.cases.contacts import KINDS, RESULTS, Contact
from portal.cases.models import CaseContact, ContactKind, ContactResult
from portal.timescales.forms import DateField, TimeField
from portal.web.dates import LONDON, in_london
from portal.web.fields import choice, text


class ContactForm(Form):
    """One contact: when, how, what came of it, and what was seen kept apart from what is thought of it."""

    day = DateField(
        "Date", format="%d %m %Y", description="For example, 24 11 2026", validators=[InputRequired("Enter the date")]
    )
    time = TimeField(
        "Time", description="On the 24-hour clock, for example 15:30", validators=[InputRequired("Enter the time")]
    )
    kind = choice("What kind of contact?", {each.value: name for each, name in KINDS.items()}, "Select the kind")
    result = choice("What came of it?", {each.value: name for each, name in RESULTS.items()}, "Select what came of it")
    present = text("Who was present?", "Everybody who was there, with how they belong to the child.", rows=2, room=500)
    observation = text("Observation", "What you saw and heard. Facts, in order, without what you make of them.", rows=6)
    opinion = text("Professional opinion", "What you make of it, and what that rests on.", rows=4)
    child_voice = text("The child’s voice", "What the child said, drew or showed, in their own words.", rows=3)
    belongs_in_cpoms = BooleanField(
        "This belongs in the child’s safeguarding record",
        description="The safeguarding team is asked to record it in CPOMS, and this page says when they have.",
    )

    def validate_observation(self, field: Field) -> None:
        """Require what was seen where the contact took place."""
        if not field.data and self.result.data == ContactResult.ATTENDED:
            raise ValidationError("Enter what you saw and heard")

    def validate_time(self, field: Field) -> None:
        """Refuse what is still to come; a visit may be cancelled before its day."""
        if not field.data or not self.day.data or self.result.data == ContactResult.CANCELLED:
            return
        if self._happened_at() > clock.now():
            raise ValidationError("Enter a time that has passed")

    def contact(self) -> Contact:
        """Return what a validated form says."""
        return Contact(
            happened_at=self._happened_at(),
            kind=ContactKind(self.kind.data),
            result=ContactResult(self.result.data),
            present=self.present.data or "",
            observation=self.observation.data or "",
            opinion=self.opinion.data or "",
            child_voice=self.child_voice.data or "",
            belongs_in_cpoms=bool(self.belongs_in_cpoms.data),
        )

    def _happened_at(self) -> datetime:
        if self.day.data is None or self.time.data is None:
            raise ValueError("only for a form with a date and a time")
        return datetime.combine(self.day.data, self.time.data, LONDON)


class CorrectionForm(ContactForm):
    """What is right, and why it was wrong."""

    why = text(
        "Why is it corrected?",
        "The earlier entry stays in the log beneath this one.",
        "Enter why the entry is corrected",
        rows=2,
        room=1000,
    )


def correction_form(row: CaseContact) -> CorrectionForm:
    """Return the form holding an entry as it stands."""
    at = in_london(row.happened_at)
    return CorrectionForm(
        data={
            "day": at.date(),
            "time": at.time(),
            "kind": row.kind.value,
            "result": row.result.value,
            "present": row.present,
            "observation": row.observation,
            "opinion": row.opinion,
            "child_voice": row.child_voice,
            "belongs_in_cpoms": row.belongs_in_cpoms,
        }
    )
