"""Copies of records for a request: prepared by the export, read by somebody, and only then given (UK GDPR Art. 15)."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, type_coerce
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accountability.requests import queries, trail
from portal.accountability.requests.models import DataCopy, DataRequest
from portal.accountability.requests.refusal import RequestRefusedError
from portal.accountability.requests.rules import Event, Kind, RequestState
from portal.accountability.subjects import copy, parts
from portal.accountability.subjects.copy import RecordCopy, Told
from portal.accountability.subjects.parts import OTHERS
from portal.audit.actions import Action
from portal.referrals import trail as referral_trail
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.tenancy import as_system
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError


@dataclass(frozen=True)
class Opened:
    """A copy with the request it was made for and the referral it is of."""

    request: DataRequest
    row: DataCopy
    referral: Referral


def prepare(actor: Actor, request: DataRequest, reference: str, *, gives_safeguarding: bool, why: str) -> DataCopy:
    """Make a copy of the record `reference` for a request about it, as it stands now.

    Raises RequestRefusedError where KSAF does not know who asks, or asks for no copy of that record.
    """
    referral = next((each for each in queries.referrals_of(actor, request) if each.reference == reference), None)
    if request.kind is not Kind.ACCESS or request.state is not RequestState.OPEN or referral is None:
        raise RequestRefusedError("No copy of that record can be prepared for this request now.")
    if not request.is_known:
        raise RequestRefusedError("First record how you know that they are who they say.")
    with as_system(db.session()):  # the export reads every table about the record, whoever's row it is
        made = copy.make(referral, gives_safeguarding=gives_safeguarding, decided_why=f"{actor.name}, KSAF: {why}")
    row = DataCopy(
        key=secrets.token_urlsafe(18),
        organisation_id=request.organisation_id,
        data_request_id=request.id or 0,
        reference=reference,
        gives_safeguarding=gives_safeguarding,
        safeguarding_why=made.decided_why,
        content=_kept(made),
        prepared_at=made.made_at,
        prepared_by_name=actor.name,
    )
    db.session().add(row)
    trail.add(actor, request, Event.PREPARED, f"Of {reference}, to be read before it is given")
    trail.record(actor, request, Action.DATA_REQUEST_MOVED, event=Event.PREPARED.value)
    # That somebody has what the record says now is for the organisation that sent it too.
    decided = "give" if gives_safeguarding else "withhold"
    referral_trail.record(actor, referral, Action.RECORD_COPIED, safeguarding=decided)
    return row


def read(actor: Actor, opened: Opened, withheld: Collection[str]) -> None:
    """Record that `actor` read a copy, without the lines named by `withheld` ("part.row.line").

    Raises SomeoneWasFirstError where somebody has read it already: from then on it stays as it is.
    """
    row = opened.row
    if row.read_at is not None:
        raise SomeoneWasFirstError(f"{row.read_by_name} read this copy on {long_datetime(row.read_at)}.")
    row.content = _without(row.content, withheld)
    row.read_at, row.read_by_name = clock.now(), actor.name
    left_out = sum(row.content["withheld"].values())
    trail.add(actor, opened.request, Event.READ, f"Of {row.reference}; passages withheld: {left_out}")
    trail.record(actor, opened.request, Action.DATA_COPY_READ, key=row.key)


def note_taken(actor: Actor, opened: Opened, form: str) -> None:
    """Record that `actor` downloads a copy as a file of this `form`, kept whatever becomes of the web request."""
    with db.own_transaction(actor.organisation_id):
        referral_trail.record(actor, opened.referral, Action.DATA_COPY_TAKEN, key=opened.row.key, form=form)


def open_to_prepare(actor: Actor, reference: str) -> DataRequest | None:
    """Return the request `reference` to whoever may prepare a copy for it: nobody else is told that there is one."""
    return queries.get_request(actor, reference) if actor.may(Permission.DATA_COPY_OPEN) else None


def open_copy(actor: Actor, reference: str, key: str) -> Opened | None:
    """Return the copy `key` of the request `reference` to whoever may prepare one, else None."""
    request = open_to_prepare(actor, reference)
    row = next((each for each in of_request(actor, request) if each.key == key), None) if request else None
    referral = get_referral(actor, row.reference) if row else None
    return Opened(request, row, referral) if request and row and referral else None


def open_read(actor: Actor, reference: str, key: str) -> Opened | None:
    """Return as `open_copy` a copy that somebody has read: no other leaves as a file."""
    found = open_copy(actor, reference, key)
    return found if found and found.row.read_at else None


def of_request(actor: Actor, request: DataRequest) -> list[DataCopy]:
    """Return the copies made for a request that `actor` has loaded, newest first."""
    del actor
    kept = type_coerce(col(DataCopy.content), LargeBinary) != b""  # of an erased record nothing is left to show
    made = select(DataCopy).where(col(DataCopy.data_request_id) == request.id, kept)
    return list(db.session().scalars(made.order_by(col(DataCopy.id).desc())).all())


def is_lacking(actor: Actor, request: DataRequest) -> bool:
    """Say whether a request asks for copies of records and one of them has no copy that somebody has read."""
    if request.kind is not Kind.ACCESS:
        return False
    has = {each.reference for each in of_request(actor, request) if each.read_at}
    return any(each.reference not in has for each in queries.referrals_of(actor, request))


def record_copy(row: DataCopy) -> RecordCopy:
    """Return a kept copy as the export made it."""
    told = [
        Told(each["title"], [[(line[0], line[1]) for line in one] for one in each["rows"]])
        for each in row.content["parts"]
    ]
    return RecordCopy(
        row.reference, row.prepared_at, row.gives_safeguarding, row.safeguarding_why, told, row.content["withheld"]
    )


def _kept(made: RecordCopy) -> dict[str, Any]:
    told = [{"title": part.title, "rows": [[list(line) for line in row] for row in part.rows]} for part in made.parts]
    return {"parts": told, "withheld": made.withheld}


def _without(content: dict[str, Any], named: Collection[str]) -> dict[str, Any]:
    """Return the content with a mark in the place of each line that is named, counted among what is withheld."""
    words = parts.reasons()[OTHERS].words
    mark, count = f"[Withheld: {words}]", 0
    told: list[dict[str, Any]] = []
    for number, part in enumerate(content["parts"]):
        rows: list[list[list[str]]] = []
        for place, row in enumerate(part["rows"]):
            hidden = [f"{number}.{place}.{at}" in named and not _is_marked(line[1]) for at, line in enumerate(row)]
            count += sum(hidden)
            rows.append([[line[0], mark if hide else line[1]] for line, hide in zip(row, hidden, strict=True)])
        told.append({"title": part["title"], "rows": rows})
    withheld = dict(content["withheld"])
    if count:
        withheld[words] = withheld.get(words, 0) + count
    return {"parts": told, "withheld": withheld}


def _is_marked(words: str) -> bool:
    return words.startswith("[Withheld: ")
