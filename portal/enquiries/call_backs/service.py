"""Owing somebody a call: asked for, taken, tried, made or given up."""

from dataclasses import asdict, dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.roles import Role
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.enquiries.call_backs import queries, rules
from portal.enquiries.call_backs.models import CallBack, CallTry
from portal.enquiries.call_backs.rules import CallBackEnding, TryResult
from portal.enquiries.signposts.models import Signpost
from portal.enquiries.signposts.rules import SignpostState
from portal.notifications import service as notifications
from portal.organisations.queries import operator
from portal.referrals import effects, sender, telling, timeline
from portal.referrals.models import Audience, Referral
from portal.referrals.rules import State, said_now
from portal.timescales import service as timescales
from portal.timescales.news import News
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


@dataclass(frozen=True)
class Source:
    """What a call comes from: its reference, and which row of the three it is."""

    reference: str
    signpost_id: int | None = None
    enquiry_id: int | None = None
    referral_id: int | None = None


def ask(source: Source, family: Family, basis: str) -> CallBack:
    """Owe `family` a call because of `source`, for the reason `basis`; its deadline starts now.

    For a session of KSAF's, or inside `as_system`.
    """
    made = CallBack(
        **asdict(source),
        organisation_id=operator().id or 0,
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
    _owe(made)
    return made


def take(actor: Actor, call_back: CallBack, seen_on_id: int | None) -> None:
    """Put a call on `actor`, who saw it on `seen_on_id` (None: on nobody).

    Raises SomeoneWasFirstError when it has been made, or is on somebody else by now.
    """
    _require_open(actor, call_back)
    if call_back.taken_by_id not in {seen_on_id, actor.user_id}:
        raise SomeoneWasFirstError(f"{call_back.taken_by_name} has taken this call.")
    _put_on(actor, call_back)
    _record(actor, call_back, Action.CALL_TAKEN)


def record_try(actor: Actor, call_back: CallBack, result: TryResult) -> None:
    """Record that `actor` dialled: having spoken ends the call, anything else owes the next try.

    Raises SomeoneWasFirstError when it has ended, CallRefusedError for a message that nobody said was safe.
    """
    _require_open(actor, call_back)
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
        _owe(call_back)


def end(actor: Actor, call_back: CallBack, ending: CallBackEnding, why: str = "") -> None:
    """End a call that is not made; of one that a referral was decided for, `why` says what happened.

    Raises SomeoneWasFirstError when it has ended, CallRefusedError where a rule of endings forbids it.
    """
    _require_open(actor, call_back)
    if refused := rules.why_not_end(ending, len(queries.tries_of(actor, call_back))):
        raise CallRefusedError(refused)
    if call_back.referral_id is not None and not why:
        raise CallRefusedError("Enter what happened: nothing else is owed to this family")
    timescales.cancel(subject_of(call_back), KIND, rules.WITHOUT_A_CALL[ending])
    _settle(call_back, ending)
    if referral := _referral_of(call_back):
        _ask_to_decide(actor, referral, rules.WITHOUT_A_CALL[ending], why)
    _record(actor, call_back, Action.CALL_ENDED, ending=ending.value)


def note_view(actor: Actor, call_back: CallBack) -> None:
    """Record that `actor` looked at a call, in a transaction of its own: a reading request may not write."""
    with db.own_transaction(actor.organisation_id):
        _record(actor, call_back, Action.CALL_OPENED)


def subject_of(call_back: CallBack) -> Subject:
    """Return what the deadline of a call is about."""
    return Subject("call_back", call_back.id or 0)


def _owe(call_back: CallBack) -> None:
    """Start the time to the next try; whoever sent the referral that it is about sees it run."""
    ksaf, referral = call_back.organisation_id, _referral_of(call_back)
    owed = timescales.start(
        KIND,
        subject_of(call_back),
        call_back.reference,
        owed_by_id=ksaf,
        owed_to_id=sender.side(referral) if referral else ksaf,
        person_id=call_back.taken_by_id,
    )
    call_back.due_at = owed.due_at
    db.session().flush()
    if referral:
        effects.keep_next_due(referral)


def _referral_of(call_back: CallBack) -> Referral | None:
    if call_back.referral_id is None:
        return None
    return db.session().scalars(select(Referral).where(col(Referral.id) == call_back.referral_id)).one()


def _ask_to_decide(actor: Actor, referral: Referral, said: str, why: str) -> None:
    """Have KSAF decide what comes instead of advice: with the call, the last thing that was owed has ended."""
    timeline.add(actor, referral, KIND, f"No advice given: {said.lower()}", why, audience=Audience.OPERATOR)
    telling.prompt_operator(referral, News.ADVICE_NOT_GIVEN, Role.MANAGER)
    telling.operator(referral, "enquiries/advice_not_given", Role.MANAGER)


def _put_on(actor: Actor, call_back: CallBack) -> None:
    call_back.taken_by_id, call_back.taken_by_name = actor.user_id, actor.name
    timescales.assign(subject_of(call_back), actor.user_id, owed_by_id=call_back.organisation_id)
    db.session().flush()


def _require_open(actor: Actor, call_back: CallBack) -> None:
    referral = _referral_of(call_back)
    if call_back.ended_at is not None:
        raise SomeoneWasFirstError(f"This call has ended. {call_back.taken_by_name or 'A colleague'} had it.")
    if referral and referral.state is not State.ADVICE:
        raise SomeoneWasFirstError(said_now(referral.state, is_operator=actor.is_operator))


def _settle(call_back: CallBack, ending: CallBackEnding) -> None:
    """End the call, and tell whoever signposted the family how it stands, and no more."""
    call_back.ended_at, call_back.ending = clock.now(), ending
    db.session().flush()
    if referral := _referral_of(call_back):
        effects.keep_next_due(referral)
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
