"""The questions of a family's page, one a step, and what was typed into them as statements for the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.consent import variants, wording
from portal.consent.models import Position
from portal.consent.statements import VIEW, Giver, Statement
from portal.consent.variants import Variant
from portal.consent.wording import Purpose, Wording
from portal.family.links import Link
from portal.family.models import Way
from portal.referrals.sharing.rules import ONE
from portal.web.dates import today

ABOUT_YOU = "about-you"
NAMES, CONTACT, FIGURES = "named_others", "contact_family", "anonymised_figures"
"""Purposes with something of their own to ask: whom, which way; and the one that knows no limits."""
WAYS = {"phone": "Phone", "text": "Text message", "email": "Email"}
METHOD = "link"
_CAME = {Way.EMAIL: "By email", Way.PAPER: "On paper", Way.SCREEN: "On a professional’s screen"}

Typed = Mapping[str, Any]


@dataclass(frozen=True)
class Questions:
    """What a link asks: the wording in force in the way its reader chose, and what they typed and have not sent yet."""

    variant: Variant
    draft: Mapping[str, Typed]

    @property
    def shown(self) -> Wording:
        """Return the words that are read, which the ledger keeps the id and the hash of."""
        return self.variant.wording

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of all steps, in order."""
        return (ABOUT_YOU, *(each.key for each in self.shown.purposes))

    def purpose(self, key: str) -> Purpose | None:
        """Return the purpose a step is about; None for another step, or none of ours."""
        return next((each for each in self.shown.purposes if each.key == key), None)

    def after(self, key: str) -> str | None:
        """Return the step that follows `key`; None after the last."""
        keys = self.keys
        return next(iter(keys[keys.index(key) + 1 :]), None)

    def missing(self) -> list[str]:
        """Return the steps that nobody has answered yet."""
        return [each for each in self.keys if each not in self.draft]


def questions(link: Link, way: str = variants.PLAIN) -> Questions:
    """Return what `link` asks today, in the way to read it that is called `way`, where that is offered."""
    return Questions(variants.chosen(version(link), way), link.row.draft or {})


def version(link: Link) -> Wording:
    """Return the wording in force today for whoever `link` asks."""
    return wording.current(today(), wording.YOUNG_VERSIONS if link.is_young else wording.VERSIONS)


def ledger_key(link: Link, purpose: str) -> str:
    """Return the purpose as the ledger keeps it: a young person's view stands beside the answer of who decides."""
    return f"{VIEW}{purpose}" if link.is_young else purpose


def statement(link: Link, purpose: str, typed: Typed, *, was_agreed: bool) -> Statement:
    """Return what was typed about `purpose` as a statement: no, after a yes, is a withdrawal."""
    position, limits = Position(typed["position"]), _limits(typed)
    if position is Position.REFUSED:
        position, limits = (Position.WITHDRAWN if was_agreed else position), ""
    elif limits:
        position = Position.LIMITED
    return Statement(ledger_key(link, purpose), position, limits or None, grounds_of(link), link.row.thread)


def stopped(link: Link, purpose: str) -> Statement:
    """Return the statement that takes an agreement back."""
    return Statement(ledger_key(link, purpose), Position.WITHDRAWN, None, grounds_of(link), link.row.thread)


def about_one(link: Link, key: str, name: str, position: Position) -> Statement:
    """Return the statement about sharing with one organisation, by its key and name."""
    return Statement(f"{ONE}{key}", position, None, grounds_of(link), link.row.thread, name)


def giver(link: Link, about: Typed) -> Giver:
    """Return who answers, as they say themselves."""
    capacity = "young_persons_view" if link.is_young else about["capacity"]
    return Giver(about["name"], capacity, METHOD, today())


def grounds_of(link: Link) -> tuple[tuple[str, str], ...]:
    """Return what the ledger keeps beside an answer: how the link came to whoever answered, and who gave it to them."""
    return (("How the link came", f"{_CAME[link.row.way]}, from {link.row.made_by_name}"),)


def _limits(typed: Typed) -> str:
    """Return the limits in words: whom alone, which ways alone, and what the giver wrote."""
    names, ways = typed.get("names", ""), typed.get("ways", ())
    said = [f"Only with: {names}"] if names else []
    if ways and len(ways) < len(WAYS):
        said.append(f"Only by {' or '.join(WAYS[each].lower() for each in ways)}")
    if typed["position"] == Position.LIMITED and typed.get("limits"):
        said.append(typed["limits"])
    return "\n".join(said)
