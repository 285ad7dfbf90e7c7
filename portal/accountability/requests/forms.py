"""What the forms of the register take."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from wtforms import (
    Field,
    Form,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length

from portal import references
from portal.access.actor import Actor
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.rules import (
    CAPACITIES,
    FAMILY_CAPACITIES,
    FAMILY_KINDS,
    KINDS,
    OUTCOMES,
    QUESTIONS,
    REPRESENTATIVE,
    WAYS_TO_RECORD,
    Kind,
    Outcome,
    Question,
    Way,
    possible,
    questions,
)
from portal.accountability.requests.service import Asked
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.timescales.forms import DateField
from portal.web.dates import today
from portal.web.fields import choice, text
from portal.web.typed import one_line

NAME = 200  # characters
MOST_REFERRALS = 10
NEED_MISSING, OUTCOME_MISSING = "Select what you need", "Select what came of it"
CONTACT_HINT = "A phone number, an email or a postal address."


def line(label: str, hint: str, missing: str) -> StringField:
    """Return a field of one line that has to hold something."""
    checks = [DataRequired(missing), Length(max=NAME, message=f"Use {NAME} characters or fewer")]
    return StringField(label, description=hint, filters=[one_line], validators=checks, render_kw={"spellcheck": False})


def _day(label: str, hint: str, missing: str) -> DateField:
    return DateField(label, format="%d %m %Y", description=hint, validators=[InputRequired(missing)])


def offer(field: RadioField, choices: Mapping[Any, str]) -> None:
    """Let `field` offer these choices and no others."""
    field.choices = [SelectChoice(str(value), words) for value, words in choices.items()]


def require_offered(field: Field, missing: str) -> None:
    """Raise ValidationError, saying `missing`, where what was chosen is not among what `field` offers."""
    offered: Any = field
    if field.data not in {each.value for each in offered.choices}:
        raise ValidationError(missing)


class RequestForm(Form):
    """A request as it came in."""

    kind = choice("What do they ask for?", {each.value: said for each, said in KINDS.items()}, "Select what they ask")
    asker = line("Who asks?", "Their name.", "Enter who asks")
    capacity = choice("As whom?", CAPACITIES, "Select as whom they ask")
    authority = text(
        "What shows that they may?", "For example: a signed letter, seen on 24 November. Empty until it has come.",
        rows=2,
    )  # fmt: skip
    reply_to = text("How can KSAF reach them?", CONTACT_HINT, "Enter how to reach them", rows=2)
    about = line("Whose information is it?", "The name of the child or adult.", "Enter whose information it is")
    references = StringField(
        "Which referrals is it about? (optional)",
        description="References such as KSAF-7F3K-9QRT, with a comma between them.",
        filters=[one_line],
    )
    asked = text("What do they ask, in their words?", missing="Enter what they ask")
    way = choice("How did it come?", {each.value: said for each, said in WAYS_TO_RECORD.items()}, "Select how it came")
    received_on = _day(
        "When did KSAF receive it?", "The time to answer runs from this day, whoever opened it when.",
        "Enter the day it was received",
    )  # fmt: skip
    known_by = text(
        "How do you know that they are who they say? (optional)",
        "For example: KSAF works with them, and called the number it has. Leave it empty if you do not know yet.",
        rows=2,
    )

    def validate_received_on(self, field: Field) -> None:
        """Refuse a day that has not come yet."""
        if field.data and field.data > today():
            raise ValidationError("Enter a day that is not in the future")

    def validate_known_by(self, field: Field) -> None:
        """Ask for the authority too where somebody asks for another."""
        if field.data and self.capacity.data == REPRESENTATIVE and not self.authority.data:
            raise ValidationError("Enter what shows that they may ask, above, or leave this empty for now")

    def find(self, actor: Actor) -> tuple[Referral, ...] | None:
        """Return the referrals that are named and within reach; None, and the field says so, where one is not."""
        typed = [each for each in (self.references.data or "").replace(",", " ").split() if each]
        found = {each: get_referral(actor, references.normalise(each) or "") for each in typed[:MOST_REFERRALS]}
        unknown = [each for each, referral in found.items() if referral is None]
        if not unknown:
            return tuple({one.id: one for one in found.values() if one}.values())
        self.references.errors = [f"KSAF has no referral {unknown[0]}. Check the reference"]
        return None

    def told(self, about: tuple[Referral, ...]) -> Asked:
        """Return what a valid form says."""
        given: dict[str, Any] = self.data
        typed = {
            key: given[key] for key in ("capacity", "asker", "reply_to", "about", "asked", "authority", "known_by")
        }
        kind, way = Kind(given["kind"]), Way(given["way"])
        return Asked(kind=kind, way=way, received_on=given["received_on"], referrals=about, **typed)


class FamilyForm(Form):
    """What a family asks on its own page."""

    kind = choice("What would you like?", {each.value: said for each, said in FAMILY_KINDS.items()}, "Choose one")
    asked = text(
        "Tell us more", "Which information, or what is wrong. Your own words are fine.", "Tell us a little", rows=4
    )
    name = line("Your name", "", "Enter your name")
    reply_to = text(
        "How can we reach you?", "A phone number, an email or an address. We check that it is you before we answer.",
        "Enter how we can reach you", rows=2,
    )  # fmt: skip


class PassOnForm(Form):
    """What a family said to somebody who passes it on."""

    kind = choice("What do they ask for?", {each.value: said for each, said in KINDS.items()}, "Select what they ask")
    asked = text("What did they say?", "Their words, as exactly as you can.", "Enter what they said")
    asker = line("Who asks?", "Their name.", "Enter who asks")
    capacity = choice("As whom?", FAMILY_CAPACITIES, "Select as whom they ask")
    reply_to = text("How can KSAF reach them?", CONTACT_HINT, "Enter how to reach them", rows=2)
    said_on = _day("When did they say so?", "KSAF’s time to answer runs from this day.", "Enter the day they said so")

    def for_partner(self) -> "PassOnForm":
        """Leave out the day: KSAF has it when a partner passes it on; return the form."""
        del self.said_on
        return self

    def validate_said_on(self, field: Field) -> None:
        """Refuse a day that has not come yet."""
        if field.data and field.data > today():
            raise ValidationError("Enter a day that is not in the future")


class WordsForm(Form):
    """A step of which words are kept."""

    words = text("What did you tell them, and how?", "For example: by letter, sent today.", "Enter what you told them")


class ExtendForm(WordsForm):
    """Why the time is extended."""

    words = text(
        "What did you tell them, and how?",
        "The reason for the delay and the new date, told before the first month is over.",
        "Enter what you told them",
    )


class AskForm(Form):
    """What KSAF has to ask."""

    question = choice("What do you need?", {each.value: said for each, said in QUESTIONS.items()}, NEED_MISSING)
    words = text("What did you ask them, and how?", "Ask for no more than you need.", "Enter what you asked")

    def offer(self, request: DataRequest) -> "AskForm":
        """Offer what may be asked about `request`; return the form."""
        offer(self.question, questions(request.kind))
        return self

    def validate_question(self, field: Field) -> None:
        """Refuse what may not be asked about this kind of request."""
        require_offered(field, NEED_MISSING)

    @property
    def asked(self) -> Question:
        """Return the question of a valid form."""
        return Question(self.question.data)


class ReplyForm(Form):
    """What came."""

    words = text(
        "What came, or how do you know?", "For example: they answered a call to the number KSAF has.", "Enter what came"
    )
    on = _day("On which day?", "", "Enter the day")

    def validate_on(self, field: Field) -> None:
        """Refuse a day that has not come yet."""
        if field.data and field.data > today():
            raise ValidationError("Enter a day that is not in the future")

    @property
    def day(self) -> date:
        """Return the day of a valid form."""
        return self.on.data or today()


SAFEGUARDING = {
    "withhold": "Withhold them: giving them could harm somebody",
    "give": "Give them: nobody could be harmed by it",
}


class CopyForm(Form):
    """What is decided before a copy is made."""

    of = RadioField("Which record?", validate_choice=False)
    safeguarding = choice(
        "The safeguarding parts", SAFEGUARDING, "Select what happens to the safeguarding parts",
        "What is about other people is withheld in any case.",
    )  # fmt: skip
    why = text("Why?", "Ask the safeguarding lead first. The copy states this reason.", "Enter why", rows=3)

    def offer(self, referrals: Collection[Referral]) -> "CopyForm":
        """Offer the records that the request is about, the only one chosen already; return the form."""
        offer(self.of, {each.reference: each.reference for each in referrals})
        if len(referrals) == 1:
            self.of.data = next(iter(referrals)).reference
        return self

    def validate_of(self, field: Field) -> None:
        """Refuse a record that the request is not about."""
        require_offered(field, "Select which record is copied")

    @property
    def gives_safeguarding(self) -> bool:
        """Say whether a valid form gives the safeguarding parts."""
        return self.safeguarding.data == "give"


class AnswerForm(Form):
    """What KSAF decided."""

    outcome = choice("What came of it?", {each.value: said for each, said in OUTCOMES.items()}, OUTCOME_MISSING)
    words = text(
        "Why?", "They are told this. If it is refused or left out in part, say which law allows it.", "Enter why"
    )
    sent = text(
        "How were they told, and what were they given?",
        "For example: by post, recorded delivery, today.",
        "Enter how they were told",
        rows=3,
    )

    def offer(self, request: DataRequest) -> "AnswerForm":
        """Offer what may come of `request`; return the form."""
        offer(self.outcome, possible(request.kind))
        return self

    def validate_outcome(self, field: Field) -> None:
        """Refuse what cannot come of this kind of request."""
        require_offered(field, OUTCOME_MISSING)

    @property
    def decided(self) -> Outcome:
        """Return the outcome of a valid form."""
        return Outcome(self.outcome.data)
