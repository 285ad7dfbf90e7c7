"""One line each about what the portal stands on: is it well, and if not, what is to be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.timescales import holidays_known
from portal.web.dates import ago, count_of, date_only, in_london

# A daily backup is a day old when the next begins, and takes a while. Ours.
_BACKUP_KEEPS = timedelta(hours=26)


@dataclass(frozen=True)
class Line:
    """One thing the page says: what it is, how it is, and whether that is well; None where only a person can tell."""

    what: str
    how: str
    is_well: bool | None


def database(*, is_migrated: bool) -> Line:
    """Return whether the database, which has just answered, is that of this release."""
    return Line("Database", "Answers, up to date" if is_migrated else "Waits for `portal migrate`", is_migrated)


def clock(off: timedelta | None) -> Line:
    """Return how far this machine's clock is off; None while nothing says that it is."""
    if off is None:
        return Line("Clock", "Right, as far as the portal can tell", is_well=True)
    how = f"{_length(abs(off))} {'ahead' if off > timedelta() else 'behind'}"
    return Line("Clock", f"Wrong: {how}. No reminder is sent until it is put right", is_well=False)


def erasures(*, are_applied: bool) -> Line:
    """Return whether what had been erased since a backup is gone again from what it brought back."""
    said = "None to repeat" if are_applied else "What was erased after the backup is there again"
    return Line("Erasures after a restore", said, are_applied)


def backup(last: datetime | None, now: datetime) -> Line:
    """Return what there is to say at `now` of the newest backup, which holds the moment `last`; None where none is."""
    if last is None:
        return Line("Backup", "None has been made", is_well=False)
    return Line("Backup", f"The newest is from {ago(now, last)}", now - last < _BACKUP_KEEPS)


def head(*, is_named: bool) -> Line:
    """Return whether the last rung of every ladder reaches a head of service."""
    said = "Named" if is_named else "No head of service is named: what stays late goes to the managers a second time"
    return Line("Head of service", said, is_named)


def holidays(now: datetime) -> Line:
    """Return what there is to say at `now` of the bank holidays that working days are counted by."""
    ends_soon = holidays_known.end_soon(in_london(now).date())
    more = ". Later ones are worked out by rule: a new release is needed" if ends_soon else ""
    return Line("Bank holidays", f"Announced up to {date_only(holidays_known.ANNOUNCED_TO)}{more}", not ends_soon)


def _length(off: timedelta) -> str:
    hours, minutes = divmod(round(off.total_seconds() / 60), 60)
    days, hours = divmod(hours, 24)
    if days:
        return count_of(days, "day")
    return count_of(hours, "hour") if hours else count_of(minutes, "minute")
