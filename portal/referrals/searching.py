"""Finding referrals by a reference or a child's name, on indexes or, where a name fits very many, along a list."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from portal import db, references
from portal.referrals.models import Referral

LONGEST = 100
"""Characters of a search that are looked for."""
MANY = 1_000
"""From how many on a search walks the list: ours. Sorting fewer costs some milliseconds, and of so many the first page
is found soon."""
_LAST_CHARACTER = "\U0010ffff"


def fits_many(text: str) -> bool:
    """Say whether at least MANY referrals within the session's reach fit a search for `text`: one query."""
    if not text or references.normalise(text) is not None:
        return False
    last = select(Referral.id).where(fitting(text)).offset(MANY - 1).limit(1)
    return db.session().scalar(last) is not None


def fitting(text: str, *, along: bool = False) -> ColumnElement[bool]:
    """Match a reference in any typing, the start of either name, or both names in either order.

    `along` is for a walk in another order until enough are found: it keeps the indexes of names out, from which all
    that fit would be sorted first.
    """
    reference = references.normalise(text)
    if reference is not None:
        return col(Referral.reference) == reference
    words = text[:LONGEST].lower().split()
    given, family = col(Referral.child_given_key), col(Referral.child_family_key)
    if along:
        given, family = given.concat(""), family.concat("")
    whole = " ".join(words)
    ways = [_begins(given, whole), _begins(family, whole)]
    for place in range(1, len(words)):
        first, second = " ".join(words[:place]), " ".join(words[place:]).rstrip(".")
        ways += [
            and_(_begins(given, first), _begins(family, second)),
            and_(_begins(family, first), _begins(given, second)),
        ]
    return or_(*ways)


def _begins(column: Any, text: str) -> ColumnElement[bool]:
    # A range, not LIKE: both engines answer it from the column's index.
    return and_(column >= text, column < text + _LAST_CHARACTER)
