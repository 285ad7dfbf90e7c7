"""The promises about time and data, the tests that try each, and the figures these printed in one run.

`python -m tests.promises` names the tests outside `tests/faults`, for `make faults`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

ENGINES = ("sqlite", "postgresql")
NO_DATABASE = "no database"
FEW = 4  # lines that one test may print before they are counted
TIME = {
    "Working days are right": (
        "timescales/test_calendar_oracle.py",
        "timescales/test_calendar.py::test_48_hours_are_172800_seconds_across_both_clock_changes",
    ),
    "Every deadline fires once": (
        "faults/test_deadlines.py::test_every_deadline_fires_once_however_often_schedulers_are_killed",
    ),
    "It catches up": (
        "faults/test_deadlines.py::test_the_first_pass_after_an_outage_fires_everything_and_keeps_its_due_times",
        "faults/test_clock.py",
    ),
    "Double actions are safe": ("faults/test_at_once.py", "referrals/test_whole_lives.py"),
    "Mail is never lost": ("faults/test_mail.py", "faults/test_slow_mail.py", "notifications/test_delivery.py"),
    "What cannot be done stops nothing else": ("faults/test_poison.py",),
}
DATA = {
    "Acknowledged is durable": ("faults/test_web.py",),
    "Nothing typed is lost": ("journeys/test_nothing_typed_is_lost.py", "accounts/test_held.py"),
    "Audit is tamper-evident and whole": ("audit/test_tampering.py", "whole_app/test_audited.py"),
    "Restore works": ("backups/test_backups.py",),
    "Lock, full disk, bad input": (
        "faults/test_resources.py",
        "whole_app/test_hostile_input.py",
        "referrals/test_file_kinds.py",
    ),
    "No personal data in mail, logs, addresses": ("whole_app/test_isolation.py",),
}
TABLES = {"Time": TIME, "Data": DATA}


def lines(reports: Iterable) -> Iterator[str]:
    """Give the lines of both tables: each promise that was tried, and for each engine what was seen."""
    tried = list(reports)
    for title, table in TABLES.items():
        kept = {promise: _by_engine(tried, tests) for promise, tests in table.items()}
        if any(kept.values()):
            yield f"== {title} =="
        for promise, engines in kept.items():
            if engines:
                yield promise
            for engine in sorted(engines, key=(*ENGINES, NO_DATABASE).index):
                yield from (f"  {engine:<11}  {figure}" for figure in _figures(engines[engine]))


def _by_engine(tried: list, tests: tuple[str, ...]) -> dict[str, list]:
    found = defaultdict(list)
    for report in tried:
        if report.nodeid.partition("tests/")[2].startswith(tests):
            found[_engine(report.nodeid)].append(report)
    return found


def _figures(reports: list) -> Iterator[str]:
    """Give what the tests printed, once where many printed the same of something else, and how many passed."""
    printed = defaultdict(list)
    for report in reports:
        test = report.nodeid.partition("[")[0]
        printed[test] += [line.strip() for line in report.capstdout.splitlines() if report.passed and line.strip()]
    for said in printed.values():
        if len(said) <= FEW:
            yield from said
        else:
            same = Counter(line.rpartition(": ")[2] for line in said)
            yield from (f"{times} times: {figure}" for figure, times in same.items())
    passed = sum(report.passed for report in reports)
    yield f"{passed} of {len(reports)} tests passed" + ("" if passed == len(reports) else ": NOT KEPT")


def _engine(test: str) -> str:
    """Return the engine in a test's name; where a backup goes from one to another, the one it came from."""
    named = sorted((test.find(engine), engine) for engine in ENGINES if engine in test.partition("[")[2])
    return named[0][1] if named else NO_DATABASE


if __name__ == "__main__":
    elsewhere = {test for table in TABLES.values() for tests in table.values() for test in tests}
    print(*sorted(f"tests/{test}" for test in elsewhere if not test.startswith("faults/")))
