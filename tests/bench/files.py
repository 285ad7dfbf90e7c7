"""The list as a file: how long 2,000 take, and that 100,000 begin at once and cost no more memory."""

import time
import tracemalloc

from werkzeug.test import TestResponse

from tests.bench.measures import Measure
from tests.bench.spent import medians
from tests.bench.stage import Stage

ADDRESS = "/referrals/export"
TRIES = 5


def quick(stage: Stage) -> Measure:
    """Measure all of `stage` as a file, read by KSAF's manager, in CPU seconds."""
    spent = medians({"file": lambda: _rows(stage)}, TRIES)["file"]
    return Measure(f"CSV of {stage.referrals:,} referrals, s", spent, 0.25, f"{_rows(stage):,} rows")


def constant(few: Stage, many: Stage) -> list[Measure]:
    """Compare the peak of memory while the file of `many` leaves with that of `few`; and time the first rows."""
    small, large, began = _peak(few), _peak(many), time.perf_counter()
    answer = _asked(many)
    chunks = answer.iter_encoded()
    first = len(next(chunks)), time.perf_counter() - began
    while b"KSAF-" not in next(chunks):
        pass
    rows = time.perf_counter() - began
    answer.close()
    title = f"CSV of {many.referrals:,} referrals"
    peaks = f"{large / 1024:.0f} KB beside {small / 1024:.0f} KB of {few.referrals:,}"
    return [
        Measure(f"{title}, peak of memory beside {few.referrals:,}", large / small, 1.25, peaks),
        Measure(f"{title}, first byte, s", first[1], 0.25, f"{first[0]} bytes; the first rows after {rows:.2f} s"),
    ]


def _rows(stage: Stage) -> int:
    return sum(chunk.count(b"\r\n") for chunk in _asked(stage).iter_encoded()) - 1


def _peak(stage: Stage) -> int:
    """Return the most bytes that Python held at once beyond what it held before, while the file left."""
    _rows(stage)  # what is kept for good, such as compiled queries, is there before
    tracemalloc.start()
    try:
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        _rows(stage)
        return tracemalloc.get_traced_memory()[1] - held
    finally:
        tracemalloc.stop()


def _asked(stage: Stage) -> TestResponse:
    answer = stage.client(stage.manager).get(ADDRESS, buffered=False)
    assert answer.status_code == 200, answer.status
    return answer
