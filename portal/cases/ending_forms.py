"""What the forms about the end of support take."""

from wtforms import (
    Field,
    Form,
    HiddenField,
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import AnyOf, DataRequired, Length

from portal.cases.models import CompletionSummary
from portal.cases.summaries import Texts
from portal.cases.summary_words import FAMILY, HEADINGS, OURS
from portal.referrals import endings
from portal.referrals.endings import Ending
from portal.referrals.rules import State
from portal.web.typed import tidied

LONGEST = 5000  # characters: two pages
_ROOM = Length(max=LONGEST, message=f"Shorten this to {LONGEST:,} characters or fewer")


def _text(label: str, hint: str = "", missing: str = "", rows: int = 4) -> TextAreaField:
    needed = [DataRequired(missing)] if missing else []
    return TextAreaField(
        label, description=hint, filters=[tidied], validators=[*needed, _ROOM], render_kw={"rows": rows}
    )


class SummaryForm(Form):
    """The two versions of a completion summary, a field a heading (added below), on top of a version."""

    version = HiddenField(default="0")
    withheld = SelectMultipleField(
        "What the partner may not see",
        description="Select any part that goes beyond what the family has agreed to share.",
        choices=[SelectChoice(each.key, each.title) for each in HEADINGS if each.key not in OURS],
        validate_choice=False,
    )

    def for_partner(self) -> list[Field]:
        """Return the fields of the partner's version, and KSAF's own, in order."""
        return [self[f"content_{each.key}"] for each in HEADINGS]

    def for_family(self) -> list[Field]:
        """Return the fields of the family's version, in order."""
        return [self[f"family_{each.key}"] for each in FAMILY]

    def is_complete(self) -> bool:
        """Validate the form as one to be sent to a manager: with every part that has to say something."""
        complete = self.validate()
        needed = [(f"content_{each.key}", each.title) for each in HEADINGS if each.is_required]
        needed += [(f"family_{each.key}", f"{each.for_family} (for the family)") for each in FAMILY if each.is_required]
        for name, title in needed:
            if not self[name].data:
                self[name].errors = [f"Enter: {title}"]
                complete = False
        return complete

    def texts(self) -> Texts:
        """Return what was typed."""
        known = {each.key for each in HEADINGS}
        return Texts(
            {each.key: self[f"content_{each.key}"].data or "" for each in HEADINGS},
            {each.key: self[f"family_{each.key}"].data or "" for each in FAMILY},
            sorted(known & set(self.withheld.data or ())),
        )

    def based_on(self) -> int:
        """Return the version that was typed on top of; -1, which no summary has, for none that can be read."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdecimal() else -1


for _each in HEADINGS:
    setattr(SummaryForm, f"content_{_each.key}", _text(_each.title, _each.hint))
for _each in FAMILY:
    setattr(SummaryForm, f"family_{_each.key}", _text(_each.for_family))


def filled(texts: Texts, summary: CompletionSummary | None) -> SummaryForm:
    """Return the form holding `texts`, on top of `summary` where there is one."""
    data = {f"content_{key}": text for key, text in texts.content.items()}
    data |= {f"family_{key}": text for key, text in texts.family.items()}
    return SummaryForm(data={**data, "withheld": texts.withheld, "version": str(summary.version if summary else 0)})


class ReturnSummaryForm(Form):
    """Why a manager returns a summary."""

    comment = _text(
        "What should change?",
        "Whoever wrote the summary reads this. Nobody outside KSAF does.",
        "Enter what should change before you return it",
    )


class CloseForm(Form):
    """How a referral ends."""

    ending = RadioField("How did it end?", validators=[AnyOf([each.value for each in Ending], "Select how it ended")])
    told = _text(
        "What the referrer reads",
        "A sentence or two in plain words: what was decided, and what happens next for the family.",
        "Enter what the referrer will read",
    )
    rationale = _text(
        "Rationale",
        "For KSAF’s record: why it ends now, and what was weighed. The referrer does not see it.",
        "Enter the rationale for KSAF’s record",
        5,
    )

    def offer(self, state: State) -> None:
        """Offer what a referral can end with from `state`."""
        offered = endings.OFFERED.get(state, ())
        self.ending.choices = [SelectChoice(each.value, endings.LABELS[each]) for each in offered]


class ExtendForm(Form):
    """For how long and why the support goes on."""

    weeks = RadioField(
        "How many weeks are added?",
        choices=[SelectChoice("1", "1 week"), SelectChoice("2", "2 weeks")],
        validators=[AnyOf(["1", "2"], "Select how many weeks are added")],
        validate_choice=False,
    )
    why = _text("Reason", "For KSAF’s record.", "Enter why the support is extended")


class MoveOnForm(Form):
    """Why the family moves on to Pathway 3."""

    why = _text(
        "Reason",
        "For KSAF’s record: what the family needs that another service gives.",
        "Enter why the family moves on",
        5,
    )


class ReopenForm(Form):
    """Why an ended referral is opened again."""

    why = _text("Reason", "The referrer reads this.", "Enter why it is opened again")
