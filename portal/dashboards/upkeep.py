"""For administrators: partners that cannot refer yet, invitations that wait, and what failed or stopped coming."""

from datetime import datetime
from typing import Any

from sqlalchemy import literal, null, select, union_all
from sqlmodel import col

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.access.roles import KIND_LABELS, ROLE_LABELS
from portal.accounts import people
from portal.accounts.models import Invitation
from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.monitoring import figures, lines
from portal.monitoring.figures import FAILED_FOR
from portal.notifications.models import MailState, OutboxMail
from portal.organisations import queries as organisations
from portal.organisations.models import Organisation
from portal.tenancy import as_system
from portal.timescales import aside, policy
from portal.timescales.models import Deadline, DeadlineRung
from portal.web.dates import ago, count_of, long_datetime, short_datetime

_ALL = Link("See all organisations", "/organisations")


def agreements(reading: Reading) -> Listed:
    """Return the partners that have not accepted the current data-sharing terms."""
    now = clock.now()
    rows = [
        Item(each.name, f"/organisations/{each.key}", f"{KIND_LABELS[each.kind]}, added {ago(now, each.created_at)}")
        for each in organisations.without_agreement(reading.actor)
    ]
    empty = "Every organisation has accepted the data-sharing terms. One that has not cannot refer, and appears here."
    said = f"{count_of(len(rows), 'organisation')} without an agreement"
    return Listed("Organisations without an agreement", said, rows, empty, _ALL)


def invitations(reading: Reading) -> Listed:
    """Return the invitations that nobody has accepted: those that ran out lately, then the first to expire."""
    now = clock.now()
    rows = [_invitation(*each, now) for each in people.waiting_invitations(reading.actor)]
    empty = "No invitation waits. One appears here until its person has accepted it, or is invited again."
    return Listed("Invitations that wait", f"{count_of(len(rows), 'invitation')} not accepted yet", rows, empty)


def _invitation(invitation: Invitation, organisation: Organisation, now: datetime) -> Item:
    is_over = invitation.expires_at <= now
    return Item(
        title=invitation.email,
        href=f"/organisations/{organisation.key}",
        detail=f"{ROLE_LABELS[invitation.role]} at {organisation.name}{'. Invite them again' if is_over else ''}",
        words=f"{'ran out' if is_over else 'until'} {short_datetime(invitation.expires_at)}",
        tone="missed" if is_over else "waiting",
    )


def machine(reading: Reading) -> Listed:
    """Return what only whoever runs the portal's machine can mend, and nothing else on the page would tell of."""
    now = clock.now()
    known = (lines.backup(figures.last_backup(reading.actor), now), lines.holidays(now))
    rows = [
        Item(
            each.what, "/monitoring", f"{each.how}. Tell whoever runs the portal’s machine", "needs attention", "missed"
        )
        for each in known
        if not each.is_well
    ]
    empty = "Backups are made, and bank holidays are known for a year or more. What stops coming appears here."
    said = f"{count_of(len(rows), 'thing')} for whoever runs the portal’s machine"
    return Listed("The portal’s machine", said, rows, empty, Link("See how the portal is doing", "/monitoring"))


def mail(reading: Reading) -> Listed:
    """Return what reached nobody: deadlines whose reminders failed, then the mail of the last days, newest first."""
    now, (reminders, mails) = clock.now(), _not_got_through(reading.actor)
    rows = [*(_reminder(each) for each in reminders), *(_mail(each, now) for each in mails)]
    said = f"{count_of(len(mails), 'email')} and {count_of(len(reminders), 'reminder')} failed"
    empty = "No reminder failed, and no email in the last 7 days. One that did appears here, so that somebody phones."
    return Listed("Email and reminders that failed", said, rows, empty)


def _mail(failed: Any, now: datetime) -> Item:
    return Item(
        title=failed.what,
        href=f"/organisations/{failed.key}" if failed.key else "/organisations",
        detail=f"{failed.reference or 'About no referral'}, written {ago(now, failed.at)}",
        words="not delivered",
        tone="missed",
    )


def _reminder(failed: Any) -> Item:
    title = policy.load()[failed.what].title
    return Item(
        title=f"{title[:1].upper()}{title[1:]}: {failed.reference}",
        href="/timescales",
        detail=f"Due {long_datetime(failed.at)}. Tell whoever owes it, then whoever runs the portal",
        words="nobody told",
        tone="missed",
    )


def _not_got_through(actor: Actor) -> tuple[list[Any], list[Any]]:
    """Return the deadlines nobody could be reminded of, and the mail that failed lately, to anybody: in one query.

    Of each `what` it is (a kind of timescale, an address), its `reference`, the instant `at` which it was due or
    written, and the `key` of the recipient's organisation.
    """
    if not actor.may(Permission.ORGANISATION_READ):
        raise PermissionError
    mails = (
        select(
            literal(value=True).label("is_mail"),
            col(OutboxMail.to_address).label("what"),
            col(OutboxMail.reference).label("reference"),
            col(OutboxMail.created_at).label("at"),
            col(Organisation.key).label("key"),
        )
        .outerjoin(Organisation, col(Organisation.id) == col(OutboxMail.organisation_id))
        .where(col(OutboxMail.state) == MailState.FAILED, col(OutboxMail.created_at) > clock.now() - FAILED_FOR)
        .order_by(col(OutboxMail.id).desc())
        .limit(organisations.FIRST)
        .subquery()
    )
    reminders = (
        select(literal(value=False), col(Deadline.kind), col(Deadline.reference), col(Deadline.due_at), null())
        .where(col(Deadline.id).in_(select(col(DeadlineRung.deadline_id)).where(aside.is_shown())))
        .order_by(col(Deadline.due_at), col(Deadline.id))
        .limit(organisations.FIRST)
        .subquery()
    )
    with as_system(db.session()):
        rows = db.session().execute(union_all(select(mails), select(reminders))).all()
    return [row for row in rows if not row.is_mail], [row for row in rows if row.is_mail]
