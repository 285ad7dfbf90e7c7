"""Who can be invited to a review, what they are sent, and who may read where it is.

The place may be a family's home: it stands on the page of the review alone, and there for KSAF and those invited.
"""

from collections.abc import Iterable
from datetime import timedelta

from portal import clock
from portal.access.actor import Actor
from portal.access.models import PartyRole, Scope
from portal.cases.family_consent import Agreed
from portal.cases.models import CaseReview, SupportCase
from portal.cases.queries import Supported
from portal.notifications import service as notifications
from portal.notifications.meetings import Meeting
from portal.referrals import lifecycle, record, sender
from portal.referrals.models import Referral
from portal.referrals.queries import concerns
from portal.timescales.recipients import Member, staff_of

REFERRER, CASE_MANAGER, PRACTITIONER = "referrer", "case_manager", "practitioner"
_ORGANISATION = "organisation:"


def can_be_invited(actor: Actor, found: Supported, held: Agreed) -> dict[str, str]:
    """Return the named contacts who can be invited, by key, in words: the referrer only where the family agrees.

    Whoever sent the referral does not read an organisation that is kept from it: where a child has gone.
    """
    referral = found.referral
    people: dict[str, str] = {}
    if held.to_updates and sender.sees(referral):
        named = f" (their named contact: {referral.contact_name})" if referral.contact_name else ""
        people[REFERRER] = f"Whoever sent the referral{named}"
    people[CASE_MANAGER] = f"{referral.case_manager_name or 'Whoever is named as'}, KSAF case manager"
    people[PRACTITIONER] = f"{referral.practitioner_name or 'Whoever is named as'}, KSAF family outreach practitioner"
    is_sender = actor.organisation_id == referral.organisation_id
    for seer in record.seers(actor, referral):
        if is_sender and seer.party.is_kept_from_sender:
            continue
        if seer.party.role is PartyRole.SHARED and seer.party.scope is not Scope.STATUS:
            people[f"{_ORGANISATION}{seer.party.organisation_id}"] = seer.organisation
    return people


def place_for(actor: Actor, referral: Referral, row: CaseReview) -> str:
    """Return where the review is, for KSAF and the organisations that are invited; empty for everybody else."""
    key = REFERRER if concerns(actor, referral) else f"{_ORGANISATION}{actor.organisation_id}"
    return (row.place or "") if actor.is_operator or key in (row.invited or ()) else ""


def mail(
    template: str,
    referral: Referral,
    case: SupportCase,
    row: CaseReview,
    keys: Iterable[str],
    *,
    is_cancelled: bool = False,
) -> None:
    """Queue `template`, with the meeting's calendar file, to the people behind `keys`, each address once."""
    starts = row.planned_for or clock.now()
    meeting = Meeting(
        key=f"review-{case.id}-{referral.reference}",
        sequence=row.sequence,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=row.minutes or 0),
        path=f"referrals/{referral.reference}/review",
        is_cancelled=is_cancelled,
    )
    told = {member.email: home for key in keys for home, member in _people(referral, case, key)}
    for address, home in told.items():
        notifications.queue(
            template, address, organisation_id=home, reference=referral.reference, meeting=meeting, starts_at=starts
        )


def _people(referral: Referral, case: SupportCase, key: str) -> list[tuple[int, Member]]:
    """Return who stands behind a key now, each with their organisation."""
    if key == REFERRER and not sender.sees(referral):
        return []
    if key == REFERRER:
        home, person_id = referral.organisation_id, referral.contact_id
    elif key.startswith(_ORGANISATION):
        home, person_id = int(key.removeprefix(_ORGANISATION)), None
    else:
        home = lifecycle.operator_id()
        person_id = case.case_manager_id if key == CASE_MANAGER else case.practitioner_id
    return [(home, member) for member in staff_of(home).on_whom(person_id)]
