"""Reading the rows of a policy file, refusing whatever could not be relied on."""

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from typing import Final, TypeVar, cast

from portal.access.roles import OPERATOR_ROLES, Role
from portal.timescales import pauses
from portal.timescales.pauses import Pause
from portal.timescales.timescale import (
    DEADLINE_UNITS,
    Escalation,
    LinkReminder,
    OwedBy,
    PromptWhenDue,
    Span,
    Timescale,
    Unit,
)

Row = Mapping[str, object]
Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)

LADDERS: Final = {"approaching", "prompt_when_due", "remind_after"}
FIELDS: Final = LADDERS | {
    *("kind", "title", "owed_by", "starts_at", "met_when", "length", "unit", "repeats", "pauses_while"),
    *("still_missed", "source", "ours", "guidance", "checked_on", "never_longer", "as_long_as", "work_of"),
}
# What editions of before 2026-11-29.2 mean, which say nothing of it.
WORK_OF: Final = (Role.TRIAGE_OFFICER, Role.MANAGER)
REPEATS_UNTIL: Final = {"until_met", "until_closed"}


class PolicyError(ValueError):
    """The policy file, or a question put to it, is not one the portal can act on."""


def read_version(document: Row) -> str:
    """Return the policy's version; raises PolicyError without one."""
    return _take(document, "version", str, "the policy")


def read_hours(document: Row) -> tuple[time, time]:
    """Return KSAF's opening and closing time; raises PolicyError unless the one comes before the other."""
    hours = cast("Row", _take(document, "hours", dict, "the policy"))
    opens, closes = (_take(hours, name, time, "the policy's hours") for name in ("opens", "closes"))
    if opens >= closes:
        raise PolicyError(f"KSAF cannot open at {opens} and close at {closes}.")
    return opens, closes


def read_timescales(document: Row) -> dict[str, Timescale]:
    """Return each row of a parsed policy by its kind, in the file's order.

    Raises PolicyError, naming the row, for a missing, unknown or unusable field or a second row of
    the same kind.
    """
    timescales: dict[str, Timescale] = {}
    for row in cast("list[Row]", _take(document, "timescale", list, "the policy")):
        timescale = _read(row, document)
        if timescale.kind in timescales:
            raise PolicyError(f"Timescale {timescale.kind!r} is there twice.")
        timescales[timescale.kind] = timescale
    return timescales


def _read(row: Row, document: Row) -> Timescale:
    where = f"timescale {row.get('kind', 'without a kind')!r}"
    if unknown := set(row) - FIELDS:
        raise PolicyError(f"In {where}, nothing reads {sorted(unknown)}.")
    unit = _choice(row, "unit", Unit, where)
    if unit not in DEADLINE_UNITS:
        raise PolicyError(f"In {where}, a deadline cannot be counted in {unit}.")
    guidance = _take(document, "guidance", dict, "the policy")
    return Timescale(
        kind=_take(row, "kind", str, where),
        title=_take(row, "title", str, where),
        owed_by=_choice(row, "owed_by", OwedBy, where),
        starts_at=_take(row, "starts_at", str, where),
        met_when=_take(row, "met_when", str, where),
        length=_positive(row, "length", where),
        unit=unit,
        repeats=_repeats(row, where),
        pauses_while=_pauses(row, where),
        work_of=_work_of({**document, **row}, where),
        ladder=_ladder(row, document, where),
        source=_take(row, "source", str, where),
        ours=_take({"ours": False, **row}, "ours", bool, where),
        guidance_version=_take(guidance, _take(row, "guidance", str, where), str, "[guidance]"),
        checked_on=_take(row, "checked_on", date, where),
        never_longer=str(row.get("never_longer", "")),
        as_long_as=str(row.get("as_long_as", "")),
    )


def _ladder(row: Row, document: Row, where: str) -> Escalation | PromptWhenDue | LinkReminder:
    named = LADDERS & set(row)
    if len(named) != 1:
        raise PolicyError(f"In {where}, exactly one of {sorted(LADDERS)} is needed.")
    if "approaching" in named:
        still_missed = _span({**document, **row}, "still_missed", where)
        return Escalation(_span(row, "approaching", where), still_missed)
    if "remind_after" in named:
        remind_after = _positive(row, "remind_after", where)
        if remind_after >= _positive(row, "length", where):
            raise PolicyError(f"In {where}, the reminder has to come before the end.")
        return LinkReminder(remind_after)
    return PromptWhenDue()


def _span(row: Row, key: str, where: str) -> Span:
    span = cast("Row", _take(row, key, dict, where))
    length, unit = span.get("length"), _choice(span, "unit", Unit, where)
    allowed = {
        "approaching": {Unit.WORKING_HOURS, Unit.ELAPSED_HOURS},
        "still_missed": {Unit.WORKING_DAYS, Unit.ELAPSED_HOURS},
    }[key]
    if not isinstance(length, int | float) or length <= 0 or unit not in allowed:
        raise PolicyError(f"In {where}, {key} needs a length over 0 in one of {sorted(allowed)}.")
    return Span(length, unit)


def _repeats(row: Row, where: str) -> int | str:
    repeats = row.get("repeats", 1)
    if repeats in REPEATS_UNTIL:
        return str(repeats)
    return _positive({"repeats": repeats}, "repeats", where)


def _pauses(row: Row, where: str) -> tuple[Pause, ...]:
    kind, named = str(row["kind"]), cast("list[str]", row.get("pauses_while", []))
    if wrong := set(named) - set(pauses.possible(kind)):
        raise PolicyError(f"In {where}, {sorted(wrong)} cannot pause it. {pauses.why_never(kind)}")
    return tuple(Pause(each) for each in named)


def _work_of(row: Row, where: str) -> tuple[Role, ...]:
    named = cast("list[str]", row.get("work_of", WORK_OF))
    if not named or len(set(named)) < len(named) or not set(named) <= OPERATOR_ROLES:
        raise PolicyError(f"In {where}, work_of has to name roles of KSAF, each once, not {named}.")
    return tuple(Role(each) for each in named)


def _positive(row: Row, key: str, where: str) -> int:
    number = _take(row, key, int, where)
    if number < 1:
        raise PolicyError(f"In {where}, {key} has to be at least 1, not {number}.")
    return number


def _choice(row: Row, key: str, choices: type[Choice], where: str) -> Choice:
    value = _take(row, key, str, where)
    if value not in {choice.value for choice in choices}:
        raise PolicyError(f"In {where}, {key} has to be one of {', '.join(choices)}, not {value!r}.")
    return choices(value)


def _take(row: Row, key: str, kind: type[Value], where: str) -> Value:
    value = row.get(key)
    if not isinstance(value, kind) or value == "":
        raise PolicyError(f"In {where}, {key} has to be given, as {kind.__name__}.")
    return value
