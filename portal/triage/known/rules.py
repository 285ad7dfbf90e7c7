"""Whether two referrals may be about one child, or about two of the same home. Suggestions: nothing is merged."""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from portal.triage.known.names import Likeness, family_likeness, given_likeness


@dataclass(frozen=True)
class Child:
    """What is compared of a child; `home` is the hash of the address, the same for the same home."""

    given: str
    family: str
    born: dt.date | None
    home: str | None
    known_as: str = ""


class Link(StrEnum):
    """What two referrals may have to do with each other."""

    SAME_CHILD = "same_child"
    HOUSEHOLD = "household"


class Birth(StrEnum):
    """How two dates of birth stand to each other, in words."""

    SAME = "same date of birth"
    SWAPPED = "date of birth with day and month swapped"
    NEAR = "date of birth one figure apart"
    UNKNOWN = "no date of birth to compare"
    OTHER = "another date of birth"


@dataclass(frozen=True)
class Match:
    """A likely link, and why, in a few words each."""

    link: Link
    why: tuple[str, ...]


def judge(mine: Child, theirs: Child) -> Match | None:
    """Return what links two children, or None. A namesake with another birthday and another home is nobody's match."""
    given, family = _names(mine, theirs)
    birth, same_home = _births(mine.born, theirs.born), mine.home is not None and mine.home == theirs.home
    home = ("same address",) if same_home else ()
    if _is_same_child(given, family, birth, same_home=same_home):
        return Match(Link.SAME_CHILD, (birth, _words(given, family), *home, *_twin(given, birth, same_home=same_home)))
    if not same_home:
        return None
    shared = ("same family name",) if family is not Likeness.DIFFERENT else ("another family name",)
    twin = ("same date of birth: perhaps a twin",) if birth is Birth.SAME else ()
    return Match(Link.HOUSEHOLD, (*home, *shared, *twin))


def near_dates(born: dt.date) -> list[dt.date]:
    """Return the dates that `born` may be with a slip: itself, day and month swapped, one figure more or less."""
    found = {born}
    for year, month, day in (
        (born.year, born.day, born.month),
        *((born.year + step, born.month, born.day) for step in (-10, -1, 1, 10)),
        *((born.year, born.month + step, born.day) for step in (-1, 1)),
        *((born.year, born.month, born.day + step) for step in (-10, -1, 1, 10)),
    ):
        with suppress(ValueError):
            found.add(dt.date(year, month, day))
    return sorted(found)


def _is_same_child(given: Likeness, family: Likeness, birth: Birth, *, same_home: bool) -> bool:
    alike = min(given, family)
    surely_named = alike >= Likeness.SHORT_FORM
    if birth in {Birth.SAME, Birth.SWAPPED}:
        # The same first name, birthday and home: the family name has changed.
        return alike >= Likeness.SIMILAR or (same_home and given >= Likeness.SHORT_FORM)
    if birth in {Birth.NEAR, Birth.UNKNOWN}:
        return surely_named or (same_home and alike >= Likeness.SIMILAR)
    return surely_named and same_home


def _names(mine: Child, theirs: Child) -> tuple[Likeness, Likeness]:
    ways = [(given_likeness(each, theirs.given), family_likeness(mine.family, theirs.family)) for each in _called(mine)]
    crossed = min(given_likeness(mine.given, theirs.family), family_likeness(mine.family, theirs.given))
    if crossed >= Likeness.SHORT_FORM:
        ways.append((crossed, crossed))
    return max(ways, key=lambda way: (min(way), max(way)))


def _called(child: Child) -> list[str]:
    return [child.given, *(each for each in child.known_as.split(",") if each.strip())]


def _births(mine: dt.date | None, theirs: dt.date | None) -> Birth:
    if mine is None or theirs is None:
        return Birth.UNKNOWN
    if mine == theirs:
        return Birth.SAME
    if (mine.year, mine.month, mine.day) == (theirs.year, theirs.day, theirs.month):
        return Birth.SWAPPED
    return Birth.NEAR if theirs in near_dates(mine) else Birth.OTHER


def _words(given: Likeness, family: Likeness) -> str:
    if family is Likeness.DIFFERENT:
        return "same first name, another family name"
    words = {Likeness.SAME: "same name", Likeness.SHORT_FORM: "same name in another form"}
    return words.get(min(given, family), "similar name")


def _twin(given: Likeness, birth: Birth, *, same_home: bool) -> tuple[str, ...]:
    """Return the doubt about two children of one home and birthday whose first names are merely similar."""
    return ("could also be a twin",) if same_home and birth is Birth.SAME and given is Likeness.SIMILAR else ()
