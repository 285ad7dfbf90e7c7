"""Owing somebody a call."""

from dataclasses import dataclass

from portal import clock, db
from portal.enquiries.call_backs.models import CallBack
from portal.organisations.queries import operator
from portal.timescales import service as timescales
from portal.timescales.service import Subject

KIND = "call_back"  # of policy.toml


@dataclass(frozen=True)
class Family:
    """Whom to call, at which number, when, and what the adviser should know before."""

    name: str
    phone: str
    preferred_time: str = "any"
    may_leave_message: bool = False
    about: str = ""


def ask(reference: str, family: Family, basis: str, *, signpost_id: int | None = None) -> CallBack:
    """Owe `family` a call about `reference`, for the reason `basis`; its deadline starts now.

    For a session of KSAF's, or inside `as_system`.
    """
    ksaf = operator().id or 0
    made = CallBack(
        organisation_id=ksaf,
        reference=reference,
        signpost_id=signpost_id,
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
    owed = timescales.start(KIND, subject_of(made), reference, owed_by_id=ksaf, owed_to_id=ksaf)
    made.due_at = owed.due_at
    db.session().flush()
    return made


def subject_of(call_back: CallBack) -> Subject:
    """Return what the deadline of a call back is about."""
    return Subject("call_back", call_back.id or 0)
