"""What the forms about sharing without consent take: the decision, a refusal respected, and how a duty was done."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from wtforms import (
    Field,
    Form,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectField,
    ValidationError,
)
from wtforms.validators import InputRequired

from portal.access.models import Scope
from portal.organisations.models import Organisation
from portal.referrals.conversation_forms import TextForm, long_text
from portal.referrals.sharing import grounds
from portal.referrals.sharing.deciding import Family, Wanted
from portal.referrals.sharing.fields import ReachForm, line
from portal.referrals.sharing.models import SharingDecision
from portal.referrals.sharing.rules import FURTHEST, REFUSED
from portal.timescales.forms import DateField
from portal.web.dates import date_only, today
from portal.web.fields import choice

_MISSING = "Select an organisation, or enter the name of one that is not on the portal"


def _day(label: str) -> DateField:
    return DateField(
        label,
        format="%d %m %Y",
        description="You are asked again on this day.",
        validators=[InputRequired("Enter the day to look at this again"), _soon],
    )


def _soon(_form: Form, field: Field) -> None:
    """Refuse a day that is not ahead, or too far."""
    first, last = today() + dt.timedelta(days=1), today() + FURTHEST
    if field.data and not first <= field.data <= last:
        raise ValidationError(f"Enter a day from {date_only(first)} to {date_only(last)}")


def _leave_out(field: Field) -> None:
    """Ask nothing of a field that does not belong to the answers: a browser sends its empty parts all the same."""
    field.validators, field.process_errors = (), []


class _NamedForm(Form):
    """An organisation of the portal, or the name of one off it."""

    organisation = SelectField("With which organisation?", validate_choice=False)
    outside_name = line("Its name, if it is not on the portal", "For example, a police team. Nothing is sent to it.")

    def offer(self, organisations: Sequence[Organisation]) -> None:
        """Offer `organisations` to choose from."""
        self._known = {each.key: each for each in organisations}
        listed = [SelectChoice(each.key, each.name) for each in organisations]
        self.organisation.choices = [SelectChoice("", "Not on this list"), *listed]

    def validate_organisation(self, field: Field) -> None:
        """Require one of the two, and not both."""
        if bool(self.outside_name.data) == (field.data in self._known):
            raise ValidationError("Select an organisation or enter a name, not both" if field.data else _MISSING)

    @property
    def to(self) -> Organisation | str:
        """Return whom a valid form names."""
        return self._known.get(self.organisation.data) or self.outside_name.data or ""


class DecideForm(ReachForm, _NamedForm):
    """A decision to share without consent."""

    reason = choice(grounds.REASON.title, grounds.REASON.labels, grounds.REASON.missing)
    refusal_reason = long_text(
        "Why did they refuse?",
        "",
        "In their words. Leave it empty if you do not know yet: you are asked again once it is authorised.",
    )
    statutory_basis = choice(
        grounds.STATUTORY_BASIS.title, grounds.STATUTORY_BASIS.labels, grounds.STATUTORY_BASIS.missing
    )
    article_6 = choice(grounds.ARTICLE_6.title, grounds.ARTICLE_6.labels, grounds.ARTICLE_6.missing)
    article_9 = choice(grounds.ARTICLE_9.title, grounds.ARTICLE_9.labels, grounds.ARTICLE_9.missing)
    paragraph_18 = choice(grounds.PARAGRAPH_18.title, grounds.PARAGRAPH_18.labels, grounds.PARAGRAPH_18.missing)
    necessity = long_text(
        "Why is it necessary?",
        "Enter why it is necessary",
        "What harm this prevents, why this organisation, why now, and why this much and no more. KSAF alone reads it.",
    )
    family_told = choice(
        "Has the family been told that KSAF shares this?",
        {"yes": "Yes", "no": "No"},
        "Select whether the family has been told",
    )
    told_how = long_text("Who told them, how and when?", "Enter who told them, how and when")
    not_told_why = long_text("Why not?", "Enter why the family has not been told", "What could happen if they knew.")
    look_again_on = _day("When do you look at this again?")

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask only what the answers before it make a question."""
        told = self.family_told.data
        asked = {"told_how": told == "yes", "not_told_why": told == "no", "look_again_on": told == "no"}
        for name, is_asked in asked.items():
            if not is_asked:
                _leave_out(self[name])
        return super().validate(extra_validators)

    def wanted(self) -> Wanted:
        """Return what a valid form decides."""
        said: dict[str, Any] = self.data
        told = said["family_told"] == "yes"
        return Wanted(
            to=self.to,
            reason=said["reason"],
            statutory_basis=said["statutory_basis"],
            article_6=said["article_6"],
            article_9=said["article_9"],
            paragraph_18=said["paragraph_18"],
            necessity=said["necessity"],
            scope=Scope(said["scope"]),
            months=said["months"],
            family=Family(told_how=said["told_how"])
            if told
            else Family(not_told_why=said["not_told_why"], look_again_on=said["look_again_on"]),
            parts=self.reasons(),
            refusal_reason=said["refusal_reason"] if said["reason"] == REFUSED else "",
        )


class RespectForm(_NamedForm):
    """A refusal that is respected."""

    refusal_reason = long_text("What did the family say?", "Enter what the family said", "In their words.")
    why = long_text(
        "Why is it right to respect it?",
        "Enter why it is right to respect it",
        "What you know of the risk, and why the child is safe without this. Nothing is shared. KSAF alone reads this.",
    )


class ReturnForm(TextForm):
    """Why a manager returns a decision."""

    text = long_text(
        "What should change?", "Enter what should change before you return it", "Whoever decided reads it."
    )


class StepForm(TextForm):
    """How a duty was done."""

    text = long_text("What was said, to whom and when?", "Enter what was said, to whom and when")


class FamilyForm(StepForm):
    """How the family was told, or why not yet."""

    told = choice(
        "Has the family been told?", {"yes": "Yes", "no": "Not yet"}, "Select whether the family has been told"
    )
    not_told_why = long_text(
        "Why not yet?", "Enter why the family has not been told", "What could happen if they knew."
    )
    look_again_on = _day("When do you look at this again?")

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask how they were told, or why not and until when."""
        told = self.told.data == "yes"
        for name in ("not_told_why", "look_again_on") if told else ("text",):
            _leave_out(self[name])
        return super().validate(extra_validators)

    @property
    def evidence(self) -> tuple[str, dt.date | None]:
        """Return what is kept of a valid form: the words, and when it is asked again if it was not done."""
        if self.told.data == "yes":
            return self.written, None
        return self.not_told_why.data or "", self.look_again_on.data


def prefilled(before: SharingDecision | None, organisation_key: str) -> DecideForm:
    """Return a fresh form, holding what a manager has returned where there is such a decision."""
    if before is None:
        return DecideForm()
    made = DecideForm(obj=before, data={f"why_{part}": why for part, why in (before.parts or {}).items()})
    made.parts.data = list(before.parts or {})
    made.organisation.data = organisation_key
    made.outside_name.data = "" if organisation_key else before.to_name
    made.family_told.data = "yes" if before.is_family_told else "no"
    return made
