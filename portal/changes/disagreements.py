"""A disagreement whose other side no longer sees the referral: it stays open, and KSAF alone can end it."""

from sqlalchemy import or_
from sqlmodel import col, select

from portal import db
from portal.disagreements.models import Disagreement, DisagreementState
from portal.organisations.queries import operator
from portal.referrals.models import Referral
from portal.tenancy import as_system
from portal.timescales import handing_on, news
from portal.timescales.news import News
from portal.timescales.recipients import staff_of


def leave(organisation_id: int, why: str, referral: Referral | None = None) -> None:
    """Let go of what an organisation owed on its open disagreements, and tell KSAF's managers of each.

    Of those about `referral` alone, where it is given; a decision that ended a referral is challenged after its end.

    A disagreement has a reference of its own: what is let go about the referral does not reach it.
    """
    ksaf = operator().id or 0
    about = [col(Disagreement.referral_id) == referral.id] if referral else []
    theirs = select(Disagreement).where(
        *about,
        col(Disagreement.state) == DisagreementState.OPEN,
        or_(col(Disagreement.challenger_id) == organisation_id, col(Disagreement.answerer_id) == organisation_id),
    )
    with as_system(db.session()):  # they are the two sides' own
        for row in db.session().scalars(theirs.order_by(col(Disagreement.id))).all():
            handing_on.release(row.reference, organisation_id, ksaf, why)
            managers = staff_of(ksaf).managers()
            news.tell(News.DISAGREEMENT_ALONE, row.reference, managers, organisation_id=ksaf)
