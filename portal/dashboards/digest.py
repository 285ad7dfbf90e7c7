"""Summaries by mail: for whoever chose these, what waits and what changed, by reference, from their own first page."""

import datetime as dt
from datetime import datetime

from sqlalchemy import ColumnElement, update
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


def run(database: Database, now: datetime) -> int:
    """Queue every summary that is owed at `now`, each once whatever else passes; return how many were queued."""
    with database.system_transaction(write=False):
        owed = _owed(now)
    return sum(_send(database, membership_id, organisation_id, now) for membership_id, organisation_id in owed)


def is_due(rhythm: MailRhythm, calendar: WorkingCalendar, now: datetime) -> bool:
    """Say whether a summary in `rhythm` may go out now: on a working morning, or on the week's first."""
    local = now.astimezone(LONDON)
    if local.time() < FROM or not calendar.is_working_day(local.date()):
        return False
    monday = local.date() - dt.timedelta(days=local.weekday())
    earlier = (monday + dt.timedelta(days=number) for number in range(local.weekday()))
    return rhythm is MailRhythm.DAILY or not any(calendar.is_working_day(day) for day in earlier)


def _owed(now: datetime) -> list[tuple[int, int]]:
    """Return the number and organisation of each membership whose summary of today has not gone out."""
    calendar = closures.calendar()
    due = [rhythm for rhythm in (MailRhythm.DAILY, MailRhythm.WEEKLY) if is_due(rhythm, calendar, now)]
    if not due:
        return []
    found = (
        select(Membership.id, Membership.organisation_id)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(col(Membership.mail_rhythm).in_(due), *_not_yet(now), col(User.disabled_at).is_(None))
        .order_by(col(Membership.id))
        .limit(MOST)
    )
    return [(number or 0, organisation_id) for number, organisation_id in db.session().execute(found).all()]


def _not_yet(now: datetime) -> tuple[ColumnElement[bool], ...]:
    today = now.astimezone(LONDON).date()
    return (
        col(Membership.ended_at).is_(None),
        col(Membership.digest_on).is_(None) | (col(Membership.digest_on) < today),
    )


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
