"""What happens without anybody asking: one pass over everything due, and the process that repeats it.

The only importer of APScheduler, of which one interval job is all that is used: due work lives in the database, so any
number of schedulers may run, and one that was down catches up at its first pass.
"""

import logging
import secrets
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, delete

from portal import clock, db
from portal.accounts import jobs as accounts
from portal.audit import anchors
from portal.cases import jobs as weeks
from portal.changes import jobs as changes
from portal.config import Settings
from portal.dashboards import digest
from portal.db import Database
from portal.disagreements import telling as disagreements
from portal.family import jobs as family_links
from portal.health import clocks
from portal.health import service as health
from portal.health.steady import HOLD, Steady, seconds
from portal.notifications import jobs as outbox
from portal.notifications.letters import Letterhead
from portal.notifications.models import OutboxMail
from portal.organisations import contacts
from portal.referrals import telling
from portal.referrals.files import storage
from portal.referrals.sharing import jobs as sharing
from portal.retention import erasures
from portal.retention import jobs as retention
from portal.safeguarding import telling as concerns
from portal.timescales import jobs as deadlines
from portal.web.models import RequestKey

KEYS_KEPT = timedelta(days=7)  # a form can be sent twice from a browser that slept over a weekend; ours

Part = Callable[[Database, Settings, datetime], dict[str, int]]

_log = logging.getLogger(__name__)


class WrongClockError(RuntimeError):
    """This machine's clock is not to be believed: whatever is due by it may not be due."""


def tick(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    """Do everything that is due at `now`, once, and return what was done as counts.

    "fired", "dropped" and "set_aside" count rungs, "weeks_missed" weekly updates that did not come,
    "links_reminded" and "links_run_out" families' links, "sharings_reminded" those that end soon, "senders_let_go"
    referrals whose sender no longer sees them, "disagreements_let_go" sides of disagreements that no longer see the
    referral, "summaries" those queued, "mail_sent", "mail_retry" and "mail_failed" mails, "keys_removed" the
    forgotten keys of forms, "erased" records whose time was over, "erasures_left" those that are held or no longer
    due, "erased_again" those that a backup had brought back, "removed_by_rule" mail and invitations,
    "holds_to_review" holds whose day has come, "anchors_written" the day's anchor of the audit, where one is kept.
    One part that breaks does not keep the others from running: it, like one summary, is logged and counted in
    "broken".
    Raises WrongClockError, having done nothing, while the clock is known to be wrong (`clocks.off`).
    """
    _require_clock(database)
    done: dict[str, int] = {"fired": 0, "broken": 0}
    for part in PARTS:
        try:
            counts = part(database, settings, now)
            done |= counts | {"broken": done["broken"] + counts.get("broken", 0)}
        except Exception:  # noqa: BLE001 - whatever it was, the next part and the next pass must still run
            _log.exception("part of a pass broke", extra={"facts": {"part": part.__name__}})
            done["broken"] += 1
    return done


def run(database: Database, settings: Settings, interval: float) -> None:
    """Pass over what is due every `interval` seconds, the first time at once, until SIGTERM or Ctrl-C.

    A pass that is running when the signal comes is finished first.
    """
    name, steady = secrets.token_hex(8), Steady()
    scheduler = BlockingScheduler(timezone=UTC)
    scheduler.add_job(
        partial(one_pass, database, settings, name, steady),
        "interval",
        seconds=interval,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,  # APScheduler would skip a pass that is a second late
        next_run_time=datetime.now(UTC),
    )
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, _stop)
    try:
        scheduler.start()
    except KeyboardInterrupt:
        scheduler.shutdown(wait=True)


