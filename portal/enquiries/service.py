"""Logging a call, and who looked at one."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal import clock, db, references
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.enquiries import rules
from portal.enquiries.call_backs import advising
from portal.enquiries.call_backs import service as call_backs
from portal.enquiries.call_backs.models import CallBack
from portal.enquiries.call_backs.service import Family, Source
from portal.enquiries.confirming import service as confirming
from portal.enquiries.models import Caller, Enquiry, NextStep


@dataclass(frozen=True)
class Call:
    """What an adviser writes down: explore, advise, move forward."""

    caller: Caller
    area: str
    explored: str
    advised: str
    next_step: NextStep
    name: str = ""
    phone: str = ""
    signposts: Sequence[str] = ()
    preferred_time: str = "any"
    may_leave_message: bool = False


def log_call(actor: Actor, call: Call, made_back: CallBack | None = None) -> Enquiry:
    """Keep a call that `actor` took, or made because it was owed (`made_back`), under a reference of its own.

    Where KSAF calls again, that call is owed from now on; where they referred, so is what they said, in writing.
    """
    name, phone = rules.contact_kept(call.caller, call.name, call.phone)
    made = Enquiry(
        organisation_id=actor.organisation_id,
        reference=references.new(),
        caller=call.caller,
        name=name,
        phone=phone,
        area=call.area,
        explored=call.explored,
        advised=call.advised,
        signposts=list(call.signposts),
        next_step=call.next_step,
        recorded_by_id=actor.user_id,
        recorded_by_name=actor.name,
        recorded_at=clock.now(),
    )
    references.add(db.session(), made)
    _record(actor, made, Action.CALL_LOGGED)
    if made_back is not None:
        made_back.logged_id = made.id
        advising.note_advice(actor, made_back)
    if call.next_step is NextStep.CALL_BACK:
        family = Family(name, phone, call.preferred_time, may_leave_message=call.may_leave_message)
        source = Source(made.reference, enquiry_id=made.id)
        call_backs.ask(source, family, f"They asked {actor.name} for it on the phone.")
    if call.next_step is NextStep.IN_WRITING:
        confirming.follow_up(made, made.recorded_at)
    db.session().flush()
    return made


def note_view(actor: Actor, enquiry: Enquiry) -> None:
    """Record that `actor` looked at a call, in a transaction of its own: a reading request may not write."""
    with db.own_transaction(actor.organisation_id):
        _record(actor, enquiry, Action.CALL_VIEWED)


def _record(actor: Actor, enquiry: Enquiry, action: Action) -> None:
    audit.record(
        actor,
        action,
        subject=("enquiry", enquiry.id),
        owner_id=enquiry.organisation_id,
        reference=enquiry.reference,
    )
