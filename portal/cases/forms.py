"""What the forms about the weeks of support take."""

from collections.abc import Callable
from datetime import date

from wtforms import (
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
)
from wtforms.validators import InputRequired

from portal.cases.allocation import Allocation, Candidate, Choices
from portal.web.dates import long_date


def _radios(label: str, missing: str) -> RadioField:
    # Somebody who left, or a Monday that has passed, since the page was opened is asked for again.
    return RadioField(label, validators=[InputRequired(missing)], validate_choice=True)


class AllocateForm(Form):
    """Who helps a family, and from when."""

    manager = _radios("Case manager", "Select the case manager")
    practitioner = _radios("Family outreach practitioner", "Select the family outreach practitioner")
    starts_on = _radios("First Monday", "Select the Monday on which support begins")

    def offer(self, choices: Choices) -> None:
        """Offer the people and Mondays of `choices`."""
        self.manager.choices = [SelectChoice(value, name) for value, name in _people(choices.managers)]
        self.practitioner.choices = [SelectChoice(value, name) for value, name in _people(choices.practitioners)]
        self.starts_on.choices = [SelectChoice(each.isoformat(), long_date(each)) for each in choices.mondays]

    def allocation(self, choices: Choices) -> Allocation:
        """Return what a validated form chose of `choices`."""
        people = {str(each.member.user_id): each.member for each in (*choices.managers, *choices.practitioners)}
        return Allocation(
            people[self.manager.data], people[self.practitioner.data], date.fromisoformat(self.starts_on.data)
        )


def hints(candidates: list[Candidate]) -> dict[str, str]:
    """Return what each candidate has already, by the value of their choice."""
    return {str(each.member.user_id): f"{each.load} now" for each in candidates}


def monday_hints(mondays: list[date], about: Callable[[date], str]) -> dict[str, str]:
    """Return what `about` says of each Monday, by the value of its choice."""
    return {each.isoformat(): about(each) for each in mondays}


def _people(candidates: list[Candidate]) -> list[tuple[str, str]]:
    return [(str(each.member.user_id), each.member.name) for each in candidates]
