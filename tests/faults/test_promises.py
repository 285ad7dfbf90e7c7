"""The tables of time and data name tests that are there, and never call a promise kept whose test failed."""

from dataclasses import dataclass

import pytest

from tests import promises
from tests.conftest import ROOT

TWICE = "tests/faults/test_deadlines.py::test_every_deadline_fires_once_however_often_schedulers_are_killed"


@dataclass
class Report:
    nodeid: str
    passed: bool = True
    capstdout: str = "10 deadlines: 0 twice, 0 lost\n"


@pytest.mark.parametrize(
    "named", [each for table in promises.TABLES.values() for row in table.values() for each in row]
)
def test_each_test_of_a_promise_is_there(named):
    file, _, test = named.partition("::")
    assert f"def {test or 'test_'}" in (ROOT / "tests" / file).read_text()


def test_a_promise_is_shown_for_each_engine_with_its_figures_and_what_passed():
    reports = [
        Report(f"{TWICE}[postgresql]", passed=False),
        Report(f"{TWICE}[sqlite]"),
        Report("tests/web/test_x.py::a"),
    ]
    assert list(promises.lines(reports)) == [
        "== Time ==",
        "Every deadline fires once",
        "  sqlite       10 deadlines: 0 twice, 0 lost",
        "  sqlite       1 of 1 tests passed",
        "  postgresql   0 of 1 tests passed: NOT KEPT",
    ]


def test_what_many_printed_alike_is_counted():
    many = [Report(f"tests/faults/test_mail.py::test_a[sqlite-{n}]", capstdout=f"at {n}: 0 lost\n") for n in range(6)]
    assert "  sqlite       6 times: 0 lost" in list(promises.lines(many))
