"""Decisions to share without consent, as KSAF's people make them."""

from datetime import timedelta

from portal.access.models import Scope
from portal.organisations.models import Organisation
from portal.referrals.sharing.deciding import Family, Wanted
from portal.referrals.sharing.rules import REFUSED
from portal.web.dates import today

CHOSEN = {
    "statutory_basis": "safeguarding_condition",
    "article_6": "recognised_interest",
    "article_9": "substantial_public_interest",
    "paragraph_18": "would_prejudice",
}


def refused(to: Organisation | str, mark: str = "", **changed) -> Wanted:
    """A refusal to be overridden; the family is told later, and nobody knows yet why they refused."""
    said = {
        "to": to,
        "reason": REFUSED,
        **CHOSEN,
        "necessity": f"Necessity {mark}",
        "scope": Scope.ALL,
        "months": "3",
        "family": Family(not_told_why=f"Not yet {mark}", look_again_on=today() + timedelta(days=7)),
    }
    return Wanted(**(said | changed))
