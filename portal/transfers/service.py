"""The verbs of an onward referral, each in the open transaction: KSAF stays alongside until somebody has accepted."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor, Author
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.access.roles import OrganisationKind
from portal.audit.actions import Action
from portal.consent import queries as consent
from portal.consent.models import ConsentEvent
from portal.notifications import service as notifications
from portal.organisations.models import Organisation
from portal.referrals import timeline, trail
from portal.referrals.effects import keep_next_due, subject_of
from portal.referrals.models import Audience, Referral
from portal.referrals.rules import State, said_now
from portal.referrals.sharing import moved
from portal.referrals.sharing import service as sharing
from portal.tenancy import as_system
from portal.timescales import news
from portal.timescales import service as timescales
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.transfers import answers, links, queries
from portal.transfers.answers import ONWARD, subject_of_offer
from portal.transfers.models import Transfer
from portal.transfers.rules import KEPT, NO_CONSENT, NOT_WITH_THEM, SHARING_PURPOSE, TransferState, may_answer
from portal.web.dates import date_only, today
from portal.web.errors import SomeoneWasFirstError


class OfferRefusedError(Exception):
    """A rule forbids the step; the message says which, to the person who tried."""


@dataclass(frozen=True)
class Outside:
    """A service without an account: it is asked, and answers, through a link sent to its e-mail."""

    name: str
    email: str
    kind: OrganisationKind
    id: None = None


@dataclass(frozen=True)
class Offer:
    """What is offered: to whom, why (KSAF's own), and the frozen content that the receiver reads."""

    receiver: Organisation | Outside
    why: str
    content: dict[str, Any]


def offer(actor: Actor, referral: Referral, made: Offer) -> Transfer:
    """Offer the family to another organisation, which is told, and return the offer.

    Raises OfferRefusedError while the family does not agree, or who sent the referral may not learn of the receiver;
    SomeoneWasFirstError when it can no longer be offered.
    """
    to = made.receiver
    _require_handing_over(actor, referral)
    _require_may_reach(actor, referral, to)
    transfer = Transfer(
        key=secrets.token_urlsafe(18),
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        to_organisation_id=to.id,
        to_name=to.name,
        to_email=to.email if isinstance(to, Outside) else None,
        to_kind=to.kind,
        basis="consent",
        basis_why=made.why,
        content=made.content,
        offered_at=clock.now(),
        offered_by_id=actor.user_id,
        offered_by_name=actor.name,
    )
    db.session().add(transfer)
    referral.open_transfers += 1
    db.session().flush()
    why = f"Offered to {transfer.to_name}"
    timeline.add(actor, referral, ONWARD, why)
    timescales.meet(subject_of(referral), "onward_offer", why)
    news.settle(News.OFFER_DECLINED, referral.reference, why)
    answers.owe("onward_acceptance", subject_of_offer(transfer), referral)
    trail.record(actor, referral, Action.TRANSFER_OFFERED, key=transfer.key)
    if transfer.to_email:
        links.send(referral, transfer)
    else:
        _tell_receiver(referral, transfer, "transfers/offered")
    return transfer


def withdraw(actor: Author, referral: Referral, transfer: Transfer, why: str) -> None:
    """Take back an offer, with the reason; its receiver reads nothing of it any more and is told.

    Raises SomeoneWasFirstError when it has been answered.
    """
    answers.require_unanswered(transfer)
    answers.settle(actor, transfer, TransferState.WITHDRAWN, why)
    referral.open_transfers -= 1
    said = f"Offer to {transfer.to_name} withdrawn"
    timeline.add(actor, referral, ONWARD, said)
    timescales.cancel(subject_of_offer(transfer), "onward_acceptance", said)
    answers.owe_next_offer(actor, referral)
    trail.record(actor, referral, Action.TRANSFER_WITHDRAWN, key=transfer.key)
    if transfer.to_email:
        links.end(transfer)
        notifications.queue(
            "transfers/link_withdrawn",
            transfer.to_email,
            organisation_id=None,
            reference=referral.reference,
            has_account=False,
        )
    else:
        _tell_receiver(referral, transfer, "transfers/withdrawn")


def withdraw_all(actor: Author, referral: Referral, why: str, organisation_id: int | None = None) -> None:
    """Take back every offer that waits for an answer, because of what happened to `referral`.

    Those to one organisation alone where `organisation_id` is given.
    """
    for each in queries.offers_of(actor, referral):
        if may_answer(each.state) and organisation_id in (None, each.to_organisation_id):
            withdraw(actor, referral, each, why)


def follow_consent(by: Author, referral: Referral, *, is_agreed: bool, why: str) -> None:
    """Let the time to offer the family to the next service end with `why` without its agreement, and run with it."""
    if is_agreed:
        answers.owe_next_offer(by, referral)
        return
    timescales.cancel(subject_of(referral), "onward_offer", why)
    keep_next_due(referral)


def renew(actor: Actor, referral: Referral, transfer: Transfer) -> None:
    """Send a new link to a service without an account; the ones before it open nothing any more.

    Raises SomeoneWasFirstError when it has answered, OfferRefusedError while the family does not agree.
    """
    _require_handing_over(actor, referral)
    answers.require_unanswered(transfer)
    require_consent(actor, referral)
    links.send(referral, transfer)
    timeline.add(actor, referral, ONWARD, f"A new link was sent to {transfer.to_name}", audience=Audience.OPERATOR)
    trail.record(actor, referral, Action.TRANSFER_RENEWED, key=transfer.key)


def chase(actor: Actor, referral: Referral, transfer: Transfer, reached: str) -> None:
    """Record that the receiver was asked again, and whom KSAF `reached`: the next time to confirm runs from now.

    Raises SomeoneWasFirstError when it has been answered.
    """
    _require_handing_over(actor, referral)
    answers.require_unanswered(transfer)
    said = f"{transfer.to_name} asked again for its answer"
    timeline.add(actor, referral, ONWARD, said, reached, audience=Audience.OPERATOR)
    timescales.meet(subject_of_offer(transfer), "onward_acceptance", said)
    answers.owe("onward_acceptance", subject_of_offer(transfer), referral)
    trail.record(actor, referral, Action.TRANSFER_CHASED, key=transfer.key)


def override(actor: Actor, referral: Referral, why: str) -> None:
    """Let the referral close without a confirmed acceptance, on a manager's word; that stays said.

    Raises SomeoneWasFirstError when a manager has done so already, or the referral is not with another service.
    """
    _require_handing_over(actor, referral)
    if referral.acceptance_overridden_at:
        raise SomeoneWasFirstError(f"{referral.acceptance_overridden_by_name} has done this already.")
    referral.acceptance_overridden_at, referral.acceptance_overridden_by_name = clock.now(), actor.name
    referral.acceptance_overridden_why = why
    timeline.add(actor, referral, ONWARD, "A manager lets this close without a confirmed acceptance")
    trail.record(actor, referral, Action.ACCEPTANCE_OVERRIDDEN)


def accept(actor: Actor, transfer: Transfer) -> str:
    """Accept a family for the actor's organisation, which reads the referral from now on; return its reference.

    Raises what `answers.accept` raises.
    """
    with as_system(db.session()):  # the receiver is no party yet: the referral's row and deadlines are not its own
        referral = answers.accept(actor, transfer)
        _open_to(actor, referral, f"{transfer.to_name} accepted the family")
        trail.record(actor, referral, Action.TRANSFER_ACCEPTED, key=transfer.key)
        db.session().flush()
        return referral.reference


def decline(actor: Actor, transfer: Transfer, why: str) -> None:
    """Decline a family with reasons for KSAF: who has the referral is prompted, and owes another offer if none waits.

    Raises what `answers.decline` raises.
    """
    with as_system(db.session()):  # as in accept
        referral = answers.decline(actor, transfer, why)
        trail.record(actor, referral, Action.TRANSFER_DECLINED, key=transfer.key)
        db.session().flush()


def is_agreed(actor: Actor, transfer: Transfer) -> bool:
    """Say whether the family still agrees to an offer made to the actor's organisation."""
    with as_system(db.session()):  # as in accept: the ledger is not the receiver's to read
        return consent.in_force(actor, transfer.referral_id, SHARING_PURPOSE) is not None


def is_open_to(actor: Actor, transfer: Transfer) -> bool:
    """Say whether the referral of an offer that the actor's organisation accepted is still open to it."""
    parties = select(ReferralParty.id).where(
        col(ReferralParty.referral_id) == transfer.referral_id,
        col(ReferralParty.organisation_id) == actor.organisation_id,
        ReferralParty.is_live(clock.now()),
    )
    return db.session().scalars(parties).first() is not None


def require_consent(actor: Actor, referral: Referral) -> ConsentEvent:
    """Return the family's agreement that KSAF may share with others. Raises OfferRefusedError, saying why, without."""
    agreed = consent.in_force(actor, referral.id or 0, SHARING_PURPOSE)
    if agreed is None:
        raise OfferRefusedError(NO_CONSENT)
    return agreed


def _require_may_reach(actor: Actor, referral: Referral, to: Organisation | Outside) -> None:
    """Refuse a receiver that the family did not agree to, or not since the child moved there, or that is kept."""
    agreed = require_consent(actor, referral)
    if not isinstance(to, Outside) and to.key in sharing.not_with(actor, referral):
        raise OfferRefusedError(NOT_WITH_THEM)
    # Whoever sent the referral reads to whom it is offered.
    if moved.is_kept_from_sender(referral, to.id, to.name):
        raise OfferRefusedError(KEPT)
    move = moved.to_school(referral, to.id, to.name)
    if move and agreed.recorded_at < move.recorded_at:
        raise OfferRefusedError(moved.ASK_AGAIN)


def _require_handing_over(actor: Actor, referral: Referral) -> None:
    if referral.state is not State.HANDING_OVER:
        raise SomeoneWasFirstError(said_now(referral.state, is_operator=actor.is_operator))


def _open_to(actor: Actor, referral: Referral, said: str) -> None:
    db.session().add(
        ReferralParty(
            referral_id=referral.id or 0,
            owner_organisation_id=referral.organisation_id,
            organisation_id=actor.organisation_id,
            role=PartyRole.SHARED,
            scope=Scope.UPDATES,  # what was ticked stays on the offer; the rest of the referral was never offered
            ground=Ground.CONSENT,
            basis=f"{said} on {date_only(today())}.",
            valid_from=clock.now(),
        )
    )


def _tell_receiver(referral: Referral, transfer: Transfer, template: str) -> None:
    """Mail whoever answers for the receiving organisation, with the reference and a link."""
    receiver = transfer.to_organisation_id or 0
    for member in staff_of(receiver).on_whom(None):
        notifications.queue(
            template, member.email, organisation_id=receiver, reference=referral.reference, key=transfer.key
        )
