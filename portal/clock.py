"""The only reader of time. Everything else asks here, so that tests can say what time it is."""

from datetime import UTC, datetime, timedelta

_shift = timedelta()


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC) + _shift


def machine() -> datetime:
    """Return what this machine's clock says, whatever the tests have set ours to: for comparing it with another's."""
    return datetime.now(UTC)


def set_to(instant: datetime | None) -> None:
    """Let this process's clock run on from `instant` (None: the real time), for the demo's stories and tests."""
    global _shift  # noqa: PLW0603 - one clock a process is the point
    _shift = instant - datetime.now(UTC) if instant else timedelta()
