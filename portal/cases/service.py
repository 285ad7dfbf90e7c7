"""The verbs of the weeks of support, each in the open transaction with its deadlines, timeline, mail and audit."""

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.cases import family_consent, owed_weeks, rules
from portal.cases.allocation import Allocation
from portal.cases.models import SupportCase
from portal.notifications import service as notifications
from portal.referrals import effects, lifecycle, telling, trail
from portal.referrals.models import Referral
from portal.referrals.rules import Event
from portal.web.dates import long_date


def allocate(actor: Actor, referral: Referral, chosen: Allocation) -> SupportCase:
    """Give the family of `referral` to who was chosen, for five weeks, and start what is owed in them.

    The referrer and the two who were chosen are told. Raises SomeoneWasFirstError when it is allocated already, and
    NoConsentError when the family no longer agrees to support.
    """
    manager, practitioner = chosen.manager, chosen.practitioner
    named = f"Case manager: {manager.name}\nFamily outreach practitioner: {practitioner.name}"
    starts = f"Support starts on {long_date(chosen.starts_on)}, for five weeks."
    lifecycle.move(actor, referral, Event.ALLOCATE, "KSAF named who helps the family", f"{named}\n{starts}")
    family_consent.require_agreement(actor, referral)  # after the move: whoever comes second hears who was first
    _copy(referral, chosen)
    case = _open_case(actor, referral, chosen)
    weeks = owed_weeks.add(case, range(1, rules.WEEKS + 1))
    owed_weeks.owe_updates(referral, case, weeks)
    owed_weeks.owe("week_4_review", referral, case, owed_weeks.opening(case))
    owed_weeks.owe("completion_summary", referral, case, weeks[-1].due_at)
    effects.keep_next_due(referral)
    told = {"case_manager_id": manager.user_id, "practitioner_id": practitioner.user_id}
    trail.record(actor, referral, Action.CASE_ALLOCATED, **told, starts_on=chosen.starts_on.isoformat())
    telling.referrer(referral, "cases/allocated")
    for address in dict.fromkeys(member.email for member in (practitioner, manager) if member.user_id != actor.user_id):
        notifications.queue("cases/given", address, organisation_id=actor.organisation_id, reference=referral.reference)
    db.session().flush()
    return case


def _copy(referral: Referral, chosen: Allocation) -> None:
    """Keep on the referral's own row what lists and its page show."""
    referral.case_manager_id, referral.case_manager_name = chosen.manager.user_id, chosen.manager.name
    referral.practitioner_id, referral.practitioner_name = chosen.practitioner.user_id, chosen.practitioner.name
    referral.support_starts_on, referral.support_weeks = chosen.starts_on, rules.WEEKS


def _open_case(actor: Actor, referral: Referral, chosen: Allocation) -> SupportCase:
    made = SupportCase(
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        case_manager_id=chosen.manager.user_id,
        case_manager_name=chosen.manager.name,
        practitioner_id=chosen.practitioner.user_id,
        practitioner_name=chosen.practitioner.name,
        allocated_at=clock.now(),
        allocated_by_name=actor.name,
        starts_on=chosen.starts_on,
        weeks=rules.WEEKS,
    )
    db.session().add(made)
    db.session().flush()
    return made
