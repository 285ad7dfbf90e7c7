"""The link of an offer to a service without an account: sent, renewed, ended, found again, and the answer it takes.

Nobody is signed in behind a link. Looking it up is the only thing done across organisations; what an answer changes it
changes as the organisation that sent the referral, and so within that one's rows alone.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select, update

from portal import clock, crypto, db
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.notifications import service as notifications
from portal.referrals import sender, trail
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.tenancy import as_system, enter
from portal.transfers import answers
from portal.transfers.models import Handover, Transfer
from portal.transfers.rules import LinkState, link_state, may_answer

LIVES = timedelta(days=14)  # ours: as long as a parent's link; KSAF asks again every five working days and can renew it
_PURPOSE = "handover"


@dataclass(frozen=True)
class Link:
    """A link somebody has opened: what it opens, its row, and the offer behind it."""

    state: LinkState
    handover: Handover
    transfer: Transfer
    reference: str
    host_id: int
    """The organisation whose rows its visitor works on: `sender.side`."""


@dataclass(frozen=True)
class Guest:
    """Somebody without an account who speaks for a service, and works on the rows of the offer's owner."""

    name: str
    organisation_name: str
    organisation_id: int
    user_id: None = None


@dataclass(frozen=True)
class Acceptance:
    """Who accepts, as what, and who of the service will contact the family."""

    name: str
    role: str
    contact: str


def send(referral: Referral, transfer: Transfer) -> None:
    """Send a fresh link to the service's e-mail; every one before it ends."""
    end(transfer)
    key, now = secrets.token_urlsafe(24), clock.now()
    made = Handover(
        organisation_id=transfer.organisation_id,
        referral_id=transfer.referral_id,
        transfer_id=transfer.id or 0,
        key_hash=hashed(key),
        sent_at=now,
        expires_at=now + LIVES,
    )
    db.session().add(made)
    db.session().flush()
    notifications.queue(
        "transfers/handover",
        transfer.to_email or "",
        organisation_id=None,
        reference=referral.reference,
        has_account=False,
        path=f"/handover/{crypto.sign(_PURPOSE, key)}",
        until=made.expires_at,
    )


def end(transfer: Transfer) -> None:
    """End every link to the offer: they open nothing from now on."""
    running = update(Handover).where(col(Handover.transfer_id) == transfer.id, col(Handover.ended_at).is_(None))
    db.changed(db.session(), running.values(ended_at=clock.now()))


def newest(transfer: Transfer) -> Handover | None:
    """Return the newest link of an offer that the session has loaded, or None where it was made on the portal."""
    sent = select(Handover).where(col(Handover.transfer_id) == transfer.id).order_by(col(Handover.id).desc())
    return db.session().scalars(sent.limit(1)).first()


def find(token: str) -> Link | None:
    """Return what the link of `token` leads to and enter the rows of that offer's owner; None when it is none of ours.

    Only an open one may be shown or answered.
    """
    key, session = crypto.unsign(_PURPOSE, token), db.session()
    if key is None:
        return None
    wanted = (
        select(Handover, Transfer, Referral)
        .join(Transfer, col(Transfer.id) == col(Handover.transfer_id))
        .join(Referral, col(Referral.id) == col(Handover.referral_id))
        .where(Handover.key_hash == hashed(key))
    )
    with as_system(session):  # to find the offer behind a link: nobody is signed in, and its key is all there is
        found = session.execute(wanted).first()
    if found is None:
        return None
    handover, transfer, referral = found
    state, reference, host_id = referral.state, referral.reference, sender.side(referral)
    enter(session, host_id)
    opens = link_state(
        is_running=handover.ended_at is None and handover.expires_at > clock.now(),
        is_answered=handover.answered_at is not None,
        is_awaited=may_answer(transfer.state) and state is State.HANDING_OVER,
        wrong_codes=handover.wrong_codes,
    )
    return Link(opens, handover, transfer, reference, host_id)


def guest_of(link: Link, name: str) -> Guest:
    """Return whoever answers through `link` under this name."""
    return Guest(name, link.transfer.to_name, link.host_id)


def note_view(link: Link) -> None:
    """Record that what is handed over was shown to somebody who has proved the address of `link`."""
    offered = link.transfer
    audit.append(
        link.host_id,
        Action.TRANSFER_VIEWED,
        subject=("transfer", offered.id),
        actor_id=None,
        owner_id=offered.organisation_id,
        detail={"reference": link.reference, "key": offered.key},
    )


def accept(link: Link, given: Acceptance) -> None:
    """Accept the family for the service behind an open link, which is spent with it.

    Raises what `answers.accept` raises, and SomeoneWasFirstError when the link ended meanwhile.
    """
    guest, transfer = guest_of(link, given.name), _reloaded(link)
    referral = answers.accept(guest, transfer, f"{given.contact} will contact the family.")
    transfer.answered_by_role, transfer.family_contact = given.role, given.contact
    _spend(link)
    trail.record(guest, referral, Action.TRANSFER_ACCEPTED, key=transfer.key)


def decline(link: Link, name: str, why: str) -> None:
    """Decline the family for the service behind an open link, which is spent with it.

    Raises what `answers.decline` raises, and SomeoneWasFirstError when the link ended meanwhile.
    """
    guest, transfer = guest_of(link, name), _reloaded(link)
    referral = answers.decline(guest, transfer, why)
    _spend(link)
    trail.record(guest, referral, Action.TRANSFER_DECLINED, key=transfer.key)


def hashed(key: str) -> str:
    """Return what the table keeps of a random key."""
    return hashlib.sha256(key.encode()).hexdigest()


def _reloaded(link: Link) -> Transfer:
    """Return the offer, loaded for the organisation that the session has entered."""
    return db.session().scalars(select(Transfer).where(col(Transfer.id) == link.transfer.id)).one()


def _spend(link: Link) -> None:
    unused = update(Handover).where(
        col(Handover.id) == link.handover.id, col(Handover.answered_at).is_(None), col(Handover.ended_at).is_(None)
    )
    if db.changed(db.session(), unused.values(answered_at=clock.now())) != 1:
        raise answers.SomeoneWasFirstError("KSAF has sent you a newer link. Open that one.")
