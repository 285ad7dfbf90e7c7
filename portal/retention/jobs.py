"""What happens without anybody asking: approved records go, and what goes by rule; holds are looked at again.

Each record has a transaction of its own, so that a pass that is stopped anywhere goes on at the next one.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists
from sqlmodel import col, select

from portal import clock, db
from portal.accounts.models import Invitation
from portal.audit.models import AuditEvent, AuditPayload
from portal.db import Database
from portal.notifications.models import MailState, OutboxMail
from portal.organisations import queries as organisations
from portal.referrals.models import Referral
from portal.retention import again, holds, policy, queries, service
from portal.retention.erasing import Subject
from portal.retention.models import Approval, ApprovedItem, HoldEvent
from portal.retention.service import Reason
from portal.timescales import news
from portal.timescales.models import Prompt
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.web.dates import in_london

BATCH = 20
"""Records erased in a pass, each in a transaction of its own, so that nobody waits long for the database."""
MOST = 500
"""Rows of one kind that go by rule in a pass."""


def run(database: Database, now: datetime) -> dict[str, int]:
    """Do what is due at `now`; return how many records were erased, left, erased again, and removed by rule."""
    done = {"erased_again": again.carry_out(database)}
    done |= _carry_out_approved(database)
    with database.system_transaction() as session:
        done["removed_by_rule"] = _by_rule(session, now)
        done["holds_to_review"] = _ask_for_review(now)
    if done["erased"] or done["erased_again"]:
        _leave_nothing_in_the_log(database)
    return done


def _carry_out_approved(database: Database) -> dict[str, int]:
    done = {"erased": 0, "erasures_left": 0}
    for _ in range(BATCH):
        with database.system_transaction() as session:
            wanted = (
                select(ApprovedItem, Approval)
                .join(Approval, col(Approval.id) == col(ApprovedItem.approval_id))
                .where(col(ApprovedItem.settled_at).is_(None))
                .order_by(col(ApprovedItem.id))
                .limit(1)
                .with_for_update(of=ApprovedItem, skip_locked=True)
            )
            found = session.execute(wanted).first()
            if found is None:
                break
            settle(*found)
            done["erasures_left" if found[0].left_because else "erased"] += 1
    return done


def settle(item: ApprovedItem, approval: Approval) -> None:
    """Erase one approved record if it is due still and nothing holds it; else say why it was left."""
    session = db.session()
    item.settled_at = clock.now()
    if item.kind == "referral":  # whoever puts a hold on it has the row: one waits for the other
        mine = select(Referral).where(col(Referral.id) == item.subject_id).with_for_update()
        session.scalars(mine, execution_options={"populate_existing": True}).one()
    today = in_london(clock.now()).date()
    if not queries.still_due(item.kind, item.subject_id, today):
        held = item.kind == "referral" and holds.newest_on(item.subject_id)
        item.left_because = "held" if held else "not_due"
        return
    subject = Subject(item.kind, item.subject_id, item.reference)
    session.flush()
    service.carry_out(subject, item.erasure_key, Reason(item.rule, approval.approved_by_id, approval.approved_by_name))


def _by_rule(session: db.Session, now: datetime) -> int:
    """Remove mail and invitations whose time is over; the mail of a held referral stays with it."""
    today = in_london(now).date()
    mail_before = queries.end_of(policy.load()["mail"].length.before(today))
    held = exists().where(col(Referral.reference) == col(OutboxMail.reference), holds.stands_on(col(Referral.id)))
    mail = select(OutboxMail.id).where(
        col(OutboxMail.created_at) < mail_before,
        col(OutboxMail.state).in_((MailState.SENT, MailState.FAILED)),
        ~held,
    )
    gone = db.changed(session, delete(OutboxMail).where(col(OutboxMail.id).in_(mail.limit(MOST))))
    invited_before = queries.end_of(policy.load()["invitation"].length.before(today))
    over = select(Invitation.id).where(col(Invitation.expires_at) < invited_before).limit(MOST)
    ids = session.scalars(over).all()
    about: tuple[ColumnElement[bool], ...] = (
        col(AuditEvent.subject_type) == "invitation",
        col(AuditEvent.subject_id).in_(ids),
    )
    db.changed(session, delete(AuditPayload).where(col(AuditPayload.event_id).in_(select(AuditEvent.id).where(*about))))
    return gone + db.changed(session, delete(Invitation).where(col(Invitation.id).in_(ids)))


def _ask_for_review(now: datetime) -> int:
    """Prompt KSAF's managers about each hold whose day has come, once: until somebody has kept it on or lifted it."""
    told = exists().where(
        col(Prompt.kind) == News.HOLD_REVIEW.value,
        col(Prompt.reference) == col(Referral.reference),
        col(Prompt.opened_at) >= col(HoldEvent.at),
    )
    wanted = (
        select(HoldEvent, Referral.reference)
        .join(Referral, col(Referral.id) == col(HoldEvent.referral_id))
        .where(col(HoldEvent.review_on) <= in_london(now).date(), *holds.is_standing(HoldEvent), ~told)
        .order_by(col(HoldEvent.review_on), col(HoldEvent.id))
        .limit(MOST)
    )
    found = db.session().execute(wanted).all()
    if not found:
        return 0
    ksaf_id = organisations.operator().id or 0
    managers = staff_of(ksaf_id).managers()
    for _, reference in found:
        news.tell(News.HOLD_REVIEW, reference, managers, organisation_id=ksaf_id)
    return len(found)


def _leave_nothing_in_the_log(database: Database) -> None:
    """Have SQLite's write-ahead log taken into the file and emptied: what was erased would stay readable in it."""
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
