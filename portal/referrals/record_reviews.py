"""A manager's review of an open record: whether what was decided is followed through. KSAF alone reads it."""

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.db import Database
from portal.referrals import effects, lifecycle, telling, timeline, trail
from portal.referrals.effects import RECORD_REVIEW
from portal.referrals.models import Audience, Referral, TimelineEntry
from portal.referrals.rules import ENDED, State
from portal.timescales import news
from portal.timescales import service as timescales
from portal.timescales.models import Deadline
from portal.timescales.news import News
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError

FOLLOWED = "Record reviewed: what was decided has been followed through"
OUTSTANDING = "Record reviewed: something is outstanding"


def is_open(referral: Referral) -> bool:
    """Say whether `referral` is a record that managers review: it was sent, and has not ended."""
    return referral.submitted_at is not None and referral.state not in ENDED


def earlier(actor: Actor, referral: Referral) -> list[TimelineEntry]:
    """Return the reviews of `referral` that KSAF has recorded, newest first; none for anybody else."""
    if not actor.is_operator:
        return []
    about, kind = col(TimelineEntry.referral_id), col(TimelineEntry.kind)
    of_it = select(TimelineEntry).where(about == referral.id, kind == RECORD_REVIEW)
    return list(db.session().scalars(of_it.order_by(col(TimelineEntry.id).desc())).all())


def record(actor: Actor, referral: Referral, found: str, *, is_outstanding: bool, seen: int) -> None:
    """Record what a manager `found`, and start the four weeks to the next review.

    Where something is outstanding, whoever has the referral is told. `seen` is the id of the newest review that the
    manager read, or 0. Raises SomeoneWasFirstError where the referral has ended, or a colleague reviewed it since.
    """
    if not is_open(referral):
        raise SomeoneWasFirstError("The referral has ended, so its record is not reviewed any more.")
    newest = next(iter(earlier(actor, referral)), None)
    if newest is not None and newest.id != seen:
        raise SomeoneWasFirstError(f"{newest.actor_name} reviewed this record on {long_datetime(newest.at)}.")
    title = OUTSTANDING if is_outstanding else FOLLOWED
    timeline.add(actor, referral, RECORD_REVIEW, title, found, audience=Audience.OPERATOR)
    trail.record(actor, referral, Action.RECORD_REVIEWED)
    why = f"{actor.name} reviewed it on {long_datetime(clock.now())}"
    timescales.meet(effects.subject_of(referral), RECORD_REVIEW, why)
    effects.owe(RECORD_REVIEW, referral, lifecycle.operator_id())
    if is_outstanding:
        telling.prompt_operator(referral, News.RECORD_OUTSTANDING)
        telling.operator(referral, "referrals/record_outstanding")
    else:
        news.settle(News.RECORD_OUTSTANDING, referral.reference, why)


def begin_where_missing(database: Database) -> int:
    """Start the four weeks for each open record of which they do not run, and return how many those were.

    After an upgrade or a restore: what was sent before counts from now. It waits for whoever works on a record, so that
    none is passed over; two processes at once begin each once.
    """
    runs = select(Deadline.id).where(
        col(Deadline.subject_type) == "referral",
        col(Deadline.subject_id) == col(Referral.id),
        col(Deadline.kind) == RECORD_REVIEW,
        col(Deadline.ended_at).is_(None),
    )
    open_without = select(Referral).where(col(Referral.state).not_in((State.DRAFT, *ENDED)), ~runs.exists())
    with database.system_transaction() as session:
        found = session.scalars(open_without.order_by(col(Referral.id)).with_for_update()).all()
        for referral in found:
            effects.owe(RECORD_REVIEW, referral, lifecycle.operator_id())
        return len(found)
