"""Whom the two sides of a referral talk to."""

from portal.access.actor import Actor
from portal.organisations import contacts
from portal.referrals import sender
from portal.referrals.form.sections import words
from portal.referrals.record import Opened


def to_talk_to(actor: Actor, opened: Opened) -> dict[str, str]:
    """Return whom the reader talks to: the referrer's named contact for KSAF, whoever has it at KSAF for the others."""
    referral = opened.referral
    if actor.is_operator:
        return _at_the_referrers(opened)
    line = contacts.ksaf()
    if referral.case_manager_id is not None:
        return {
            "name": referral.case_manager_name,
            "role": "KSAF case manager",
            "phone": line.phone,
            "note": f"Family outreach practitioner: {referral.practitioner_name or 'being named'}. {line.hours}",
        }
    name = referral.assigned_to_name or "KSAF’s triage team"
    return {"name": name, "role": "KSAF" if referral.assigned_to_name else "", "phone": line.phone, "note": line.hours}


def _at_the_referrers(opened: Opened) -> dict[str, str]:
    """Return whom KSAF talks to: as the form says, or the colleague who has taken over since."""
    referral, answers, account = opened.referral, opened.contact, opened.person
    if not sender.sees(referral):
        return {"name": "Nobody there", "note": f"{sender.GONE} Ask the family, or whoever it is shared with."}
    if referral.contact_id is None:
        return {
            "name": "Nobody at the moment",
            "note": "Their contact has left. Everybody who refers there is told until a colleague is named.",
        }
    stand_in = words(answers, "contact_stand_in")
    note = f"If they are away: {stand_in}" if stand_in else ""
    if referral.contact_name != words(answers, "contact_name")[:200] and account:
        return {
            "name": account.name,
            "role": account.job_title or "",
            "phone": account.phone or "",
            "email": account.email,
            "note": note,
        }
    return {
        "name": words(answers, "contact_name") or referral.contact_name,
        "role": words(answers, "contact_role"),
        "phone": words(answers, "contact_phone"),
        "email": words(answers, "contact_email"),
        "note": note,
    }
