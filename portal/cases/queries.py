"""Reading a family's weeks of support. What is KSAF's own is left out here, not in a template."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor, Author
from portal.access.models import Scope
from portal.cases.models import CaseWeek, SupportCase
from portal.referrals.models import Referral
from portal.referrals.queries import get_own_referral
from portal.referrals.record import Opened, open_referral


@dataclass(frozen=True)
class Supported:
    """A referral as its reader opened it, with the newest support of its family."""

    opened: Opened
    case: SupportCase

    @property
    def referral(self) -> Referral:
        """Return the referral."""
        return self.opened.referral


def open_support(actor: Actor, reference: str) -> Supported | None:
    """Return the support of the referral `reference` if `actor` may read at least its updates; None before allocation.

    The case carries what is KSAF's own (story, notes): a partner's page is given `shared` parts of it, never the row.
    """
    opened = open_referral(actor, reference)
    if opened is None or not opened.reaches(Scope.UPDATES):
        return None
    case = newest_case(actor, opened.referral)
    return Supported(opened, case) if case else None


def open_own_support(actor: Actor, reference: str) -> Supported | None:
    """Return the support as `open_support` where `actor` acts for the owner or for KSAF; None where they look on."""
    # First the referral itself, whose lock makes two who change it at once come one after the other.
    return open_support(actor, reference) if get_own_referral(actor, reference) else None


def newest_case(actor: Author, referral: Referral) -> SupportCase | None:
    """Return the newest support of a referral that `actor` has loaded, open or ended; None before allocation."""
    if db.session().info["tenant"] != actor.organisation_id:
        return None
    wanted = select(SupportCase).where(col(SupportCase.referral_id) == referral.id)
    return db.session().scalars(wanted.order_by(col(SupportCase.id).desc()).limit(1)).first()


def weeks_of(actor: Actor, case: SupportCase) -> list[CaseWeek]:
    """Return the weeks of a case that `actor` has loaded, from the first."""
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted = select(CaseWeek).where(col(CaseWeek.case_id) == case.id)
    return list(db.session().scalars(wanted.order_by(col(CaseWeek.number))).all())
