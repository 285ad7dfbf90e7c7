"""When a record's time is over. Pure: days in, days out."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    """What a length is counted in."""

    YEARS = "years"
    DAYS = "days"


@dataclass(frozen=True)
class Length:
    """How long something is kept."""

    number: int
    unit: Unit

    def after(self, day: date) -> date:
        """Return the first day on which what began on `day` has been kept long enough."""
        return _years_on(day, self.number) if self.unit is Unit.YEARS else day + timedelta(days=self.number)

    def before(self, day: date) -> date:
        """Return the newest beginning whose time is over on `day`: the last `begun` with `after(begun) <= day`."""
        if self.unit is Unit.DAYS:
            return day - timedelta(days=self.number)
        begun = _years_on(day, -self.number)
        return begun if self.after(begun) <= day else begun - timedelta(days=1)

    def in_words(self) -> str:
        """Return "6 years", "1 year", "30 days"."""
        return f"{self.number} {self.unit.value[:-1] if self.number == 1 else self.unit.value}"


@dataclass(frozen=True)
class Facts:
    """What decides when a referral's time is over: London days, and whether safeguarding records hang on it."""

    last_change: date
    born: date | None
    has_safeguarding: bool


def referral_due_on(facts: Facts, ordinary: Length, safeguarding: Length) -> date:
    """Return the first day on which a referral may go.

    With safeguarding records the child must have reached the age that `safeguarding` says, whatever else; of a child
    whose birthday nobody gave, that long is counted from the last change, so that it can only be too late.
    """
    due = ordinary.after(facts.last_change)
    return max(due, safeguarding.after(facts.born or facts.last_change)) if facts.has_safeguarding else due


def _years_on(day: date, years: int) -> date:
    """Return the same day so many years on; of a 29 February, where there is none, the day after, as birthdays go."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