def one_pass(database: Database, settings: Settings, name: str, steady: Steady) -> None:
    """Do what is due, and leave the heartbeat of the scheduler `name`; neither by a clock that is wrong.

    Without a heartbeat the portal is not ready, and KSAF reads that the scheduler has stopped.
    """
    if _is_sqlite(database) and steady.is_held(clock.machine(), seconds()):
        _log.error("the clock is wrong: it has jumped ahead", extra={"facts": {"nothing_fires_for": str(HOLD)}})
        return
    try:
        done = tick(database, settings, clock.now())
    except WrongClockError as wrong:
        _log.error(str(wrong))
        return
    try:
        with database.transaction():
            health.beat(name, clock.now())
    except SQLAlchemyError:
        _log.exception("no heartbeat could be left")
    if any(done.values()):
        _log.info("pass", extra={"facts": done})


def _is_sqlite(database: Database) -> bool:
    return database.engine.dialect.name == "sqlite"


def _stop(_signal: int, _frame: object) -> None:
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, signal.SIG_IGN)  # asked once is enough: the pass that is running ends in peace
    raise KeyboardInterrupt


def _require_clock(database: Database) -> None:
    try:
        off = clocks.off(database, clocks.last_pass(database))
    except SQLAlchemyError:
        return  # the parts of the pass will say that there is no database
    if off is not None:
        raise WrongClockError(f"the clock is wrong: it is {clocks.in_words(off)}: nothing is fired")


def _deadlines(database: Database, _settings: Settings, now: datetime) -> dict[str, int]:
    """Fire every rung that is due."""
    return deadlines.run(database, now)


def _weeks(database: Database, _settings: Settings, now: datetime) -> dict[str, int]:
    """Note every week that ended without its update."""
    return weeks.run(database, now)


def _links(database: Database, _settings: Settings, now: datetime) -> dict[str, int]:
    """Remind families whose link is unanswered, and say when one ran out."""
    return family_links.run(database, now)


def _sharings(database: Database, _settings: Settings, now: datetime) -> dict[str, int]:
    """Remind KSAF of every sharing that ends soon."""
    return {"sharings_reminded": sharing.remind(database, now)}


def _senders(database: Database, _settings: Settings, now: datetime) -> dict[str, int]:
    """Let go of what hung on each sender, and on each side of a disagreement, whose access has ended."""
    return {
        "senders_let_go": changes.let_go(database, now),
        "disagreements_let_go": changes.let_go_of_disagreements(database, now),
    }


def _summaries(database: Database, _settings: Settings, now: datetime) -> dict[str, int]:
    """Queue the summaries of those who chose to hear of what can wait once a day or a week."""
    return digest.run(database, now)


def _mail(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    """Send what the outbox holds; the contact details it signs off with, and whom a failure concerns, live above it."""
    ksaf = contacts.ksaf()
    letterhead = Letterhead(settings.base_url, ksaf.phone, ksaf.email)
    return outbox.run(database, settings, now, letterhead, _failed)


def _failed(mail: OutboxMail) -> None:
    """Tell who can open what a mail that failed was about: a concern is the safeguarding team's alone."""
    if not concerns.failed_mail(mail.reference) and not disagreements.failed_mail(mail.reference):
        telling.failed_mail(mail.reference)
        family_links.failed_mail(mail)


def _tidy(database: Database, _settings: Settings, now: datetime) -> dict[str, int]:
    """Remove what sign-in and forms have kept long enough."""
    with database.system_transaction() as session:
        accounts.run(session, now)
        gone = db.changed(session, delete(RequestKey).where(col(RequestKey.at) < now - KEYS_KEPT))
    return {"keys_removed": gone}


def _retention(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    """Erase what has been approved and is still due, and what a backup that was brought back has to lose again."""
    storage.use_folder(settings.attachments_dir)
    erasures.use_file(settings.erasures_file)
    return retention.run(database, now)


def _anchors(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    """Keep the day's anchor of the audit, where a folder for it is set."""
    folder = settings.anchors_dir
    return {"anchors_written": anchors.daily(database, folder, now)} if folder else {}


# The deadlines first: what they ask to be sent leaves in the same pass.
PARTS: tuple[Part, ...] = (
    _deadlines,
    _weeks,
    _links,
    _sharings,
    _senders,
    _summaries,
    _mail,
    _tidy,
    _retention,
    _anchors,
)
