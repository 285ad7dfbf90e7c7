"""Statements beside records which somebody says are wrong, and who has to be told of them (UK GDPR Art. 16, 19)."""

import secrets
from dataclasses import dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accountability.requests import queries, recipients, trail
from portal.accountability.requests.models import CorrectionRecipient, DataRequest
from portal.accountability.requests.refusal import RequestRefusedError
from portal.accountability.requests.rules import Event, Kind, RequestState
from portal.audit.actions import Action
from portal.referrals import telling, timeline
from portal.referrals import trail as referral_trail
from portal.referrals.corrections.models import Corrected, RecordCorrection
from portal.referrals.corrections.queries import TOLD
from portal.referrals.models import Audience, Referral
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError


@dataclass(frozen=True)
class Statement:
    """What is said to be wrong, and what stands beside it: what is right, or the view of whoever asked."""

    part: Corrected
    is_corrected: bool
    wrong: str
    statement: str


@dataclass(frozen=True)
class OpenedRecipient:
    """Somebody to be told, with the request because of which."""

    request: DataRequest
    row: CorrectionRecipient


def add(actor: Actor, request: DataRequest, reference: str, said: Statement) -> RecordCorrection:
    """Put a statement beside the record `reference`; who on the portal reads that part is told at once, by reference.

    Raises RequestRefusedError where the request is answered, is about something else, or KSAF does not know who asks.
    """
    referral = next((each for each in queries.referrals_of(actor, request) if each.reference == reference), None)
    if request.kind is not Kind.CORRECTION or request.state is RequestState.ANSWERED or referral is None:
        raise RequestRefusedError("No statement can be added to that record for this request now.")
    if not request.is_known:
        raise RequestRefusedError("First record how you know that they are who they say.")
    made = RecordCorrection(
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        part=said.part,
        is_corrected=said.is_corrected,
        wrong=said.wrong,
        statement=said.statement,
        made_at=clock.now(),
        made_by_name=actor.name,
    )
    db.session().add(made)
    db.session().flush()
    is_internal = said.part is Corrected.INTERNAL
    audience = Audience.OPERATOR if is_internal else Audience.EVERYONE
    timeline.add(actor, referral, "correction", "A statement was added beside the record", audience=audience)
    _list_recipients(actor, request, referral, made)
    # Its words stand beside the record alone: the register is read by administrators, who read no child's record.
    trail.add(actor, request, Event.CORRECTED, f"Beside {reference}: {TOLD[said.part]}")
    referral_trail.record(actor, referral, Action.RECORD_CORRECTED, part=said.part.value)
    return made


def tell(actor: Actor, opened: OpenedRecipient, how: str) -> None:
    """Record that somebody was told of a correction. Raises SomeoneWasFirstError where they were already."""
    row = opened.row
    if row.told_at is not None:
        raise SomeoneWasFirstError(f"{row.told_by_name} told them on {long_datetime(row.told_at)}.")
    row.told_at, row.told_by_name, row.how = clock.now(), actor.name, how
    trail.add(actor, opened.request, Event.TOLD, row.to_name, how)
    trail.record(actor, opened.request, Action.DATA_REQUEST_MOVED, event=Event.TOLD.value)


def recipients_of(actor: Actor, request: DataRequest) -> list[CorrectionRecipient]:
    """Return who was given what a request `actor` has loaded corrected, in the order in which they were found."""
    del actor
    listed = select(CorrectionRecipient).where(col(CorrectionRecipient.data_request_id) == request.id)
    return list(db.session().scalars(listed.order_by(col(CorrectionRecipient.id))).all())


def open_to_correct(actor: Actor, reference: str) -> DataRequest | None:
    """Return the request `reference` to whoever may correct a record for it: nobody else is told that there is one."""
    return queries.get_request(actor, reference) if actor.may(Permission.CORRECTION_OPEN) else None


def open_recipient(actor: Actor, reference: str, key: str) -> OpenedRecipient | None:
    """Return somebody to be told because of the request `reference`, to whoever may correct a record; else None."""
    request = open_to_correct(actor, reference)
    row = next((each for each in recipients_of(actor, request) if each.key == key), None) if request else None
    return OpenedRecipient(request, row) if request and row else None


def is_lacking(actor: Actor, request: DataRequest) -> bool:
    """Say whether a request says that a record is wrong and no statement has been added beside one for it."""
    if request.kind is not Kind.CORRECTION or not queries.referrals_of(actor, request):
        return False
    return not any(each.event is Event.CORRECTED for each in queries.steps_of(actor, request))


def _list_recipients(actor: Actor, request: DataRequest, referral: Referral, made: RecordCorrection) -> None:
    for each in recipients.of(actor, referral, made.part):
        if each.organisation_id is not None:
            telling.organisation(referral, each.organisation_id, "accountability/correction")
        told_at = made.made_at if each.organisation_id is not None else None
        db.session().add(
            CorrectionRecipient(
                key=secrets.token_urlsafe(18),
                organisation_id=request.organisation_id,
                data_request_id=request.id or 0,
                correction_id=made.id or 0,
                to_name=each.name,
                reference=referral.reference,
                told_at=told_at,
                told_by_name=actor.name if told_at else None,
                how="The portal told them by mail, with the reference alone" if told_at else None,
            )
        )
    db.session().flush()
