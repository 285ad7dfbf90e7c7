"""The two charts of a child's support, as places in an SVG: attendance by week, and goals on their scale."""

from dataclasses import dataclass

from portal.cases.attendance import PERSISTENT, SEVERE, Given, GoalLine
from portal.web.dates import date_only

# In the SVG's own units.
HEIGHT, TOP, BOTTOM, LEFT, STEP, BAR, RIGHT = 200, 10, 170, 45, 34, 22, 130
_SCALE = BOTTOM - TOP


@dataclass(frozen=True)
class Bar:
    """One week's column."""

    x: int
    y: float
    height: float
    middle: int
    label: str
    is_during: bool
    tone: str


@dataclass(frozen=True)
class Level:
    """A line across the chart."""

    y: float
    label: str
    kind: str


@dataclass(frozen=True)
class AttendanceChart:
    """Everything the template draws, and the same in a sentence."""

    width: int
    right: int
    bars: list[Bar]
    levels: list[Level]
    summary: str


@dataclass(frozen=True)
class GoalChart:
    """One line a goal: its points, and where its name stands."""

    width: int
    right: int
    lines: list[tuple[int, str, list[tuple[float, float]]]]
    levels: list[Level]
    summary: str


def attendance(weeks: list[Given]) -> AttendanceChart:
    """Return the chart of `weeks`, oldest first; there is at least one."""
    right = LEFT + STEP * len(weeks)
    return AttendanceChart(
        width=right + RIGHT,
        right=right,
        bars=[_bar(number, week) for number, week in enumerate(weeks)],
        levels=[
            Level(_y(100, 100), "100%", "edge"),
            Level(_y(PERSISTENT, 100), "90%: persistent", "persistent"),
            Level(_y(SEVERE, 100), "50%: severe", "severe"),
            Level(_y(0, 100), "0%", "edge"),
        ],
        summary=_attendance_words(weeks),
    )


def goals(lines: list[GoalLine], weeks: int) -> GoalChart:
    """Return the chart of goals over `weeks` weeks from their baseline."""
    right = LEFT + STEP * 2 * weeks
    drawn = []
    for number, line in enumerate(lines, start=1):
        by_week = {0: line.baseline, **line.scores}
        points = [(LEFT + STEP * 2 * week, _y(score, 10)) for week, score in sorted(by_week.items())]
        drawn.append((number, " ".join(f"{x},{y}" for x, y in points), points))
    told = "; ".join(f"goal {number}: {_from_to(line)}" for number, line in enumerate(lines, start=1))
    return GoalChart(
        width=right + RIGHT,
        right=right,
        lines=drawn,
        levels=[Level(_y(score, 10), str(score), "edge") for score in (10, 5, 0)],
        summary=f"Goals on a scale of 0 to 10: {told}.",
    )


def _bar(number: int, week: Given) -> Bar:
    x, top = LEFT + STEP * number + (STEP - BAR) // 2, _y(week.percent, 100)
    tone = "severe" if week.percent <= SEVERE else "persistent" if week.percent <= PERSISTENT else "good"
    return Bar(
        x=x,
        y=top,
        height=round(BOTTOM - top, 1),
        middle=x + BAR // 2,
        label=f"{week.row.week_starting:%d/%m}",
        is_during=week.when.startswith("Week"),
        tone=tone,
    )


def _y(value: float, largest: int) -> float:
    return round(BOTTOM - _SCALE * value / largest, 1)


def _attendance_words(weeks: list[Given]) -> str:
    first, last = weeks[0], weeks[-1]
    parts = [f"Attendance in {len(weeks)} weeks from {date_only(first.row.week_starting)}"]
    for name, found in (
        ("before support", [week for week in weeks if week.when == "Before"]),
        ("during support", [week for week in weeks if week.when.startswith("Week")]),
        ("after support", [week for week in weeks if week.when == "After"]),
    ):
        if found:
            parts.append(f"{name} {average(found):g}%")
    return ": ".join([parts[0], ", ".join(parts[1:])]) + f". Last week: {last.percent:g}%."


def average(weeks: list[Given]) -> float:
    """Return the share of all the possible sessions of `weeks` that was attended, 0 to 100."""
    possible = sum(week.row.possible for week in weeks)
    return round(100 * sum(week.row.attended for week in weeks) / possible, 1) if possible else 0.0


def _from_to(line: GoalLine) -> str:
    return f"from {line.baseline} to {line.latest}"
