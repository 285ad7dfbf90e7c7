"""The figures in plain words, and which of them need somebody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.monitoring.figures import Backlog, Figures
from portal.timescales import holidays_known, policy
from portal.web.dates import ago, count_of, date_only, in_london

# Several passes; less is a pass that is under way. Ours.
_LATE_SECONDS = 5 * 60
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


def lines(figures: Figures, stopped_since: datetime | None, now: datetime) -> list[Line]:
    """Return what `figures` mean at `now`; `stopped_since` is when the scheduler was last heard of, if it stopped."""
    passed = "Not seen yet" if figures.last_pass is None else f"Last pass {ago(now, figures.last_pass)}"
    return [
        Line("Scheduler", f"Stopped. {passed}" if stopped_since else passed, stopped_since is None),
        Line("Prompts that are due", *_waiting(figures.rungs, "prompt", now)),
        Line("Emails that are due", *_waiting(figures.mail, "email", now)),
        Line(
            "Emails that failed in the last 7 days",
            count_of(figures.mail_failed, "email") if figures.mail_failed else "None",
            not figures.mail_failed,
        ),
        backup(figures.last_backup, now),
        holidays(now),
        Line("Failed sign-ins in the last 5 minutes", str(figures.sign_in_failures), None),
    ]


def overdue(figures: Figures) -> list[dict[str, str]]:
    """Return how many deadlines are overdue, by what is owed, the most first."""
    known = policy.load().timescales
    by_number = sorted(figures.overdue.items(), key=lambda each: (-each[1], each[0]))
    titles = [(known[kind].title if kind in known else kind, number) for kind, number in by_number]
    return [{"what": title[:1].upper() + title[1:], "number": str(number)} for title, number in titles]


def backup(last: datetime | None, now: datetime) -> Line:
    """Return what there is to say at `now` of the newest backup, which holds the moment `last`; None where none is."""
    if last is None:
        return Line("Backup", "None has been made", is_well=False)
    return Line("Backup", f"The newest is from {ago(now, last)}", now - last < _BACKUP_KEEPS)


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


def _waiting(backlog: Backlog, thing: str, now: datetime) -> tuple[str, bool]:
    if backlog.oldest is None:
        return "None waiting", True
    said = f"{count_of(backlog.number, thing)} waiting, the oldest from {ago(now, backlog.oldest)}"
    return said, backlog.seconds(now) < _LATE_SECONDS
