"""The only reader of time. Everything else asks here, so that tests can say what time it is."""

from datetime import UTC, datetime, timedelta

_shift = timedelta()


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC) + _shift


def shift(by: timedelta) -> None:
    """Move this process's clock by `by` from the real one; the command line allows it in the test environment only."""
    global _shift  # noqa: PLW0603 - one clock a process is the point
    _shift = by
