"""What something costs, in CPU seconds, on either engine.

On SQLite the database works in this process. On PostgreSQL it works in a backend of the server's for each connection,
so the time of a request is this process's and its backends': the kernel counts both by the nanosecond, and neither
counts what other work on a busy machine takes, as a clock on the wall would. A backend has one thread, and the bench's
server gives it no parallel workers, whose time would be nobody's (`SERVER` in tests/bench/__main__.py).
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

_backends: dict[int, int] = {}
"""The nanoseconds that each backend has run so far; one that has ended keeps its last."""


def watch(engine: Engine) -> None:
    """Count from now on what the backends of new connections of `engine` run."""
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", lambda connection, _: _backends.setdefault(connection.info.backend_pid, 0))


def by(way: Callable[[], Any]) -> float:
    """Return the CPU seconds that one call of `way` takes."""
    server, own = _served(), time.process_time()
    way()
    own = time.process_time() - own
    return own + _served() - server


def medians(ways: dict[Any, Callable[[], Any]], rounds: int) -> dict[Any, float]:
    """Return the median CPU seconds of each of `ways`, taken in turn, so that a noisy machine troubles all alike."""
    spent: dict[Any, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(rounds):
        for name, way in ways.items():
            spent[name].append(by(way))
    return {name: sorted(each)[len(each) // 2] for name, each in spent.items()}


def _served() -> float:
    for pid in _backends:
        with suppress(OSError):
            _backends[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    return sum(_backends.values()) / 1e9
