"""The time that the law gives for a request: started, stopped, gone on with, extended, ended.

UK GDPR Article 12A: a month from receipt, or from the proof of who asks where KSAF had to ask for it (2); two months
more where whoever asks is told why within the first (3, 4); days on which KSAF waits to learn which information is
meant do not count (5, 6).
"""

from datetime import date, datetime, time

from sqlmodel import col, select

from portal import clock, db
from portal.accountability.requests import rules
from portal.accountability.requests.models import SUBJECT, DataRequest
from portal.accountability.requests.rules import Kind, Question
from portal.tenancy import as_system
from portal.timescales import service as timescales
from portal.timescales.models import Deadline
from portal.timescales.pauses import Pause
from portal.timescales.service import Subject
from portal.web.dates import LONDON


def subject_of(request: DataRequest) -> Subject:
    """Return what the deadlines of a request are about."""
    return Subject(SUBJECT, request.id or 0)


def start(request: DataRequest, since: date | None = None) -> None:
    """Start what runs for a request, from the day it was received or `since` another."""
    ksaf, at = request.organisation_id, _instant(since or request.received_on)
    for kind in _running(request):
        timescales.start(kind, subject_of(request), request.reference, owed_by_id=ksaf, owed_to_id=ksaf, since=at)


def stop(request: DataRequest) -> None:
    """Stop the month while KSAF waits for whoever asked, and start the time after which it asks them again."""
    timescales.pause(subject_of(request), Pause.DATA_REQUEST)
    ksaf = request.organisation_id
    timescales.start(rules.REPLY, subject_of(request), request.reference, owed_by_id=ksaf, owed_to_id=ksaf)


def go_on(request: DataRequest, waited_for: Question, on: date) -> None:
    """Go on with the month when what KSAF `waited_for` came `on` a day; the proof of who asks begins it anew."""
    about = subject_of(request)
    timescales.meet(about, rules.REPLY, "It came")
    if waited_for is Question.CLARIFICATION:
        timescales.resume(about, at=_instant(on))
        return
    for kind in _running(request):
        timescales.cancel(about, kind, "The month runs from the proof of who asks")
    start(request, on)


def acknowledged(request: DataRequest, why: str) -> None:
    """Meet what a complaint is owed first; other requests owe no acknowledgement."""
    if request.kind is Kind.COMPLAINT:
        timescales.meet(subject_of(request), rules.ACKNOWLEDGEMENT, why)


def is_late(request: DataRequest) -> bool:
    """Say whether the month is over."""
    owed = _open(request)
    return owed is not None and owed.due_at <= clock.now()


def promised_by(request: DataRequest) -> datetime:
    """Return by when whoever sent a request hears from KSAF: the answer, or that it has their complaint.

    Raises NoResultFound for a request of which nothing runs.
    """
    wanted = select(Deadline.due_at).where(
        col(Deadline.subject_type) == SUBJECT,
        col(Deadline.subject_id) == request.id,
        col(Deadline.kind) == _running(request)[0],
        col(Deadline.ended_at).is_(None),
    )
    with as_system(db.session()):  # a deadline of KSAF's alone, told to whoever it was made for
        return db.session().scalars(wanted).one()


def extend(request: DataRequest) -> None:
    """Put three months in the place of one, from the same day and without the days that did not count."""
    timescales.exchange(subject_of(request), rules.MONTH, rules.EXTENDED, "Extended by two months")


def end(request: DataRequest, why: str, *, is_met: bool) -> None:
    """End everything that runs for a request: met, or no longer needed where it was taken back."""
    last = timescales.meet if is_met else timescales.cancel
    for kind in _running(request):
        last(subject_of(request), kind, why)
    timescales.cancel(subject_of(request), rules.REPLY, why)


def _running(request: DataRequest) -> tuple[str, ...]:
    return rules.clocks(request.kind, is_extended=request.extended_at is not None)


def _open(request: DataRequest) -> Deadline | None:
    """Return the deadline of the answer itself while it runs, or waits."""
    answer = _running(request)[-1]
    wanted = select(Deadline).where(
        col(Deadline.subject_type) == SUBJECT,
        col(Deadline.subject_id) == request.id,
        col(Deadline.kind) == answer,
        col(Deadline.ended_at).is_(None),
    )
    return db.session().scalars(wanted).first()


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
