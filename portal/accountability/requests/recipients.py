"""Who was given a part of a record: those who read it on the portal, or did, other services, the authorities."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import PartyRole, ReferralParty, Scope
from portal.organisations.models import Organisation
from portal.referrals.corrections.models import Corrected
from portal.referrals.models import Referral
from portal.tenancy import as_system
from portal.transfers.models import Transfer
from portal.transfers.statutory.models import StatutoryReferral


@dataclass(frozen=True)
class Recipient:
    """Somebody who was given it. `organisation_id` where they read it on the portal now, so that it can tell them."""

    name: str
    organisation_id: int | None = None


def of(actor: Actor, referral: Referral, part: Corrected) -> list[Recipient]:
    """Return who but KSAF was given `part` of a referral that `actor` of KSAF has loaded, each name once."""
    del actor
    if part is Corrected.INTERNAL:
        return []
    found = [*_parties(referral, part), *_services(referral)]
    named = {each.name: each for each in reversed(found)}  # the first of a name counts: those on the portal
    return list(reversed(named.values()))


def _parties(referral: Referral, part: Corrected) -> list[Recipient]:
    """Return the organisations that see, or saw, as much of the referral; those that do now first."""
    asked = (
        select(ReferralParty, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(ReferralParty.organisation_id))
        .where(col(ReferralParty.referral_id) == referral.id, col(ReferralParty.role) != PartyRole.OPERATOR)
        .order_by(col(ReferralParty.id))
    )
    now, live, over = clock.now(), list[Recipient](), list[Recipient]()
    with as_system(db.session()):  # as in record.seers: KSAF has loaded the referral, whose parties are these
        rows = db.session().execute(asked).all()
    for party, name in rows:
        if not _was_given(party, part):
            continue
        is_live = party.valid_from <= now and (party.valid_to is None or party.valid_to > now)
        (live if is_live else over).append(Recipient(name, party.organisation_id if is_live else None))
    return [*live, *over]


def _was_given(party: ReferralParty, part: Corrected) -> bool:
    if party.role is PartyRole.OWNER:
        return True
    return party.scope is Scope.ALL and (part is Corrected.REFERRAL or part.value in (party.parts or {}))


def _services(referral: Referral) -> list[Recipient]:
    offered = select(Transfer.to_name).where(col(Transfer.referral_id) == referral.id).order_by(col(Transfer.id))
    told = select(StatutoryReferral.to_name).where(col(StatutoryReferral.referral_id) == referral.id)
    told = told.order_by(col(StatutoryReferral.id))
    return [Recipient(name) for asked in (offered, told) for name in db.session().scalars(asked).all()]
