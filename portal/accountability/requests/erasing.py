"""Removing what somebody asks KSAF to remove: one manager proposes it, another agrees, and only then it goes (Art. 17).

It goes in the transaction that answers the request, or the request stays unanswered: its clock is met by nothing less.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accountability.requests import ending, queries, telling, trail
from portal.accountability.requests.models import DataErasure, DataRequest
from portal.accountability.requests.refusal import RequestRefusedError
from portal.accountability.requests.rules import Event, Kind, Outcome, RequestState
from portal.audit.actions import Action
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.retention import preview, service
from portal.retention.preview import Preview
from portal.retention.service import KeptError
from portal.timescales import news
from portal.timescales.news import News
from portal.triage.rules import may_authorise
from portal.web.dates import ago
from portal.web.errors import SomeoneWasFirstError

OWN = "You proposed this, so another manager agrees to it or returns it."
REFUSAL = (
    "KSAF has to keep this record for now. The law lets us keep what we need to do what the law asks of us, to protect"
    " somebody, or to make or answer a legal claim (UK GDPR Article 17(3)).\n\nYou can complain to KSAF, and to the"
    " Information Commissioner’s Office: ico.org.uk or 0303 123 1113. You can also ask a court to decide."
)
"""What a family is told where nothing can go. It does not say which reason holds: one of them could harm the child."""


@dataclass(frozen=True)
class Removing:
    """A request to remove records, with those records."""

    request: DataRequest
    referrals: list[Referral]


@dataclass(frozen=True)
class Opened:
    """A proposal with the request it is about."""

    removing: Removing
    row: DataErasure

    @property
    def request(self) -> DataRequest:
        """Return the request."""
        return self.removing.request


def open_to_erase(actor: Actor, reference: str) -> Removing | None:
    """Return the request `reference` to whoever may remove a record, where it asks for that of one; else None."""
    found = queries.get_request(actor, reference) if actor.may(Permission.ERASURE_OPEN) else None
    about = queries.referrals_of(actor, found) if found and found.kind is Kind.ERASURE else []
    return Removing(found, about) if found and about else None


def open_proposal(actor: Actor, reference: str, key: str) -> Opened | None:
    """Return the proposal `key` of the request `reference` to whoever may settle one, else None."""
    removing = open_to_erase(actor, reference)
    row = next((each for each in _proposals(removing.request) if each.key == key), None) if removing else None
    return Opened(removing, row) if removing and row else None


def previews(actor: Actor, removing: Removing) -> list[Preview]:
    """Return what would go of each record that `actor` has loaded with a request, and what has to stay."""
    del actor
    return preview.of_referrals(removing.referrals)


def newest(actor: Actor, request: DataRequest) -> DataErasure | None:
    """Return the newest proposal about a request that `actor` has loaded, or None."""
    del actor
    return next(iter(_proposals(request)), None)


def is_refused_whole(actor: Actor, request: DataRequest) -> bool:
    """Say whether a request asks for records to be removed and each of them has to stay for now."""
    about = queries.referrals_of(actor, request) if request.kind is Kind.ERASURE else []
    found = preview.of_referrals(about)
    return bool(found) and not any(each.can_go or each.is_gone for each in found)


def is_lacking(actor: Actor, request: DataRequest) -> bool:
    """Say whether records that a request asks to be removed are there: no answer removes them without a proposal."""
    if request.kind is not Kind.ERASURE:
        return False
    return any(each.anonymised_at is None for each in queries.referrals_of(actor, request))


def propose(actor: Actor, removing: Removing, going: Collection[str], words: str) -> DataErasure:
    """Put before the other managers that the records `going` are erased, with why, as whoever asked is told.

    Raises SomeoneWasFirstError where that was answered or proposed; RequestRefusedError where KSAF does not know who
    asks, or one of the records has to stay.
    """
    request, last = removing.request, newest(actor, removing.request)
    if request.state is RequestState.ANSWERED or (last and last.settled_at is None):
        raise SomeoneWasFirstError("A colleague has proposed this, or answered the request, since you opened the page.")
    if not request.is_known:
        raise RequestRefusedError("First record how you know that they are who they say.")
    free = {each.reference for each in previews(actor, removing) if each.can_go}
    if not going or not set(going) <= free:
        raise RequestRefusedError("One of these records has to stay. Read what can go now, and propose it again.")
    made = DataErasure(
        key=secrets.token_urlsafe(18),
        organisation_id=request.organisation_id,
        data_request_id=request.id or 0,
        going=" ".join(sorted(going)),
        words=words,
        proposed_by_id=actor.user_id,
        proposed_by_name=actor.name,
        proposed_at=clock.now(),
    )
    db.session().add(made)
    telling.other_managers(request, actor)
    news.settle(News.ERASURE_RETURNED, request.reference, "It was proposed again")
    _note(actor, request, Event.PROPOSED, f"Of {', '.join(made.references)}", words)
    return made


def approve(actor: Actor, opened: Opened, sent: str) -> None:
    """Erase what was proposed, now and for good, and answer the request: `sent` says how whoever asked is told.

    Raises SomeoneWasFirstError where it was settled; RequestRefusedError for one's own proposal, and where a record
    has to stay by now, with why: then nothing has gone, and it can be returned.
    """
    row, request = _require_waiting(actor, opened), opened.request
    for reference in row.references:
        _erase(actor, request, reference)
    _settle(actor, row, is_approved=True)
    news.settle(News.ERASURE_WAITING, request.reference, f"{actor.name} agreed to it")
    stays = [each for each in queries.referrals_of(actor, request) if each.anonymised_at is None]
    ending.end(actor, request, Outcome.IN_PART if stays else Outcome.ERASED, row.words, sent)


def send_back(actor: Actor, opened: Opened, comment: str) -> None:
    """Return a proposal with a `comment` to whoever made it, who is told. Raises as `approve`."""
    row, request = _require_waiting(actor, opened), opened.request
    _settle(actor, row, is_approved=False, comment=comment)
    news.settle(News.ERASURE_WAITING, request.reference, f"{actor.name} returned it")
    telling.proposer(request, row.proposed_by_id)
    _note(actor, request, Event.RETURNED, f"To {row.proposed_by_name}", comment)


def lapse(actor: Actor, request: DataRequest) -> None:
    """Settle a proposal that waits because the request is answered in another way."""
    last = newest(actor, request) if request.kind is Kind.ERASURE else None
    if last and last.settled_at is None:
        _settle(actor, last, is_approved=False, comment="The request was answered in another way.")
        news.settle(News.ERASURE_WAITING, request.reference, f"{actor.name} answered the request")
    news.settle(News.ERASURE_RETURNED, request.reference, f"{actor.name} answered the request")


def _erase(actor: Actor, request: DataRequest, reference: str) -> None:
    referral = get_referral(actor, reference)
    if referral is None:
        return  # its time was over meanwhile, and it has gone by rule
    try:
        service.erase(actor, referral, f"Request {request.reference}")
    except KeptError as kept:
        why = f"{reference} has to stay. {kept} Nothing has been removed: return the proposal."
        raise RequestRefusedError(why) from kept


def _require_waiting(actor: Actor, opened: Opened) -> DataErasure:
    row = opened.row
    if row.settled_at is not None:
        done = "agreed to this" if row.is_approved else "returned this, or answered the request,"
        raise SomeoneWasFirstError(f"{row.settled_by_name} {done} {ago(clock.now(), row.settled_at)}.")
    if not may_authorise(actor.user_id, row.proposed_by_id):
        raise RequestRefusedError(OWN)
    return row


def _settle(actor: Actor, row: DataErasure, *, is_approved: bool, comment: str | None = None) -> None:
    row.is_approved, row.comment = is_approved, comment
    row.settled_at, row.settled_by_name = clock.now(), actor.name
    db.session().flush()


def _proposals(request: DataRequest) -> list[DataErasure]:
    made = select(DataErasure).where(col(DataErasure.data_request_id) == request.id)
    return list(db.session().scalars(made.order_by(col(DataErasure.id).desc())).all())


def _note(actor: Actor, request: DataRequest, event: Event, title: str, words: str) -> None:
    trail.add(actor, request, event, title, words)
    trail.record(actor, request, Action.DATA_REQUEST_MOVED, event=event.value)
