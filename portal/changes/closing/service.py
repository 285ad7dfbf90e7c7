"""The verbs: closing an organisation, all in one transaction, and opening it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import update
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.accounts import sessions
from portal.accounts.models import Invitation, Membership
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.changes import access, disagreements
from portal.changes.closing import queries
from portal.changes.closing.queries import Has, Holding
from portal.notifications import service as notifications
from portal.organisations import changing
from portal.organisations.models import ChangeKind, Organisation
from portal.referrals import telling
from portal.referrals.models import Referral
from portal.referrals.sharing import service as sharing
from portal.tenancy import as_system
from portal.timescales import news
from portal.timescales.models import Prompt
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.transfers import service as transfers
from portal.web.errors import SomeoneWasFirstError

WHY = "The organisation has closed."


@dataclass(frozen=True)
class Left:
    """What a closed organisation left: open referrals that are KSAF's alone now, and how many people it had."""

    referrals: int
    people: int


def close(actor: Actor, organisation: Organisation, reason: str, since: date) -> Left:
    """Close an organisation: its people, what it sees, what it was offered and what hangs on it, here and now.

    Nothing is deleted. Its open referrals stay with KSAF, whose managers are prompted for each. Raises
    SomeoneWasFirstError where it is closed already.
    """
    _lock(organisation, is_active=True, otherwise=f"{organisation.name} is closed already.")
    has = queries.holding(organisation)
    # First the people: nobody there is told by mail of what they can open no more.
    people = _end_people(actor, organisation)
    _end_shares(actor, organisation, has)
    _leave_referrals(actor, has)
    disagreements.leave(organisation.id or 0, WHY)
    organisation.active = False
    changing.keep(actor, organisation, ChangeKind.CLOSED, since, reason=reason)
    audit.record(
        actor,
        Action.ORGANISATION_CLOSED,
        subject=("organisation", organisation.id),
        owner_id=organisation.id,
        since=since.isoformat(),
        referrals=len(has.of(Has.REFERRAL)),
        shares=len(has.of(Has.SHARED)),
        offers=len(has.of(Has.OFFER)),
        people=people,
    )
    return Left(len(has.of(Has.REFERRAL)), people)


def open_again(actor: Actor, organisation: Organisation, reason: str, since: date) -> None:
    """Open a closed organisation again: it can be invited to and referred to; what had ended stays ended.

    Raises SomeoneWasFirstError where it is open.
    """
    _lock(organisation, is_active=False, otherwise=f"{organisation.name} is open already.")
    organisation.active = True
    changing.keep(actor, organisation, ChangeKind.OPENED, since, reason=reason)
    about = ("organisation", organisation.id)
    audit.record(actor, Action.ORGANISATION_OPENED, subject=about, owner_id=organisation.id, since=since.isoformat())


def _lock(organisation: Organisation, *, is_active: bool, otherwise: str) -> None:
    """Take the organisation's row, so that of two who close it at once one finds it closed."""
    row = select(Organisation).where(col(Organisation.id) == organisation.id).with_for_update()
    db.session().scalars(row, execution_options={"populate_existing": True}).one()
    if organisation.active is not is_active:
        raise SomeoneWasFirstError(otherwise)


def _end_people(actor: Actor, organisation: Organisation) -> int:
    """End memberships, sessions, invitations and prompts there; return how many people it had."""
    session, now = db.session(), clock.now()
    here = col(Membership.organisation_id) == organisation.id
    with as_system(session):  # the rows are the other organisation's own
        live = session.scalars(select(Membership).where(here, col(Membership.ended_at).is_(None))).all()
        for each in live:
            each.ended_at = now
            sessions.end_in_organisation(each.user_id, each.organisation_id)
            told = {"user_id": each.user_id, "role": each.role.value}
            about = ("membership", each.id)
            audit.record(actor, Action.MEMBERSHIP_ENDED, subject=about, owner_id=organisation.id, **told)
        unused = update(Invitation).where(
            col(Invitation.organisation_id) == organisation.id,
            col(Invitation.used_at).is_(None),
            col(Invitation.cancelled_at).is_(None),
        )
        session.execute(unused.values(cancelled_at=now))
        waiting = update(Prompt).where(col(Prompt.organisation_id) == organisation.id, col(Prompt.closed_at).is_(None))
        session.execute(waiting.values(closed_at=now, evidence=WHY))
    return len(live)


def _end_shares(actor: Actor, organisation: Organisation, has: Holding) -> None:
    """End what was shared with it, take back what was offered to it, and say so to whoever has each referral."""
    shared, offered, asked = (set(has.of(kind)) for kind in (Has.SHARED, Has.OFFER, Has.QUESTION))
    for referral in _loaded(shared | offered | asked):
        if referral.reference in shared:
            sharing.stop(actor, referral, organisation.key)
        transfers.withdraw_all(actor, referral, WHY, organisation.id)
        telling.prompt_operator(referral, News.PARTNER_CLOSED)


def _leave_referrals(actor: Actor, has: Holding) -> None:
    """Leave its open referrals with KSAF: managers and whoever has each are prompted, managers mailed once."""
    ksaf, references = actor.organisation_id, has.of(Has.REFERRAL)
    managers = staff_of(ksaf).managers()
    for referral in _loaded(references):
        access.set_end(referral, clock.now())
        access.let_go(actor, referral)
        news.tell(News.SENDER_CLOSED, referral.reference, managers, organisation_id=ksaf)
        telling.prompt_operator(referral, News.SENDER_CLOSED)
    for member in managers if references else ():
        one = references[0] if len(references) == 1 else None
        notifications.queue(
            "changes/sender_closed", member.email, organisation_id=ksaf, reference=one, references=references
        )


def _loaded(references: Iterable[str]) -> list[Referral]:
    """Return these referrals, locked in one order, as KSAF has them."""
    wanted = select(Referral).where(col(Referral.reference).in_(list(references)))
    return list(db.session().scalars(wanted.order_by(col(Referral.id)).with_for_update()).all())
