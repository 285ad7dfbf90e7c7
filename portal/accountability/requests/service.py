"""The register's verbs, each in the open transaction: received, asked back, acknowledged, extended, answered."""

from dataclasses import dataclass
from datetime import date

from portal import clock, db, references
from portal.access.actor import Actor, Author
from portal.accountability.requests import clocks, copies, corrections, ending, erasing, rules, telling, trail
from portal.accountability.requests.models import DataRequest, DataRequestReferral
from portal.accountability.requests.refusal import RequestRefusedError
from portal.accountability.requests.rules import Event, Kind, Outcome, Question, RequestState, Way
from portal.audit.actions import Action
from portal.organisations.queries import operator
from portal.referrals.models import Referral
from portal.tenancy import as_system
from portal.web.dates import date_only, long_datetime
from portal.web.errors import SomeoneWasFirstError

_PASSED_ON = frozenset({Way.LINK, Way.PARTNER, Way.COLLEAGUE})


@dataclass(frozen=True)
class Asked:
    """What is known when a request comes in. `known_by` says how KSAF knows who asks; empty while it does not."""

    kind: Kind
    way: Way
    capacity: str
    asker: str
    reply_to: str
    about: str
    asked: str
    received_on: date
    authority: str = ""
    known_by: str = ""
    referrals: tuple[Referral, ...] = ()


def record(by: Author, asked: Asked) -> DataRequest:
    """Enter a request into KSAF's register, whoever passes it on, and start the time that the law gives."""
    with as_system(db.session()):  # the register is KSAF's alone, and so are its deadlines
        made = _add(by, asked)
        for referral in asked.referrals:
            db.session().add(
                DataRequestReferral(
                    organisation_id=made.organisation_id,
                    data_request_id=made.id or 0,
                    owner_organisation_id=referral.organisation_id,
                    referral_id=referral.id or 0,
                )
            )
        trail.add(by, made, Event.RECORDED, f"Received on {date_only(asked.received_on)}", asked.known_by)
        clocks.start(made)
        if asked.way in _PASSED_ON:
            telling.keepers(made)
    trail.record(by, made, Action.DATA_REQUEST_RECORDED, kind=made.kind.value)
    return made


def ask(actor: Actor, request: DataRequest, question: Question, words: str) -> None:
    """Record that KSAF asked whoever sent a request for something, which stops the law's clock until it comes.

    Raises SomeoneWasFirstError where it waits or is answered already.
    """
    if request.state is not RequestState.OPEN:
        raise SomeoneWasFirstError(_stands(request))
    request.state, request.waits_for = RequestState.WAITING, question
    clocks.stop(request)
    _note(actor, request, Event.ASKED, f"KSAF asked for: {rules.QUESTIONS[question].lower()}", words)


def reply(actor: Actor, request: DataRequest, words: str, on: date) -> None:
    """Record what came `on` a day, or how KSAF knows who asks: time goes on, or begins where the proof was asked for.

    Raises SomeoneWasFirstError where nothing is waited for and KSAF knows them.
    """
    waited_for = request.waits_for
    if request.state is RequestState.ANSWERED or (waited_for is None and request.is_known):
        raise SomeoneWasFirstError(_stands(request))
    if waited_for is not Question.CLARIFICATION:
        request.is_known = True
    request.state, request.waits_for = RequestState.OPEN, None
    title = "It is clear which information they mean" if waited_for is Question.CLARIFICATION else "KSAF knows who asks"
    if waited_for is not None:
        title = f"{title}, since {date_only(on)}"
        clocks.go_on(request, waited_for, on)
    _note(actor, request, Event.REPLIED, title, words)


def acknowledge(actor: Actor, request: DataRequest, words: str) -> None:
    """Record that whoever asked was told that KSAF has it. Raises SomeoneWasFirstError where they were already."""
    if request.acknowledged_at or request.state is RequestState.ANSWERED:
        raise SomeoneWasFirstError(_stands(request))
    request.acknowledged_at = clock.now()
    clocks.acknowledged(request, f"{actor.name} acknowledged it")
    _note(actor, request, Event.ACKNOWLEDGED, "They were told that KSAF has it", words)


def extend(actor: Actor, request: DataRequest, words: str) -> None:
    """Record that whoever asked was told why KSAF needs up to two months more. Raises RequestRefusedError."""
    is_late = clocks.is_late(request)
    is_extended = request.extended_at is not None
    if why := rules.why_not_extend(request.kind, request.state, is_extended=is_extended, is_late=is_late):
        raise RequestRefusedError(why)
    clocks.extend(request)
    request.extended_at = clock.now()
    _note(actor, request, Event.EXTENDED, "They were told that KSAF needs longer", words)


def answer(actor: Actor, request: DataRequest, outcome: Outcome, words: str, sent: str) -> None:
    """Record what KSAF decided and why (`words`), and how whoever asked was told (`sent`); every clock ends.

    Raises SomeoneWasFirstError where it was answered, RequestRefusedError where a rule forbids that outcome.
    """
    if request.state is RequestState.ANSWERED:
        raise SomeoneWasFirstError(_stands(request))
    lacks = {
        "lacks_copy": copies.is_lacking(actor, request),
        "lacks_statement": corrections.is_lacking(actor, request),
        "lacks_approval": erasing.is_lacking(actor, request),
    }
    if why := rules.why_not_answer(outcome, is_known=request.is_known, **lacks):
        raise RequestRefusedError(why)
    erasing.lapse(actor, request)
    ending.end(actor, request, outcome, words, sent)


def _add(by: Author, asked: Asked) -> DataRequest:
    is_ksafs = by.organisation_id == (ksaf := operator()).id
    made = DataRequest(
        reference=references.new(),
        organisation_id=ksaf.id or 0,
        kind=asked.kind,
        way=asked.way,
        capacity=asked.capacity,
        asker=asked.asker,
        reply_to=asked.reply_to,
        authority=asked.authority,
        about=asked.about,
        asked=asked.asked,
        received_on=asked.received_on,
        recorded_at=clock.now(),
        recorded_by_name=by.name,
        recorded_by_organisation="" if is_ksafs else by.organisation_name,
        is_known=bool(asked.known_by),
    )
    references.add(db.session(), made)
    return made


def _note(actor: Actor, request: DataRequest, event: Event, title: str, words: str) -> None:
    trail.add(actor, request, event, title, words)
    trail.record(actor, request, Action.DATA_REQUEST_MOVED, event=event.value)


def _stands(request: DataRequest) -> str:
    """Return how a request stands, in a sentence, to whoever came second."""
    if request.answered_at:
        return f"A colleague answered this on {long_datetime(request.answered_at)}. Read the answer below."
    if request.waits_for:
        return f"A colleague has asked already for: {rules.QUESTIONS[request.waits_for].lower()}."
    return "A colleague has recorded that already."
