"""Invented children with the truth about them: which two are one child, which share a home, which are strangers."""

import datetime as dt
import random
from dataclasses import dataclass, replace
from itertools import combinations

from portal.triage.known.rules import Child

SAME, HOME = "same child", "same home"
GIVEN = (
    "Amira", "Callum", "Tyler", "Poppy", "Jacob", "Grace", "Freya", "Leo", "Mia", "Aaron", "Isla", "Reuben", "Summer",
    "Ben", "Zainab", "Kai", "Harriet", "Finley", "Oluwaseun", "Niamh", "Siobhan", "Wojciech", "Priya", "Tariq",
    "Chloe", "Ethan", "Logan", "Ruby", "Scarlett", "Mason", "Oscar", "Layla", "Imran", "Sana", "Dylan", "Rhys",
    "Bronwen", "Caleb",
)  # fmt: skip
FAMILY = (
    "Khan", "Reid", "Beaumont", "Adeyemi", "Stubbs", "Whitfield", "Lisle", "Donovan", "Sorrell", "Rowntree", "Blake",
    "Marsh", "Fofanah", "Baptiste", "Okonkwo", "Nowak", "O’Neill", "McBride", "Pritchard", "Tindall", "Ferris",
    "Haddad", "Calder", "Osei", "Duarte", "Whitlock", "Patel", "Bright", "Daly", "Frost", "Sole", "Gallagher",
    "Wickham", "Yilmaz",
)  # fmt: skip
# As people write them: a short form or another spelling, and a slip of the pen.
_FORMS = (
    ("Katherine", "Katie"), ("Mohammed", "Muhammad"), ("Isabella", "Izzy"), ("William", "Billy"), ("Zoë", "Zoe"),
    ("Alexander", "Alex"), ("Charlotte", "Lottie"), ("Sophia", "Sofia"), ("Theodore", "Teddy"), ("Elizabeth", "Beth"),
    ("Samuel", "Sam"), ("Aisha", "Ayesha"), ("Stephen", "Steven"), ("Rebecca", "Becky"), ("Joshua", "Josh"),
)  # fmt: skip
_SLIPS = (
    ("Callum", "Calum"), ("Caitlin", "Kaitlyn"), ("Freya", "Freyja"), ("Niamh", "Naimh"), ("Siobhan", "Siobahn"),
    ("Wojciech", "Wojcech"), ("Geoffrey", "Jeffrey"), ("Scarlett", "Scarlet"), ("Amira", "Ameera"),
    ("Yusuf", "Yousef"), ("Zainab", "Zaynab"), ("Harriet", "Harriett"),
)  # fmt: skip
_TWINS = (
    ("Hayden", "Jayden"),
    ("Ella", "Emma"),
    ("Grace", "Ruby"),
    ("Tom", "Tim"),
    ("Amira", "Samira"),
    ("Leo", "Max"),
)


@dataclass(frozen=True)
class Labelled:
    """One referral's child, with the invented truth: who it is and where they live."""

    child: Child
    person: int
    home: int


def children() -> list[Labelled]:
    """Return the labelled set: the same children written in many ways, siblings, twins, neighbours and namesakes."""
    makers = (
        _plain,
        _forms,
        _slips,
        _dates,
        _moved,
        _double_barrelled,
        _renamed,
        _siblings,
        _twins,
        _hostel,
        _namesakes,
    )
    chance, made = random.Random(2026), []  # noqa: S311 - the same set each time, not a secret
    for make in makers:
        for _ in range(12):
            made += make(chance, 1000 * len(made))
    return made


def truth(first: Labelled, second: Labelled) -> str | None:
    """Return what the two really have to do with each other."""
    if first.person == second.person:
        return SAME
    return HOME if first.home == second.home else None


def pairs(found: list[Labelled]) -> list[tuple[Labelled, Labelled]]:
    """Return every two of the set."""
    return list(combinations(found, 2))


def _born(chance: random.Random) -> dt.date:
    return dt.date(2009, 1, 1) + dt.timedelta(days=chance.randrange(4000))


def _child(chance: random.Random, number: int, given: str = "", family: str = "") -> Labelled:
    named = Child(given or chance.choice(GIVEN), family or chance.choice(FAMILY), _born(chance), f"home {number}")
    return Labelled(named, number, number)


def _again(one: Labelled, home: int | None = None, **changed) -> Labelled:
    """The same child, as another referral writes them."""
    where = one.home if home is None else home
    return Labelled(replace(one.child, home=f"home {where}", **changed), one.person, where)


def _other(one: Labelled, person: int, **changed) -> Labelled:
    """Another child of the same home."""
    return Labelled(replace(one.child, **changed), person, one.home)


def _plain(chance, number):
    one = _child(chance, number)
    return [one, _again(one)]


def _forms(chance, number):
    whole, short = chance.choice(_FORMS)
    one = _child(chance, number, whole)
    return [one, _again(one, given=short, home=chance.choice([None, number + 1]))]


def _slips(chance, number):
    right, wrong = chance.choice(_SLIPS)
    one = _child(chance, number, right)
    return [one, _again(one, given=wrong, home=chance.choice([None, number + 1]))]


def _dates(chance, number):
    one = _child(chance, number)
    born = one.child.born
    swapped = born.replace(month=born.day, day=born.month) if born.day <= 12 else None
    slipped = born.replace(year=born.year + 1, day=min(born.day, 28))
    return [one, _again(one, born=swapped or slipped, home=chance.choice([None, number + 1]))]


def _moved(chance, number):
    one = _child(chance, number)
    return [one, _again(one, home=number + 1)]


def _double_barrelled(chance, number):
    one = _child(chance, number, family="Marsh-Okafor")
    return [one, _again(one, family=chance.choice(["Marsh", "Okafor", "Okafor Marsh"]), home=number + 1)]


def _renamed(chance, number):
    one = _child(chance, number)
    return [one, _again(one, family="Zephaniah")]


def _siblings(chance, number):
    one = _child(chance, number, "Amira")
    return [one, _other(one, number + 1, given="Tyler", born=_born(chance))]


def _twins(chance, number):
    first, second = chance.choice(_TWINS)
    one = _child(chance, number, first)
    return [one, _other(one, number + 1, given=second)]


def _hostel(chance, number):
    one = _child(chance, number)
    return [one, _other(one, number + 1, given="Ludmila", family="Hrytsenko", born=_born(chance))]


def _namesakes(chance, number):
    one = _child(chance, number)
    far = one.child.born + dt.timedelta(days=1500)
    twice = replace(one.child, born=far, home=f"home {number + 1}")
    birthday = replace(one.child, given="Ottoline", family="Quarterman", home=f"home {number + 2}")
    return [one, Labelled(twice, number + 1, number + 1), Labelled(birthday, number + 2, number + 2)]
