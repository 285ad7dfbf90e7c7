"""A disagreement whose other side no longer sees the referral: it stays open, and KSAF alone can end it."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from portal import db
from portal.access.models import ReferralParty
from portal.access.roles import OrganisationKind
from portal.disagreements.models import Disagreement, DisagreementState
from portal.organisations.models import Organisation
from portal.organisations.queries import operator
from portal.referrals.models import Referral
from portal.tenancy import as_system
from portal.timescales import handing_on, news
from portal.timescales.models import Deadline, Prompt
from portal.timescales.news import News
from portal.timescales.recipients import staff_of

MOST = 50  # disagreements a pass; the next pass has the rest


def let_go(now: datetime) -> int:
    """Let go of what each organisation has open on disagreements about referrals that it sees no more by `now`.

    For the scheduler: a sharing ends by itself, with consent, or by KSAF. Returns how many there were.
    """
    sides = (Disagreement.challenger_id, Disagreement.answerer_id)
    with as_system(db.session()):
        gone: list[Any] = [each for side in sides for each in db.session().execute(_gone(side, now)).all()]
        for organisation_id, referral in gone:
            leave(organisation_id, "The referral is not shared with them any more.", referral)
    return len(gone)


def _gone(side: Any, now: datetime) -> Any:
    """Return the select of the organisations on this `side` that are no party any more, and of the referrals."""
    sees = select(ReferralParty.id).where(col(ReferralParty.referral_id) == col(Disagreement.referral_id))
    sees = sees.where(col(ReferralParty.organisation_id) == side, ReferralParty.is_live(now))
    owed = select(Deadline.id).where(
        col(Deadline.reference) == col(Disagreement.reference),
        col(Deadline.ended_at).is_(None),
        or_(col(Deadline.owed_by_id) == side, col(Deadline.owed_to_id) == side),
    )
    asked = select(Prompt.id).where(
        col(Prompt.reference) == col(Disagreement.reference),
        col(Prompt.organisation_id) == side,
        col(Prompt.closed_at).is_(None),
    )
    ksaf = select(Organisation.id).where(col(Organisation.kind) == OrganisationKind.OPERATOR)
    open_ones = (
        select(side, Referral)
        .join(Referral, col(Referral.id) == col(Disagreement.referral_id))
        .where(col(Disagreement.state) == DisagreementState.OPEN, side.not_in(ksaf))
        .where(~sees.exists(), or_(owed.exists(), asked.exists()))
    )
    return open_ones.order_by(col(Disagreement.id)).limit(MOST).with_for_update(of=Disagreement, skip_locked=True)


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
