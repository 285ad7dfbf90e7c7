"""What people say about a referral once it has been sent: messages, answers, changes, a chase, a withdrawal."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import col, select
from werkzeug.datastructures import FileStorage

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.referrals import lifecycle, sender, telling, timeline, trail
from portal.referrals.effects import subject_of
from portal.referrals.files import attachments
from portal.referrals.models import InformationRequest, Referral, TimelineEntry
from portal.referrals.record import open_question
from portal.referrals.rules import Event, State, said_now
from portal.timescales import news
from portal.timescales import service as timescales
from portal.timescales.news import News
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError

Files = Iterable[FileStorage]
UPDATE, RISK, CHASE = "update", "risk", "chase"
# A second chase within a day says nothing new to KSAF's managers. Ours: no document gives an interval.
CHASE_AGAIN_AFTER = timedelta(hours=24)


class NothingToChaseError(Exception):
    """KSAF is not late in acknowledging this referral."""


class FilesRefusedError(Exception):
    """Files that came with a text cannot be taken, so neither is the text; `told` says why, file by file."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(told)
        self.told = told


def send_message(actor: Actor, referral: Referral, text: str, files: Files = ()) -> TimelineEntry:
    """Add a message with its files to the timeline and tell the other side's person; returns its entry.

    A partner's waits for whoever has the referral at KSAF until somebody there answers, or says what else was done.
    Raises SomeoneWasFirstError where KSAF would write to somebody who no longer sees it.
    Raises FilesRefusedError when a file cannot be taken: the caller's transaction is then to be rolled back.
    """
    _must_be_sent(actor, referral)
    if actor.is_operator and not sender.sees(referral):
        raise SomeoneWasFirstError(sender.GONE)
    entry = timeline.add(actor, referral, timeline.MESSAGE, "Message", text)
    _attach(actor, referral, files, entry)
    trail.record(actor, referral, Action.MESSAGE_SENT)
    telling.other_side(actor, referral, "referrals/message")
    if actor.is_operator:
        answered = f"{actor.name} answered on {long_datetime(entry.at)}."
        news.settle(News.MESSAGE_RECEIVED, referral.reference, answered)
    else:
        telling.prompt_operator(referral, News.MESSAGE_RECEIVED)
    return entry


def answer(actor: Actor, referral: Referral, text: str, files: Files = ()) -> None:
    """Answer KSAF's open question: its clock runs again and whoever has the referral is told.

    Raises SomeoneWasFirstError, saying who answered and when, if somebody did or the question has gone, and
    FilesRefusedError as `send_message` does.
    """
    asked = open_question(actor, referral)
    if asked is None or referral.state is not State.INFORMATION_REQUESTED:
        raise SomeoneWasFirstError(_who_answered(referral))
    asked.answer, asked.answered_by_name, asked.answered_at = text, actor.name, clock.now()
    lifecycle.move(actor, referral, Event.ANSWER, "KSAF’s question answered", text)
    _attach(actor, referral, files, timeline.newest(referral))
    telling.operator(referral, "referrals/answered")


def update(actor: Actor, referral: Referral, text: str, *, is_risk_changed: bool) -> TimelineEntry:
    """Add changed circumstances to the timeline and return the entry.

    A changed risk puts the referral first in KSAF's queue, prompts whoever has it and goes to safeguarding as well.
    """
    _must_be_sent(actor, referral)
    referral.is_urgent = referral.is_urgent or is_risk_changed
    kind, title = (RISK, "Risk has changed") if is_risk_changed else (UPDATE, "Circumstances have changed")
    entry = timeline.add(actor, referral, kind, title, text)
    trail.record(actor, referral, Action.REFERRAL_UPDATED, kind=kind)
    if is_risk_changed:
        telling.operator(referral, "referrals/risk_changed", Role.SAFEGUARDING_TEAM)
        telling.prompt_operator(referral, News.RISK_CHANGED)
    else:
        telling.operator(referral, "referrals/updated")
    return entry


def withdraw(actor: Actor, referral: Referral, reason: str) -> None:
    """End the referral at the referrer's wish, with the reason. Raises SomeoneWasFirstError when it has ended."""
    asked = open_question(actor, referral)
    if asked is not None:
        asked.cancelled_at = clock.now()
    lifecycle.move(actor, referral, Event.WITHDRAW, "Referral withdrawn", reason)
    telling.operator(referral, "referrals/withdrawn")


def chase(actor: Actor, referral: Referral) -> None:
    """Ask KSAF's managers why nobody has acknowledged the referral; the prompt to chase is closed with that.

    Raises NothingToChaseError while KSAF is in time, and within a day SomeoneWasFirstError, saying who chased when.
    """
    if not can_chase(actor, referral):
        raise NothingToChaseError
    earlier = last_chase(actor, referral)
    if earlier and clock.now() - earlier.at < CHASE_AGAIN_AFTER:
        raise SomeoneWasFirstError(f"{earlier.actor_name} already chased KSAF on {long_datetime(earlier.at)}.")
    timeline.add(actor, referral, CHASE, "KSAF chased for an acknowledgement")
    trail.record(actor, referral, Action.REFERRAL_CHASED)
    why = f"{actor.name} chased KSAF’s manager on {long_datetime(clock.now())}."
    timescales.meet(subject_of(referral), "chase", why)
    telling.operator_managers(referral, "referrals/chased")


def can_chase(actor: Actor, referral: Referral) -> bool:
    """Say whether KSAF is late in acknowledging `referral` and `actor` may say so."""
    return actor.may(Permission.REFERRAL_CHASE) and is_unacknowledged_late(referral, clock.now())


def is_unacknowledged_late(referral: Referral, now: datetime) -> bool:
    """Say whether the acknowledgement is overdue at `now`, by what the referral's own row knows."""
    due = referral.next_due_at
    late = due is not None and due <= now and referral.next_due_kind in {"acknowledge", "chase"}
    return referral.state is State.SENT and late


def last_chase(actor: Actor, referral: Referral) -> TimelineEntry | None:
    """Return the last time KSAF was chased about `referral`, or None."""
    del actor
    chased = select(TimelineEntry).where(
        col(TimelineEntry.referral_id) == referral.id, col(TimelineEntry.kind) == CHASE
    )
    return db.session().scalars(chased.order_by(col(TimelineEntry.id).desc())).first()


def _attach(actor: Actor, referral: Referral, files: Files, entry: TimelineEntry) -> None:
    stored = attachments.store(actor, referral, files, entry)
    if stored.refused:
        raise FilesRefusedError([refused.message for refused in stored.refused])


def _must_be_sent(actor: Actor, referral: Referral) -> None:
    if referral.state in {State.DRAFT, State.DISCARDED}:
        raise SomeoneWasFirstError(said_now(referral.state, is_operator=actor.is_operator))


def _who_answered(referral: Referral) -> str:
    answered = select(InformationRequest).where(
        col(InformationRequest.referral_id) == referral.id, col(InformationRequest.answered_at).is_not(None)
    )
    last = db.session().scalars(answered.order_by(col(InformationRequest.id).desc())).first()
    if last is None or last.answered_at is None:
        return "KSAF is no longer waiting for an answer."
    return f"{last.answered_by_name} answered KSAF’s question on {long_datetime(last.answered_at)}."
