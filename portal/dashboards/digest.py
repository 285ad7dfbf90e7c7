"""Summaries by mail: for whoever chose these, what waits and what changed, by reference, from their own first page."""

import datetime as dt
import logging
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import col, select

from portal import db, tenancy
from portal.access.actor import Actor
from portal.accounts.models import MailRhythm, Membership, User
from portal.dashboards import pages, panels, recent, waiting
from portal.db import Database
from portal.notifications import service as notifications
from portal.organisations.models import Organisation
from portal.timescales import closures
from portal.timescales.calendar import WorkingCalendar
from portal.web.dates import LONDON

FROM = dt.time(8)
"""From when on a working morning: ours, before most schools begin."""
MOST = 50
"""Summaries a pass: ours, so that other parts of a pass do not wait long; the next pass has the rest."""
_log = logging.getLogger(__name__)


def run(database: Database, now: datetime) -> dict[str, int]:
    """Queue every summary that is owed at `now`, each once whatever else passes; return how many "summaries" that were.

    One that raises is logged and counted in "broken", and the others go.
    """
    with database.system_transaction(write=False):
        owed = _owed(now)
    done = {"summaries": 0, "broken": 0}
    for membership_id, organisation_id in owed:
        try:
            done["summaries"] += _send(database, membership_id, organisation_id, now)
        except Exception:  # noqa: BLE001 - whatever it was, the others are owed theirs
            _log.exception("a summary broke", extra={"facts": {"membership": membership_id}})
            done["broken"] += 1
    return done


def is_working_morning(calendar: WorkingCalendar, now: datetime) -> bool:
    """Say whether summaries may go out now."""
    local = now.astimezone(LONDON)
    return local.time() >= FROM and calendar.is_working_day(local.date())


def _owed(now: datetime) -> list[tuple[int, int]]:
    """Return the number and organisation of each membership whose summary of today, or of this week, has not gone."""
    if not is_working_morning(closures.calendar(), now):
        return []
    found = (
        select(Membership.id, Membership.organisation_id)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(*_not_yet(now), col(User.disabled_at).is_(None))
        .order_by(col(Membership.id))
        .limit(MOST)
    )
    return [(number or 0, organisation_id) for number, organisation_id in db.session().execute(found).all()]


def _not_yet(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the SQL for whoever had none today, or since Monday: one that a Monday missed goes on the next morning."""
    today = now.astimezone(LONDON).date()
    begins = {MailRhythm.DAILY: today, MailRhythm.WEEKLY: today - dt.timedelta(days=today.weekday())}
    last, rhythm = col(Membership.digest_on), col(Membership.mail_rhythm)
    owed = (and_(rhythm == each, or_(last.is_(None), last < day)) for each, day in begins.items())
    return (col(Membership.ended_at).is_(None), or_(*owed))


def _send(database: Database, membership_id: int, organisation_id: int, now: datetime) -> bool:
    """Queue one summary with the note that it went out: both or neither. Nothing to say is no mail."""
    with database.transaction(tenant=organisation_id) as session:
        taken = update(Membership).where(col(Membership.id) == membership_id, *_not_yet(now))
        if not db.changed(session, taken.values(digest_on=now.astimezone(LONDON).date())):
            return False
        actor = _actor(membership_id)
        waits, changed = waiting.in_a_mail(actor), _changed(actor)
        if not waits and not changed:
            return False
        notifications.queue(
            "notifications/summary", actor.email, organisation_id=organisation_id, waits=waits, changed=changed
        )
        return True


def _actor(membership_id: int) -> Actor:
    """Return the person as they would be signed in: a summary reads what their pages read, and no further."""
    session = db.session()
    with tenancy.as_system(session):
        row = session.execute(
            select(Membership, User, Organisation)
            .join(User, col(User.id) == col(Membership.user_id))
            .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
            .where(col(Membership.id) == membership_id)
        ).one()
    held, user, where = row
    return Actor(user.id or 0, user.name, user.email, where.id or 0, where.name, where.kind, held.role)


def _changed(actor: Actor) -> list[str]:
    """Return the references of the referrals that changed since the reader last opened them, newest first.

    Of those alone whose first page says so: some roles at KSAF read no referral.
    """
    if panels.CHANGED not in pages.of(actor).panels:
        return []
    return [each.referral.reference for each in recent.referrals(actor) if each.at]
