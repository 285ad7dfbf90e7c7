"""Showing a referral to another organisation: how far, on what basis, until when; and ending that again.

DOMAIN: Early Help and other partners see a referral only where a live, recorded basis lets them, and only as far as it
says. The new school of a child who has moved is one of them: it sees nothing until somebody shares with it, on an
agreement that the family gave after the move.
"""

from dataclasses import dataclass, field
from datetime import datetime

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
from portal.referrals.sharing import moved
from portal.referrals.sharing.rules import LONGEST, ONE, PURPOSE, SCOPE_WORDS, is_whole
from portal.tenancy import as_system
from portal.timescales import news
from portal.timescales.news import News
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
    parts: dict[str, str] = field(default_factory=dict[str, str])
    """Each part of a need to know that is opened, with the reason, which is KSAF's to read."""


def agreed(actor: Actor, referral: Referral) -> consent.LedgerLine | None:
    """Return where the family's agreement to sharing with others stands, if they were asked; it may not permit it."""
    standing = consent.standing(actor, referral.id or 0)
    return next((line for line in standing if line.purpose == PURPOSE), None)


def is_refused(actor: Actor, referral: Referral) -> bool:
    """Say whether the family was asked about sharing with others and does not agree, or no longer does."""
    standing = consent.standing(actor, referral.id or 0)
    refusing = {POSITION_WORDS[Position.REFUSED], POSITION_WORDS[Position.WITHDRAWN]}
    return any(line.purpose == PURPOSE and line.position in refusing for line in standing)


def not_with(actor: Author, referral: Referral) -> dict[str, str]:
    """Return with which organisations alone the family does not agree to sharing: the key of each to its name."""
    standing = consent.standing(actor, referral.id or 0)
    return {
        line.purpose.removeprefix(ONE): line.to_whom
        for line in standing
        if line.purpose.startswith(ONE) and not line.permits
    }


def candidates(actor: Actor, referral: Referral) -> list[Organisation]:
    """Return the partners that do not see `referral` yet and have accepted the data-sharing terms, by name."""
    already = {party.organisation_id for party in live_parties(referral)}
    return [each for each in partners(actor) if each.id not in already]


def share(actor: Actor, referral: Referral, organisation: Organisation, terms: Terms) -> ReferralParty:
    """Let `organisation` see `referral` on `terms` and tell it so; return its place at the table.

    Raises SharingRefusedError where the family has not agreed to it, SomeoneWasFirstError where it sees it already.
    """
    line = _require_agreed(actor, referral, organisation.key)
    move = moved.to_school(referral, organisation.id, organisation.name)
    if move and line.recorded_at < move.recorded_at:
        raise SharingRefusedError(moved.ASK_AGAIN)
    is_kept = moved.is_kept_from_sender(referral, organisation.id, organisation.name)
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
        parts=terms.parts,
        is_whole=is_whole(terms.scope, terms.parts),
        is_kept_from_sender=is_kept,
        valid_from=now,
        valid_to=now + LONGEST[terms.months],
    )
    # Who is let in is the owner's to say, or KSAF's for it.
    with as_system(db.session()):
        db.session().add(party)
    moved.note_shared(referral, party, organisation.name, actor.name)
    title = f"Shared with {organisation.name}: {SCOPE_WORDS[terms.scope]}"
    timeline.add(actor, referral, "shared", title, terms.why, audience=_audience(is_kept=is_kept))
    trail.record(actor, referral, Action.REFERRAL_SHARED, organisation=organisation.key, scope=terms.scope.value)
    telling.organisation(referral, organisation.id or 0, "referrals/shared")
    return party


def shared_with(referral: Referral, organisation_key: str) -> tuple[Organisation, list[ReferralParty]]:
    """Return an organisation that `referral` is shared with now, and what lets it in.

    Raises SomeoneWasFirstError where that has ended, or never was.
    """
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
    return organisation, shared


