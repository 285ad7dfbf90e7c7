"""Reading calls: the list, newest first, and one of them."""

from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.enquiries.models import Caller, Enquiry

PAGE = 25


@dataclass(frozen=True)
class Wanted:
    """What narrows the list, and the last row of the page before."""

    caller: Caller | None = None
    search: str = ""
    before: int | None = None


@dataclass(frozen=True)
class Calls:
    """One page of calls, and after which row the next begins."""

    rows: list[Enquiry]
    following: int | None


def calls(actor: Actor, wanted: Wanted) -> Calls:
    """Return a page of the calls that `wanted` describes, newest first."""
    found = select(Enquiry).order_by(col(Enquiry.id).desc()).limit(PAGE + 1)
    if wanted.caller:
        found = found.where(col(Enquiry.caller) == wanted.caller)
    if wanted.search:
        searched = (Enquiry.reference, Enquiry.name, Enquiry.phone, Enquiry.recorded_by_name)
        found = found.where(or_(*(col(each).icontains(wanted.search, autoescape=True) for each in searched)))
    if wanted.before is not None:
        found = found.where(col(Enquiry.id) < wanted.before)
    rows = list(db.session().scalars(found).all())
    return Calls(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def get_enquiry(actor: Actor, reference: str) -> Enquiry | None:
    """Return the call with this reference, within the actor's reach, else None."""
    return db.session().scalars(select(Enquiry).where(col(Enquiry.reference) == reference)).first()
