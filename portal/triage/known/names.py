"""Whether two names may be one: the same, a short form of the other, or misspelt."""

import tomllib
import unicodedata
from enum import IntEnum
from functools import cache
from itertools import groupby
from pathlib import Path

from rapidfuzz.distance import OSA

_GROUPS: list[str] = tomllib.loads(Path(__file__).with_name("nicknames.toml").read_text(encoding="utf-8"))["groups"]
# Slips of the pen that still let two spellings be one name, by the length of the shorter (ours).
_ONE_SLIP, _TWO_SLIPS = 4, 7
# A slip rarely changes the first letter, unless both sound the same: Hayden and Jayden are twins, Caitlin is Kaitlin.
_SOUNDS = ("ckq", "gj", "sz", "iy", "fp")
_SHORTEST_PART = 3
# Letters that are heard alike, in this order: Ameera is Amira, Yousuf is Yusuf, Christofer is Christopher.
_HEARD = (("ph", "f"), ("ck", "k"), ("ee", "i"), ("ie", "i"), ("y", "i"), ("ou", "u"), ("oo", "u"), ("kh", "k"))


class Likeness(IntEnum):
    """How alike two names are."""

    DIFFERENT = 0
    SIMILAR = 1
    SHORT_FORM = 2
    SAME = 3


def plain(name: str) -> list[str]:
    """Return the parts of `name` in lower case, without accents, apostrophes or anything else that is no letter."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("'", "").replace("’", ""))
    kept = "".join(each if each.isalpha() else " " for each in letters if not unicodedata.combining(each))
    return kept.split()


def given_likeness(mine: str, theirs: str) -> Likeness:
    """Return how alike two first names are; further names of one child do not make it another."""
    ours, others = plain(mine), plain(theirs)
    if not ours or not others:
        return Likeness.DIFFERENT
    if "".join(ours) == "".join(others) or ours[0] == others[0]:
        return Likeness.SAME
    if _groups_of(ours[0]) & _groups_of(others[0]):
        return Likeness.SHORT_FORM
    return Likeness.SIMILAR if _is_like("".join(ours), "".join(others)) or _is_like(ours[0], others[0]) else _NO


def family_likeness(mine: str, theirs: str) -> Likeness:
    """Return how alike two family names are; one part of a double name stands for the whole."""
    ours, others = plain(mine), plain(theirs)
    if not ours or not others:
        return Likeness.DIFFERENT
    if "".join(ours) == "".join(others):
        return Likeness.SAME
    if any(len(part) >= _SHORTEST_PART for part in set(ours) & set(others)):
        return Likeness.SHORT_FORM
    return Likeness.SIMILAR if _is_like("".join(ours), "".join(others)) else _NO


_NO = Likeness.DIFFERENT


def _is_like(mine: str, theirs: str) -> bool:
    return _heard(mine) == _heard(theirs) or _is_slip(mine, theirs)


def _heard(name: str) -> str:
    for written, sound in _HEARD:
        name = name.replace(written, sound)
    return "".join(letter for letter, _ in groupby(name)).removesuffix("h")


def _is_slip(mine: str, theirs: str) -> bool:
    shorter = min(len(mine), len(theirs))
    allowed = (shorter >= _ONE_SLIP) + (shorter >= _TWO_SLIPS)
    same_start = mine[0] == theirs[0] or any(mine[0] in sounds and theirs[0] in sounds for sounds in _SOUNDS)
    return same_start and OSA.distance(mine, theirs, score_cutoff=allowed) <= allowed


@cache
def _groups_of(name: str) -> frozenset[int]:
    return frozenset(number for number, group in enumerate(_GROUPS) if name in group.split())
