"""Choosing the referrals and the colleague who takes them."""

from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict
from wtforms import (
    Form,
    HiddenField,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
)
from wtforms.validators import InputRequired

from portal.staffing.queries import Group
from portal.staffing.rules import Part
from portal.timescales.recipients import Member

WHO = "Select who takes them"


class HandOverForm(Form):
    """Some of a group's referrals, or all, to one colleague."""

    references = SelectMultipleField(
        "Which referrals?", validators=[InputRequired("Select at least one referral")], validate_choice=False
    )
    to = RadioField("Who takes them?", validators=[InputRequired(WHO)], validate_choice=False)

    def offer(self, group: Group) -> None:
        """Offer the referrals of `group` and the colleagues who may take its part."""
        self.references.choices = [
            SelectChoice(each.reference, f"{each.child}, {each.reference}" if each.child else each.reference)
            for each in group.rows
        ]
        self.to.choices = [SelectChoice(str(each.member.user_id), each.member.name) for each in group.candidates]


class HeadForm(Form):
    """Which manager is head of service, and who was when the form was shown."""

    head = RadioField("Who is head of service?", validators=[InputRequired("Select a manager")])
    before = HiddenField()

    def offer(self, managers: Iterable[Member]) -> None:
        """Offer each of `managers`."""
        self.head.choices = [SelectChoice(str(each.user_id), each.name) for each in managers]


@dataclass(frozen=True)
class Shown:
    """A group as a page shows it, with the form that hands it over and what each colleague has already."""

    group: Group
    form: HandOverForm

    @property
    def hints(self) -> dict[str, str]:
        """Return what each colleague has already, by the value of their choice."""
        return {str(each.member.user_id): each.load for each in self.group.candidates}


def shown(groups: Iterable[Group], wrong: HandOverForm | None = None) -> list[Shown]:
    """Return a form for each of `groups`, all of its referrals ticked; or `wrong`, as it was posted, for its own."""
    made: list[Shown] = []
    for group in groups:
        prefix = prefix_of(group.part, group.holder_id)
        if wrong is not None and wrong.references.name.startswith(prefix):
            form = wrong
        else:
            form = HandOverForm(prefix=prefix, references=[each.reference for each in group.rows])
        form.offer(group)
        made.append(Shown(group, form))
    return made


def posted(typed: MultiDict[str, str], part: Part, before: int | None) -> HandOverForm:
    """Return what was `typed` into the form about `part` as `before` has it."""
    return HandOverForm(typed, prefix=prefix_of(part, before))


def prefix_of(part: Part, holder_id: int | None) -> str:
    """Return what the names of a form's fields begin with: a page has one form for each part and holder."""
    return f"{part.value.replace('_', '-')}-{holder_id or 'nobody'}-"
