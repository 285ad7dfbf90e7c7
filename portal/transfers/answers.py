"""A service's answer to an offer, the same on the portal and off it, and what KSAF owes the family after it.

The session must reach the referral: on the portal the receiver is no party yet, so `service` asks as the system; off it
`links` has entered the organisation that sent the referral.
"""

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Author
from portal.consent import queries as consent
from portal.referrals import effects, lifecycle, sender, telling, timeline
from portal.referrals.effects import subject_of
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.timescales import service as timescales
from portal.timescales.news import News
from portal.timescales.service import Subject
from portal.transfers import queries
from portal.transfers.models import Transfer
from portal.transfers.rules import SHARING_PURPOSE, STATE_LABELS, TransferState, is_to_be_offered, may_answer
from portal.web.errors import SomeoneWasFirstError

ONWARD = "onward"


class AgreementEndedError(SomeoneWasFirstError):
    """The family has withdrawn its agreement since the offer was made: nothing more is handed over."""

    heading = "Call KSAF before you do anything"

    def __init__(self) -> None:
        super().__init__("The family’s agreement has changed since KSAF made this offer.")


def accept(by: Author, transfer: Transfer, told: str | None = None) -> Referral:
    """Note that a service accepts the family, with what it `told` both sides, and return the referral.

    Raises SomeoneWasFirstError when the offer was answered, withdrawn or closed meanwhile, AgreementEndedError when the
    family has withdrawn its agreement.
    """
    referral = _lock(transfer)
    _require_awaited(referral, transfer)
    require_agreement(by, referral.id or 0)
    settle(by, transfer, TransferState.ACCEPTED)
    referral.open_transfers -= 1
    referral.accepted_transfers += 1
    said = f"{transfer.to_name} accepted the family"
    timeline.add(by, referral, ONWARD, said, told)
    timescales.meet(subject_of_offer(transfer), "onward_acceptance", said)
    effects.keep_next_due(referral)
    telling.operator(referral, "transfers/accepted")
    telling.referrer(referral, "transfers/accepted")
    return referral


def decline(by: Author, transfer: Transfer, why: str) -> Referral:
    """Note that a service declines, with reasons for KSAF, which owes another offer if none waits; return the referral.

    Raises SomeoneWasFirstError when the offer was answered, withdrawn or closed meanwhile.
    """
    referral = _lock(transfer)
    _require_awaited(referral, transfer)
    settle(by, transfer, TransferState.DECLINED, why)
    referral.open_transfers -= 1
    said = f"{transfer.to_name} declined"
    timeline.add(by, referral, ONWARD, said)
    timescales.cancel(subject_of_offer(transfer), "onward_acceptance", said)
    telling.prompt_operator(referral, News.OFFER_DECLINED)
    telling.operator(referral, "transfers/declined")
    owe_next_offer(by, referral)
    return referral


def require_agreement(by: Author, referral_id: int) -> None:
    """Raise AgreementEndedError unless the family still agrees that KSAF may share with others."""
    if not consent.in_force(by, referral_id, SHARING_PURPOSE):
        raise AgreementEndedError


def require_unanswered(transfer: Transfer) -> None:
    """Raise SomeoneWasFirstError, saying how the offer stands, when it waits for no answer."""
    if not may_answer(transfer.state):
        raise SomeoneWasFirstError(f"This offer is now: {STATE_LABELS[transfer.state].lower()}.")


def settle(by: Author, transfer: Transfer, state: TransferState, why: str | None = None) -> None:
    """Note what became of an offer, when and by whom."""
    transfer.state, transfer.answer_why = state, why
    transfer.answered_at, transfer.answered_by_name = clock.now(), by.name
    db.session().flush()


def subject_of_offer(transfer: Transfer) -> Subject:
    """Return what the deadline for an answer to the offer is about."""
    return Subject("transfer", transfer.id or 0)


def owe_next_offer(by: Author, referral: Referral) -> None:
    """Start the time to find another service where nobody is left to answer, and keep what is due next."""
    states = [each.state for each in queries.offers_of(by, referral)]
    if referral.state is State.HANDING_OVER and is_to_be_offered(states):
        owe("onward_offer", subject_of(referral), referral)
    effects.keep_next_due(referral)


def owe(kind: str, subject: Subject, referral: Referral) -> None:
    """Start a deadline that KSAF owes whoever sent `referral`, on whoever has it, and keep what is due next."""
    by, to = lifecycle.operator_id(), sender.side(referral)
    person = referral.assigned_to_id
    timescales.start(kind, subject, referral.reference, owed_by_id=by, owed_to_id=to, person_id=person)
    effects.keep_next_due(referral)


def _lock(transfer: Transfer) -> Referral:
    """Return the offer's referral, locked first as KSAF's own requests do, with the offer read afresh behind it."""
    wanted = select(Referral).where(col(Referral.id) == transfer.referral_id).with_for_update()
    referral = db.session().scalars(wanted).one()
    afresh = select(Transfer).where(col(Transfer.id) == transfer.id)
    db.session().scalars(afresh.execution_options(populate_existing=True)).one()
    return referral


def _require_awaited(referral: Referral, transfer: Transfer) -> None:
    require_unanswered(transfer)
    if referral.state is not State.HANDING_OVER:
        raise SomeoneWasFirstError("KSAF has closed this referral since. Call KSAF if the family still needs help.")
