"""Owing somebody a call: asked for, taken, tried, made or given up."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.enquiries.call_backs import queries, rules
from portal.enquiries.call_backs.models import CallBack, CallTry
from portal.enquiries.call_backs.rules import CallBackEnding, TryResult
from portal.enquiries.signposts.models import Signpost
from portal.enquiries.signposts.rules import SignpostState
from portal.notifications import service as notifications
from portal.organisations.queries import operator
from portal.timescales import service as timescales
from portal.timescales.models import Deadline
from portal.timescales.recipients import staff_of
from portal.timescales.service import Subject
from portal.web.errors import SomeoneWasFirstError

KIND = "call_back"  # of policy.toml


@dataclass(frozen=True)
class Family:
    """Whom to call, at which number, when, and what the adviser should know before."""

    name: str
    phone: str
    preferred_time: str = "any"
    may_leave_message: bool = False
    about: str = ""


class CallRefusedError(Exception):
    """A rule forbids the step; the message says which, to the person who tried."""


_FEEDBACK = {
    CallBackEnding.SPOKE: SignpostState.CONTACTED,
    CallBackEnding.NOT_REACHED: SignpostState.NOT_REACHED,
    CallBackEnding.NOT_WANTED: SignpostState.CLOSED,
}


def ask(
    reference: str, family: Family, basis: str, *, signpost_id: int | None = None, enquiry_id: int | None = None
) -> CallBack:
    """Owe `family` a call about `reference`, for the reason `basis`; its deadline starts now.

    For a session of KSAF's, or inside `as_system`.
    """
    made = CallBack(
        organisation_id=operator().id or 0,
        reference=reference,
        signpost_id=signpost_id,
        enquiry_id=enquiry_id,
        name=family.name,
        phone=family.phone,
        about=family.about,
        preferred_time=family.preferred_time,
        may_leave_message=family.may_leave_message,
        basis=basis,
        asked_at=clock.now(),
        due_at=clock.now(),
    )
    db.session().add(made)
    db.session().flush()
    made.due_at = _owe(made).due_at
    db.session().flush()
    return made


def take(actor: Actor, call_back: CallBack, seen_on_id: int | None) -> None:
    """Put a call on `actor`, who saw it on `seen_on_id` (None: on nobody).

    Raises SomeoneWasFirstError when it has been made, or is on somebody else by now.
    """
    _require_open(call_back)
    if call_back.taken_by_id not in {seen_on_id, actor.user_id}:
        raise SomeoneWasFirstError(f"{call_back.taken_by_name} has taken this call.")
    _put_on(actor, call_back)
    _record(actor, call_back, Action.CALL_TAKEN)


def record_try(actor: Actor, call_back: CallBack, result: TryResult) -> None:
    """Record that `actor` dialled: having spoken ends the call, anything else owes the next try.

    Raises SomeoneWasFirstError when it has ended, CallRefusedError for a message that nobody said was safe.
    """
    _require_open(call_back)
    if result not in rules.possible(may_leave_message=call_back.may_leave_message):
        raise CallRefusedError("Nobody has said that it is safe to leave a message.")
    made = CallTry(
        organisation_id=call_back.organisation_id,
        call_back_id=call_back.id or 0,
        result=result,
        tried_at=clock.now(),
        tried_by_id=actor.user_id,
        tried_by_name=actor.name,
    )
    db.session().add(made)
    _put_on(actor, call_back)
    _record(actor, call_back, Action.CALL_TRIED, result=result.value)
    timescales.meet(subject_of(call_back), KIND, f"{actor.name} called")
    if result is TryResult.SPOKE:
        _settle(call_back, CallBackEnding.SPOKE)
    else:
        call_back.due_at = _owe(call_back).due_at
    db.session().flush()


def end(actor: Actor, call_back: CallBack, ending: CallBackEnding) -> None:
    """End a call that is not made.

    Raises SomeoneWasFirstError when it has ended, CallRefusedError where a rule of endings forbids it.
    """
    _require_open(call_back)
    if why := rules.why_not_end(ending, len(queries.tries_of(actor, call_back))):
        raise CallRefusedError(why)
    timescales.cancel(subject_of(call_back), KIND, rules.WITHOUT_A_CALL[ending])
    _settle(call_back, ending)
    _record(actor, call_back, Action.CALL_ENDED, ending=ending.value)


def note_view(actor: Actor, call_back: CallBack) -> None:
    """Record that `actor` looked at a call, in a transaction of its own: a reading request may not write."""
    with db.own_transaction(actor.organisation_id):
        _record(actor, call_back, Action.CALL_OPENED)


def subject_of(call_back: CallBack) -> Subject:
    """Return what the deadline of a call is about."""
    return Subject("call_back", call_back.id or 0)


def _owe(call_back: CallBack) -> Deadline:
    ksaf = call_back.organisation_id
    return timescales.start(
        KIND,
        subject_of(call_back),
        call_back.reference,
        owed_by_id=ksaf,
        owed_to_id=ksaf,
        person_id=call_back.taken_by_id,
    )


def _put_on(actor: Actor, call_back: CallBack) -> None:
    call_back.taken_by_id, call_back.taken_by_name = actor.user_id, actor.name
    timescales.assign(subject_of(call_back), actor.user_id, owed_by_id=call_back.organisation_id)
    db.session().flush()


def _require_open(call_back: CallBack) -> None:
    if call_back.ended_at is not None:
        raise SomeoneWasFirstError(f"This call has ended. {call_back.taken_by_name or 'A colleague'} had it.")


def _settle(call_back: CallBack, ending: CallBackEnding) -> None:
    """End the call, and tell whoever signposted the family how it stands, and no more."""
    call_back.ended_at, call_back.ending = clock.now(), ending
    db.session().flush()
    if call_back.signpost_id is None:
        return
    signpost = db.session().scalars(select(Signpost).where(col(Signpost.id) == call_back.signpost_id)).one()
    signpost.state = _FEEDBACK[ending]
    db.session().flush()
    owner = signpost.organisation_id
    for member in staff_of(owner).on_whom(signpost.made_by_id):
        notifications.queue(
            "enquiries/signpost_news", member.email, organisation_id=owner, reference=signpost.reference
        )


def _record(actor: Actor, call_back: CallBack, action: Action, **detail: str) -> None:
    audit.record(
        actor,
        action,
        subject=("call_back", call_back.id),
        owner_id=call_back.organisation_id,
        reference=call_back.reference,
        **detail,
    )