def extend(actor: Actor, referral: Referral, organisation_key: str, months: str, why: str) -> tuple[str, datetime]:
    """Let an organisation see `referral` for `months` more, from now, and return its name and the new end.

    Raises SomeoneWasFirstError where it has ended, SharingRefusedError where the family no longer agrees, or where it
    rests on protecting the child: that takes a decision that a manager authorises again.
    """
    organisation, shared = shared_with(referral, organisation_key)
    if any(party.ground is Ground.PROTECTION for party in shared):
        raise SharingRefusedError("This rests on a decision without consent. Decide again, so that a manager reads it.")
    _require_agreed(actor, referral, organisation_key)
    until = clock.now() + LONGEST[months]
    with as_system(db.session()):
        for party in shared:
            party.valid_to, party.reminded_at = until, None
    _settle_reminder(referral, f"Extended to {date_only(until)}")
    timeline.add(actor, referral, "shared", f"Shared longer with {organisation.name}", why, audience=Audience.OPERATOR)
    trail.record(actor, referral, Action.SHARING_EXTENDED, organisation=organisation.key, until=until.isoformat())
    return organisation.name, until


def stop(actor: Actor, referral: Referral, organisation_key: str) -> str:
    """End the sharing with an organisation now, and return its name. Raises SomeoneWasFirstError where it has ended."""
    organisation, shared = shared_with(referral, organisation_key)
    _end(actor, referral, organisation, shared)
    return organisation.name


def end_consented(by: Author, referral: Referral) -> list[str]:
    """End now every sharing that rests on the family's consent; what rests on another ground goes on.

    Each organisation is told that it ended, and not why. Returns their names.
    """
    return _end_each(by, referral, consented(referral))


def end_consented_with(by: Author, referral: Referral, key: str) -> list[str]:
    """End as `end_consented` what rests on consent with the organisation `key` alone."""
    return _end_each(by, referral, [each for each in consented(referral) if each.key == key])


def consented(referral: Referral) -> list[Organisation]:
    """Return the organisations that see `referral` because the family agreed, by name."""
    theirs = [party.organisation_id for party in live_parties(referral) if _rests_on_consent(party)]
    with as_system(db.session()):
        named = select(Organisation).where(col(Organisation.id).in_(theirs)).order_by(col(Organisation.name))
        return list(db.session().scalars(named).all())


def _end_each(by: Author, referral: Referral, organisations: list[Organisation]) -> list[str]:
    parties = [party for party in live_parties(referral) if _rests_on_consent(party)]
    for each in organisations:
        _end(by, referral, each, [party for party in parties if party.organisation_id == each.id])
        telling.sharing_ended(referral, each.id or 0)
    return [each.name for each in organisations]


def _rests_on_consent(party: ReferralParty) -> bool:
    return party.role is PartyRole.SHARED and party.ground is Ground.CONSENT


def _end(by: Author, referral: Referral, organisation: Organisation, parties: list[ReferralParty]) -> None:
    with as_system(db.session()):
        for party in parties:
            party.valid_to = clock.now()
    _settle_reminder(referral, "The sharing has ended")
    # Who was let in to protect the child is nobody's to know who only looks on (`seats`).
    is_kept = any(party.is_kept_from_sender or party.ground is Ground.PROTECTION for party in parties)
    said = f"No longer shared with {organisation.name}"
    timeline.add(by, referral, "shared", said, audience=_audience(is_kept=is_kept))
    trail.record(by, referral, Action.SHARING_ENDED, organisation=organisation.key)


def _audience(*, is_kept: bool) -> Audience:
    """Return who reads of a sharing on the timeline: all, or KSAF alone where it is kept from somebody who reads it."""
    return Audience.OPERATOR if is_kept else Audience.EVERYONE


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


def _settle_reminder(referral: Referral, why: str) -> None:
    """Close the reminder that a sharing ends, unless another one of this referral still does."""
    if not any(party.reminded_at for party in live_parties(referral)):
        news.settle(News.SHARING_ENDS, referral.reference, why)


def _require_agreed(actor: Actor, referral: Referral, organisation_key: str) -> consent.LedgerLine:
    line = agreed(actor, referral)
    if name := not_with(actor, referral).get(organisation_key):
        raise SharingRefusedError(f"The family does not agree that KSAF shares with {name}.")
    if line is None or not line.permits:
        raise SharingRefusedError("The family has not agreed to sharing with others, so this cannot be shared.")
    return line


def live_parties(referral: Referral) -> list[ReferralParty]:
    """Return the parties that let their organisations see `referral` now."""
    session = db.session()
    at_the_table = select(ReferralParty).where(
        col(ReferralParty.referral_id) == referral.id, ReferralParty.is_live(clock.now())
    )
    # Whoever sees the referral may know who else does; record.seers shows the same.
    with as_system(session):
        return list(session.scalars(at_the_table).all())
