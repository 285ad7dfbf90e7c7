"""Showing a referral to another organisation: how far, on what basis, until when; and ending that again.

DOMAIN: Early Help and other partners see a referral only where a live, recorded basis lets them, and only as far as it
says. The new school of a child who has moved is one of them: it sees nothing until somebody shares with it.
"""

from dataclasses import dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor, Author
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.audit.actions import Action
from portal.consent import queries as consent
from portal.consent.models import Position
from portal.consent.statements import POSITION_WORDS
from portal.organisations.models import Organisation
from portal.organisations.queries import partners
from portal.referrals import telling, timeline, trail
from portal.referrals.models import Audience, Referral, TimelineEntry
from portal.referrals.queries import get_referral
from portal.referrals.sharing.rules import LONGEST, PURPOSE, SCOPE_WORDS
from portal.tenancy import as_system
from portal.web.dates import date_only
from portal.web.errors import SomeoneWasFirstError


class SharingRefusedError(Exception):
    """A rule of sharing forbids it; the message says which, to the person who tried."""


@dataclass(frozen=True)
class Terms:
    """On which terms an organisation is let in: how far, why in words that every party reads, and for how long."""

    scope: Scope
    why: str
    months: str


def agreed(actor: Actor, referral: Referral) -> consent.LedgerLine | None:
    """Return where the family's agreement to sharing with others stands, if they were asked; it may not permit it."""
    standing = consent.standing(actor, referral.id or 0)
    return next((line for line in standing if line.purpose == PURPOSE), None)


def is_refused(actor: Actor, referral: Referral) -> bool:
    """Say whether the family was asked about sharing with others and does not agree, or no longer does."""
    standing = consent.standing(actor, referral.id or 0)
    refusing = {POSITION_WORDS[Position.REFUSED], POSITION_WORDS[Position.WITHDRAWN]}
    return any(line.purpose == PURPOSE and line.position in refusing for line in standing)


def candidates(actor: Actor, referral: Referral) -> list[Organisation]:
    """Return the partners that do not see `referral` yet and have accepted the data-sharing terms, by name."""
    already = {party.organisation_id for party in live_parties(referral)}
    return [each for each in partners(actor) if each.id not in already]


def share(actor: Actor, referral: Referral, organisation: Organisation, terms: Terms) -> ReferralParty:
    """Let `organisation` see `referral` on `terms` and tell it so; return its place at the table.

    Raises SharingRefusedError where the family has not agreed to it, SomeoneWasFirstError where it sees it already.
    """
    line = agreed(actor, referral)
    if line is None or not line.permits:
        raise SharingRefusedError("The family has not agreed to sharing with others, so this cannot be shared.")
    if any(party.organisation_id == organisation.id for party in live_parties(referral)):
        raise SomeoneWasFirstError(f"{organisation.name} can see this referral already.")
    now = clock.now()
    party = ReferralParty(
        referral_id=referral.id or 0,
        owner_organisation_id=referral.organisation_id,
        organisation_id=organisation.id or 0,
        role=PartyRole.SHARED,
        scope=terms.scope,
        ground=Ground.CONSENT,
        basis=f"The family agreed on {date_only(line.effective_on or line.recorded_at)}. {terms.why}",
        let_in_by_name=actor.name,
        valid_from=now,
        valid_to=now + LONGEST[terms.months],
    )
    # Who is let in is the owner's to say, or KSAF's for it.
    with as_system(db.session()):
        db.session().add(party)
    title = f"Shared with {organisation.name}: {SCOPE_WORDS[terms.scope]}"
    timeline.add(actor, referral, "shared", title, terms.why)
    trail.record(actor, referral, Action.REFERRAL_SHARED, organisation=organisation.key, scope=terms.scope.value)
    telling.organisation(referral, organisation.id or 0, "referrals/shared")
    return party


def stop(actor: Actor, referral: Referral, organisation_key: str) -> str:
    """End the sharing with an organisation now, and return its name. Raises SomeoneWasFirstError where it has ended."""
    with as_system(db.session()):
        named = select(Organisation).where(col(Organisation.key) == organisation_key)
        organisation = db.session().scalars(named).first()
    shared = [
        party
        for party in live_parties(referral)
        if organisation and party.organisation_id == organisation.id and party.role is PartyRole.SHARED
    ]
    if organisation is None or not shared:
        raise SomeoneWasFirstError("This is no longer shared with that organisation.")
    _end(actor, referral, organisation, shared)
    return organisation.name


def end_consented(by: Author, referral: Referral) -> list[str]:
    """End now every sharing that rests on the family's consent; what rests on another ground goes on.

    Each organisation is told that it ended, and not why. Returns their names.
    """
    ended: dict[int, list[ReferralParty]] = {}
    for party in live_parties(referral):
        if party.role is PartyRole.SHARED and party.ground is Ground.CONSENT:
            ended.setdefault(party.organisation_id, []).append(party)
    with as_system(db.session()):
        named = select(Organisation).where(col(Organisation.id).in_(ended)).order_by(col(Organisation.name))
        organisations = list(db.session().scalars(named).all())
    for organisation in organisations:
        _end(by, referral, organisation, ended[organisation.id or 0])
        telling.sharing_ended(referral, organisation.id or 0)
    return [each.name for each in organisations]


def _end(by: Author, referral: Referral, organisation: Organisation, parties: list[ReferralParty]) -> None:
    with as_system(db.session()):
        for party in parties:
            party.valid_to = clock.now()
    timeline.add(by, referral, "shared", f"No longer shared with {organisation.name}")
    trail.record(by, referral, Action.SHARING_ENDED, organisation=organisation.key)


def get_shared_referral(actor: Actor, reference: str) -> Referral | None:
    """Return the referral if it is shared with `actor`'s organisation beyond its status, so that it may add to it."""
    referral = get_referral(actor, reference)
    if referral is None:
        return None
    beyond = (Scope.UPDATES, Scope.ALL)
    mine = [party for party in live_parties(referral) if party.organisation_id == actor.organisation_id]
    return referral if any(party.role is PartyRole.SHARED and party.scope in beyond for party in mine) else None


def add_context(actor: Actor, referral: Referral, text: str) -> TimelineEntry:
    """Give KSAF what an organisation that looks on knows, for KSAF and its author alone; return the entry."""
    entry = timeline.add(
        actor, referral, "context", f"Context from {actor.organisation_name}", text, audience=Audience.OPERATOR
    )
    trail.record(actor, referral, Action.CONTEXT_ADDED)
    telling.operator(referral, "referrals/context")
    return entry


def live_parties(referral: Referral) -> list[ReferralParty]:
    """Return the parties that let their organisations see `referral` now."""
    session = db.session()
    at_the_table = select(ReferralParty).where(
        col(ReferralParty.referral_id) == referral.id, ReferralParty.is_live(clock.now())
    )
    # Whoever sees the referral may know who else does; record.seers shows the same.
    with as_system(session):
        return list(session.scalars(at_the_table).all())
