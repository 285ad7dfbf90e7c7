"""An assessment of a referral, saved through the service, in the session that is open."""

from portal.referrals.models import Referral
from portal.triage.assessment import queries, service
from portal.triage.assessment.models import Assessment
from portal.triage.assessment.service import Found
from tests.factories import people


def found(mark: str = "invented", level: int | None = 2, **changed) -> Found:
    """What somebody may find, each text carrying `mark`."""
    whole = {
        "findings": {"need": f"Need {mark}", "risk": f"Risk {mark}"},
        "level": level,
        "signs": ("child.absence", "family.bereavement"),
        "why": f"Why {mark}",
    }
    return Found(**whole | changed)


def assessed(referral: Referral, by: people.Person, what: Found | None = None) -> Referral:
    """Save `what` as the newest assessment of a referral that `by` has loaded, and return the referral."""
    newest = queries.newest(by.actor, referral)
    saved = service.save(by.actor, referral, what or found(), newest.version if newest else 0)
    assert isinstance(saved, Assessment)
    return referral
