"""A concern that somebody has begun to type with a week's update: theirs, and the safeguarding team's, to read.

Whoever else works with the family may write in the same draft. They neither read those words nor lose them.
"""

from collections.abc import Mapping

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.cases.models import CaseWeek

FIELDS = ("concern", "danger", "seen", "said", "opinion")
"""The fields of the update's form that are about a concern."""
_BY = "concern_by"  # beside them in the draft: the account of whoever typed them
HELD = (
    "A colleague has begun to write a safeguarding concern with this update. They, or somebody of the safeguarding"
    " team, post it. If you have a concern of your own, raise it now with “Raise a concern” on the referral."
)


class ConcernHeldError(Exception):
    """The draft holds a concern that this reader may not read, so they cannot post it nor type one over it."""

    def __init__(self) -> None:
        super().__init__(HELD)


def readable(actor: Actor, row: CaseWeek) -> dict[str, str]:
    """Return the draft as `actor` may read it."""
    draft = row.draft or {}
    closed = {_BY, *FIELDS} if is_held(actor, row) else {_BY}
    return {name: text for name, text in draft.items() if name not in closed}


def is_held(actor: Actor, row: CaseWeek) -> bool:
    """Say whether the draft holds a concern that is another's, and `actor` is not of the safeguarding team."""
    draft = row.draft or {}
    if not _is_begun(draft) or actor.may(Permission.CONCERN_READ):
        return False
    # A draft from before its writer was kept knows only who saved it last.
    return draft[_BY] != str(actor.user_id) if _BY in draft else row.drafted_by_name != actor.name


def to_keep(actor: Actor, row: CaseWeek, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what is kept of what `actor` typed: a concern with who wrote it, and another's as it was.

    Raises ConcernHeldError where one would take the place of another's.
    """
    draft = row.draft or {}
    if is_held(actor, row):
        if _is_begun(typed):
            raise ConcernHeldError
        theirs = {name: draft[name] for name in (*FIELDS, _BY) if name in draft}
        return {name: text for name, text in typed.items() if name not in FIELDS} | theirs
    if not _is_begun(typed):
        return dict(typed)
    is_same = all(typed.get(name) == draft.get(name) for name in FIELDS)
    return {**typed, _BY: draft[_BY] if is_same and _BY in draft else str(actor.user_id)}


def require_own(actor: Actor, row: CaseWeek) -> None:
    """Raise ConcernHeldError where posting would drop a concern that somebody else has begun."""
    if is_held(actor, row):
        raise ConcernHeldError


def _is_begun(draft: Mapping[str, str]) -> bool:
    return draft.get("concern") == "yes" or any(draft.get(name) for name in ("seen", "said", "opinion"))
