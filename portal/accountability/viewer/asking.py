"""What an address asks of the audit, and the addresses that ask for something else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from portal import references
from portal.accountability.viewer.queries import Place, Wanted, Whose
from portal.audit.wording import PHRASES, Kind
from portal.web.dates import LONDON
from portal.web.typed import one_line

PATH = "/audit"
LONGEST = 100
YEARS = range(2000, 2101)
_KINDS = {kind.name.lower().replace("_", "-"): kind for kind in Kind}
_ACTIONS = {action.value: action for kind in PHRASES.values() for action in kind}


@dataclass(frozen=True)
class Asked:
    """What was typed, as it was typed, what it means, and what of it means nothing, in words."""

    typed: dict[str, str]
    wanted: Wanted
    problems: tuple[str, ...]

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything but the side was chosen."""
        return any(key != "whose" for key in self.typed)

    def address(self, path: str = PATH, **changed: str) -> str:
        """Return the address of the same question at `path`, with what is `changed`; an empty value leaves one out."""
        query = {key: value for key, value in (self.typed | changed).items() if value}
        return f"{path}?{urlencode(query)}" if query else path


def read(args: Mapping[str, str]) -> Asked:
    """Return what the address's `args` ask; what cannot be read is named and narrows to nothing."""
    fields = ("whose", "person", "action", "reference", "from", "to")
    typed = {key: one_line(args.get(key))[:LONGEST] for key in fields}
    typed = {key: value for key, value in typed.items() if value}
    problems: list[str] = []
    wanted = Wanted(
        whose=Whose.OTHERS if typed.get("whose") == Whose.OTHERS else Whose.OWN,
        person=typed.get("person", ""),
        actions=_actions(typed.get("action", "")),
        reference=_reference(typed.get("reference", ""), problems),
        since=_start_of(typed.get("from", ""), problems),
        until=_start_of(typed.get("to", ""), problems, days=1),
    )
    older, newer = Place.read(args.get("after", ""), older=True), Place.read(args.get("before", ""), older=False)
    return Asked(typed, replace(wanted, place=older or newer), tuple(problems))


def choices() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return what can be chosen as action: each kind (its word and label) with its actions in words."""
    return [
        (word, kind.value, sorted(((action.value, words) for action, words in PHRASES[kind].items()), key=_label))
        for word, kind in _KINDS.items()
    ]


def _label(choice: tuple[str, str]) -> str:
    return choice[1]


def _actions(typed: str) -> frozenset[str]:
    if typed in _KINDS:
        return frozenset(action.value for action in PHRASES[_KINDS[typed]])
    return frozenset({typed} if typed in _ACTIONS else ())


def _reference(typed: str, problems: list[str]) -> str | None:
    if not typed:
        return None
    found = references.normalise(typed)
    if found is None:
        problems.append(f"“{typed}” is not a whole reference. A reference looks like KSAF-7F3K-9QRT.")
    return found or typed


def _start_of(typed: str, problems: list[str], days: int = 0) -> datetime | None:
    """Return the London midnight at which the day `typed` (ISO 8601) begins, `days` later."""
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        problems.append(f"“{typed}” is not a date. Use one such as 2026-11-24.")
        return None
    return datetime.combine(day + timedelta(days=days), time(), LONDON)
