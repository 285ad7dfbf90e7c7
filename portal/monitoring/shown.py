"""The figures in plain words, and which of them need somebody."""

from datetime import datetime

from portal.monitoring.figures import Backlog, Figures
from portal.monitoring.lines import Line, backup, head, holidays
from portal.timescales import policy
from portal.web.dates import ago, count_of

# Several passes; less is a pass that is under way. Ours.
_LATE_SECONDS = 5 * 60


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
        head(is_named=figures.has_head),
        Line("Failed sign-ins in the last 5 minutes", str(figures.sign_in_failures), None),
    ]


def overdue(figures: Figures) -> list[dict[str, str]]:
    """Return how many deadlines are overdue, by what is owed, the most first."""
    known = policy.load().timescales
    by_number = sorted(figures.overdue.items(), key=lambda each: (-each[1], each[0]))
    titles = [(known[kind].title if kind in known else kind, number) for kind, number in by_number]
    return [{"what": title[:1].upper() + title[1:], "number": str(number)} for title, number in titles]


def _waiting(backlog: Backlog, thing: str, now: datetime) -> tuple[str, bool]:
    if backlog.oldest is None:
        return "None waiting", True
    said = f"{count_of(backlog.number, thing)} waiting, the oldest from {ago(now, backlog.oldest)}"
    return said, backlog.seconds(now) < _LATE_SECONDS
