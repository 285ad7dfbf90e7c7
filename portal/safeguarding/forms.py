"""What the forms about a concern take."""

from datetime import datetime

from wtforms import Field, Form, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from portal import clock
from portal.access.actor import Actor
from portal.safeguarding.rules import DANGER, Danger
from portal.safeguarding.service import Raised
from portal.timescales.forms import DateField, TimeField
from portal.web.dates import LONDON, in_london
from portal.web.fields import choice, text
from portal.web.typed import one_line

NAME = 200  # characters: room for several people
DANGER_ASKED = "Is anyone in danger now?"
DANGER_MISSING = "Select whether anyone is in danger now"
SEEN_MISSING = "Enter what was seen or heard, or what the child said"


def seen_field(label: str = "What was seen or heard?", *, rows: int = 5) -> Field:
    """Return the field for the facts."""
    return text(label, "Facts, in the order they happened: where, who was there, what you did about it.", rows=rows)


def said_field(*, rows: int = 3) -> Field:
    """Return the field for the child's own words."""
    return text("What did the child say? (optional)", "Their own words, as exactly as you can.", rows=rows)


def opinion_field(*, rows: int = 3) -> Field:
    """Return the field for what its writer makes of it."""
    return text("What do you make of it? (optional)", "Your own view, kept apart from the facts above.", rows=rows)


def danger_field() -> Field:
    """Return the question that decides whether somebody has to call now."""
    return choice(DANGER_ASKED, {each.value: told for each, told in DANGER.items()}, DANGER_MISSING)


class ConcernForm(Form):
    """A concern: is anyone in danger, the facts, the child's words, by whom and when, and the opinion apart."""

    danger = danger_field()
    seen = seen_field()
    said = said_field()
    witness = StringField(
        "Who saw or heard it?",
        filters=[one_line],
        validators=[
            DataRequired("Enter who saw or heard it"),
            Length(max=NAME, message=f"Shorten this to {NAME} characters or fewer"),
        ],
        render_kw={"spellcheck": False},
    )
    day = DateField("On which day?", format="%d %m %Y", validators=[InputRequired("Enter the day")])
    time = TimeField(
        "At what time, about?", description="For example, 15:30", validators=[InputRequired("Enter a time")]
    )
    opinion = opinion_field()

    def validate_seen(self, field: Field) -> None:
        """Ask for words: what was seen or heard, or what the child said."""
        if not field.data and not self.said.data:
            raise ValidationError(SEEN_MISSING)

    def validate_time(self, field: Field) -> None:
        """Refuse what lies ahead."""
        happened = self._happened_at()
        if happened is not None and happened > clock.now():
            raise ValidationError("Enter a time that has passed")

    def raised(self, week_number: int | None) -> Raised:
        """Return what a valid form says, about the update of week `week_number` where it was raised from one."""
        return Raised(
            danger=Danger(self.danger.data),
            seen=self.seen.data or "",
            said=self.said.data or "",
            opinion=self.opinion.data or "",
            witness=self.witness.data or "",
            happened_at=self._happened_at(),
            week_number=week_number,
        )

    def _happened_at(self) -> datetime | None:
        day, at = self.day.data, self.time.data
        return datetime.combine(day, at, LONDON) if day and at else None


def fresh(actor: Actor) -> ConcernForm:
    """Return an empty form, seen by `actor` at this moment: what is most often so needs no typing."""
    now = in_london(clock.now())
    return ConcernForm(data={"witness": actor.name, "day": now.date(), "time": now.time()})
