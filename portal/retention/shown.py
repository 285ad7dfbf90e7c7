"""What the page and the command say of what is due and of the policy: references, days and reasons, no names."""

from dataclasses import dataclass
from datetime import date

from portal.retention import policy, queries
from portal.retention.models import Erasure, HoldKind
from portal.retention.policy import By, Rule
from portal.retention.queries import Due
from portal.retention.service import REQUEST
from portal.web.dates import count_of, date_only

AT_ONCE = 100
"""How many records are shown, and can be approved, at a time: as many as a person reads through. Ours."""
NEWEST = 20
"""How many of the newest erasures are shown. Ours."""

_BEGINS = {
    policy.Begins.LAST_CHANGE: "the last thing that happened on it",
    policy.Begins.BIRTH: "the child’s birth, and never shorter than the other times",
    policy.Begins.MADE: "when it was made",
    policy.Begins.ENDED: "when it ended",
}
_DOES = {
    policy.Does.ANONYMISE: "What says who it is about is removed",
    policy.Does.DELETE: "Deleted",
}
_BY = {
    By.APPROVAL: "after a manager has approved the list",
    By.RULE: "daily, by the portal",
    By.HAND: "by whoever keeps them",
}
_KINDS = {
    "referral": "referral",
    "enquiry": "call",
    "call_back": "call back",
    "account": "account",
    "data_request": "request about data",
}


HOLD_EVENTS = {HoldKind.PLACED: "Held", HoldKind.KEPT: "Kept on", HoldKind.LIFTED: "Lifted"}


@dataclass(frozen=True)
class Overview:
    """What is due: the first of it, oldest first, and how many there are of each kind; what is going, and what went."""

    lines: list[Due]
    counts: dict[str, int]
    going: int
    gone: list[Erasure]

    @property
    def total(self) -> int:
        """Return how many records are due in all."""
        return sum(self.counts.values())

    @property
    def in_words(self) -> str:
        """Return "3 referrals, 1 call", or "Nothing"."""
        said = [count_of(number, _KINDS[kind]) for kind, number in self.counts.items() if number]
        return ", ".join(said) or "Nothing"


def overview(today: date) -> Overview:
    """Return what is due on the London day `today`. Needs a system transaction."""
    counts, going = queries.counts(today)
    return Overview(queries.due(today, AT_ONCE), counts, going, queries.newest_erasures(NEWEST))


def why(line: Due) -> str:
    """Return why a record is due, for whoever has to approve it."""
    rule = policy.load()[line.rule]
    return f"{rule.title}: {period(rule)}. Due since {date_only(line.due_on)}."


def rule_in_words(key: str) -> str:
    """Return the title of the rule `key`, or that somebody asked, for an erasure on request."""
    return "Somebody asked for it" if key == REQUEST else policy.load()[key].title


def period(rule: Rule) -> str:
    """Return "6 years from the last thing that happened on it"."""
    return f"{rule.length.in_words()} from {_BEGINS[rule.begins]}"


def becomes(rule: Rule) -> str:
    """Return what becomes of a record and who sets it going."""
    return f"{_DOES[rule.does]}, {_BY[rule.by]}"
