"""For administrators: partners that cannot refer yet, invitations nobody has accepted, mail that failed."""

from datetime import datetime

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.access.roles import KIND_LABELS, ROLE_LABELS
from portal.accounts import people
from portal.accounts.models import Invitation
from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.monitoring.figures import FAILED_FOR
from portal.notifications.models import MailState, OutboxMail, sealed
from portal.organisations import queries as organisations
from portal.organisations.models import Organisation
from portal.tenancy import as_system
from portal.web.dates import ago, count_of, short_datetime

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


def mail(reading: Reading) -> Listed:
    """Return the mail of the last days that could not be delivered, newest first."""
    now = clock.now()
    rows = [
        Item(
            title=failed.to_address,
            href=f"/organisations/{key}" if key else "/organisations",
            detail=f"{failed.reference or 'About no referral'}, written {ago(now, failed.created_at)}",
            words="not delivered",
            tone="missed",
        )
        for failed, key in _failed(reading.actor)
    ]
    empty = "No email failed in the last 7 days. One that could not be delivered appears here, so that somebody phones."
    return Listed("Email that failed", f"{count_of(len(rows), 'email')} failed", rows, empty)


def _failed(actor: Actor) -> list[tuple[OutboxMail, str | None]]:
    """Return the mail that failed lately, to anybody, each with the key of its recipient's organisation."""
    if not actor.may(Permission.ORGANISATION_READ):
        raise PermissionError
    wanted = (
        select(OutboxMail, Organisation.key)
        .outerjoin(Organisation, col(Organisation.id) == col(OutboxMail.organisation_id))
        .where(col(OutboxMail.state) == MailState.FAILED, col(OutboxMail.created_at) > clock.now() - FAILED_FOR)
        .options(*sealed())
        .order_by(col(OutboxMail.id).desc())
        .limit(organisations.FIRST)
    )
    with as_system(db.session()):
        return [(failed, key) for failed, key in db.session().execute(wanted).all()]
