"""The access of whoever sent a referral ends: now, or at the end of a day; and what it owed and was owed is let go.

Nothing hangs on somebody who cannot see it: what the sender owed is asked of nobody, what KSAF owed it KSAF goes on
owing, and a question that it can no longer answer is taken back, so that KSAF's own time runs on.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Author
from portal.access.models import PartyRole, ReferralParty
from portal.audit.actions import Action
from portal.changes import disagreements
from portal.family import links
from portal.organisations.models import Organisation
from portal.organisations.queries import operator
from portal.referrals import effects, lifecycle, telling, timeline, trail
from portal.referrals.models import Audience, Referral
from portal.referrals.record import open_question
from portal.referrals.rules import Event, State
from portal.referrals.sharing import moved
from portal.referrals.sharing.models import SchoolMove
from portal.tenancy import as_system
from portal.timescales import handing_on, news
from portal.timescales.news import News
from portal.web.dates import LONDON

WHY = "Whoever sent the referral no longer sees it"


@dataclass(frozen=True)
class ByItself:
    """The portal, where a day that was decided before has come."""

    organisation_id: int
    name: str = "The portal"
    organisation_name: str = "KSAF"
    user_id: None = None


def end_of(last_day: date) -> datetime:
    """Return the instant at which access ends that is kept until the end of `last_day`, in London."""
    return datetime.combine(last_day + timedelta(days=1), time(), LONDON)


def set_end(referral: Referral, at: datetime) -> None:
    """Let whoever sent `referral` see it until `at` and no longer: the request after that finds nothing."""
    referral.sender_until = at
    theirs = select(ReferralParty).where(
        col(ReferralParty.referral_id) == referral.id,
        col(ReferralParty.organisation_id) == referral.organisation_id,
        col(ReferralParty.role) == PartyRole.OWNER,
    )
    with as_system(db.session()):
        for party in db.session().scalars(theirs):
            party.valid_to = at


def let_go(by: Author, referral: Referral) -> None:
    """Let go of what hangs on the sender of `referral`, whose access has ended, and tell both sides.

    The sender reads that it ended, by reference; KSAF's timeline says what becomes of what was owed.
    """
    with as_system(db.session()):  # the sender's own deadlines and prompts are among them
        handing_on.release(referral.reference, referral.organisation_id, operator().id or 0, f"{WHY}.")
        for each in (News.CONTACT_NEEDED, News.CONTACT_LEFT):
            news.settle(each, referral.reference, WHY)
        disagreements.leave(referral.organisation_id, f"{WHY}.", referral)
        links.end_made_for(referral, referral.organisation_id)
        _take_question_back(by, referral)
        # Nobody there is the contact any more; whose name the form says stays in the form.
        referral.contact_id = None
        effects.keep_next_due(referral)
        _settle_moves(referral)
        said = "What they owed is asked of nobody any more. What KSAF owed them it goes on owing, and keeps."
        timeline.add(
            by,
            referral,
            "contact",
            f"{sender_name(referral)} no longer sees the referral",
            said,
            audience=Audience.OPERATOR,
        )
        trail.record(by, referral, Action.SENDER_ACCESS_ENDED)
        telling.sharing_ended(referral, referral.organisation_id)


def sender_name(referral: Referral) -> str:
    """Return what the organisation that sent `referral` is called now."""
    named = select(Organisation.name).where(col(Organisation.id) == referral.organisation_id)
    return db.session().scalars(named).one()


def _settle_moves(referral: Referral) -> None:
    """Note on the child's changes of school that this answers what becomes of the old school's access."""
    open_ones = select(SchoolMove).where(
        col(SchoolMove.referral_id) == referral.id, col(SchoolMove.access_let_go_at).is_(None)
    )
    for move in db.session().scalars(open_ones.order_by(col(SchoolMove.id))):
        move.access_until, move.access_let_go_at = referral.sender_until, clock.now()
    if newest := moved.newest(referral):
        moved.settle(referral, newest)


def _take_question_back(by: Author, referral: Referral) -> None:
    if referral.state is not State.INFORMATION_REQUESTED:
        return
    asked = open_question(by, referral)
    if asked is not None:
        asked.cancelled_at = clock.now()
    said = "KSAF took its question back: nobody is left to answer it"
    lifecycle.carry_out(by, referral, Event.TAKE_BACK, said, audience=Audience.OPERATOR)
