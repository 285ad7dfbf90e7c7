"""What happens to a referral, in the audit."""

from typing import Any

from portal.access.actor import Author
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.referrals.models import Referral


def record(actor: Author, referral: Referral, action: Action, **detail: Any) -> None:
    """Record `action` by `actor` on `referral`, with its reference and what else `action` declares as detail."""
    audit.record(
        actor,
        action,
        subject=("referral", referral.id),
        owner_id=referral.organisation_id,
        reference=referral.reference,
        **detail,
    )
