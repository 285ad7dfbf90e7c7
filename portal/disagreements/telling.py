"""Who hears of a step in a disagreement: the other side's people at that stage, by a prompt and a mail without words.

Both carry the disagreement's own reference, which says nothing of the child.
"""

from collections.abc import Iterable

from sqlmodel import col, select

from portal import clock, db
from portal.access.models import ReferralParty
from portal.disagreements import clocks
from portal.disagreements.models import Disagreement
from portal.disagreements.rules import Stage
from portal.notifications import service as notifications
from portal.referrals import lifecycle
from portal.referrals.models import Referral
from portal.tenancy import as_system
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import Member, staff_of


def to_answer(row: Disagreement, referral: Referral, template: str) -> int:
    """Tell whoever answers at the stage that a disagreement has come to; return of which organisation they are.

    At the last stage those are KSAF's managers, who ask the partnership.
    """
    stage = Stage(row.stage)
    if stage is Stage.PARTNERSHIP:
        organisation_id = lifecycle.operator_id()
        told = staff_of(organisation_id).managers()
    else:
        organisation_id = row.answerer_id
        who = clocks.contact_of(organisation_id, referral) if stage is Stage.PROFESSIONALS else None
        kind = clocks.FIRST if stage is Stage.PROFESSIONALS else clocks.STAGE
        told = staff_of(organisation_id).on_whom(who, kind)
    _prompt(row, News.DISAGREEMENT_TO_ANSWER, organisation_id, told)
    _mail(row, template, organisation_id, told)
    return organisation_id


def challenger(row: Disagreement) -> None:
    """Tell whoever challenged the decision, or those who would in their place, that it was answered."""
    told = staff_of(row.challenger_id).on_whom(row.raised_by_id, clocks.TURN)
    _prompt(row, News.DISAGREEMENT_ANSWERED, row.challenger_id, told)
    _mail(row, "answered", row.challenger_id, told)


def ended(row: Disagreement, referral: Referral, organisation_id: int) -> None:
    """Tell the side `organisation_id`, which did not end it, that it has ended."""
    _prompt(row, News.DISAGREEMENT_ENDED, organisation_id, _contact(row, referral, organisation_id))
    mail(row, referral, organisation_id, "ended")


def mail(row: Disagreement, referral: Referral, organisation_id: int, template: str) -> None:
    """Mail `template` to whoever the disagreement concerns at one of its sides."""
    _mail(row, template, organisation_id, _contact(row, referral, organisation_id))


def settle(row: Disagreement, why: str) -> None:
    """Close what is to be done about a disagreement by either side, saying `why`."""
    for each in (News.DISAGREEMENT_TO_ANSWER, News.DISAGREEMENT_ANSWERED):
        news.settle(each, row.reference, why)


def failed_mail(reference: str | None) -> bool:
    """Prompt KSAF's managers where a mail about the disagreement `reference` failed; False where it is about none.

    For the scheduler, in a transaction across organisations.
    """
    about = select(Disagreement.id).where(col(Disagreement.reference) == reference)
    if not reference or db.session().scalars(about).first() is None:
        return False
    ksaf = lifecycle.operator_id()
    news.tell(News.DISAGREEMENT_MAIL_FAILED, reference, staff_of(ksaf).managers(), organisation_id=ksaf)
    return True


def _contact(row: Disagreement, referral: Referral, organisation_id: int) -> list[Member]:
    is_challengers = organisation_id == row.challenger_id
    person = row.raised_by_id if is_challengers else clocks.contact_of(organisation_id, referral)
    return staff_of(organisation_id).on_whom(person, clocks.FIRST)


def _prompt(row: Disagreement, about: News, organisation_id: int, told: Iterable[Member]) -> None:
    if _sees(row, organisation_id):
        news.tell(about, row.reference, told, organisation_id=organisation_id)


def _sees(row: Disagreement, organisation_id: int) -> bool:
    """Say whether a side is still a party to the referral: one that is not is told of no page that it cannot open."""
    theirs = select(ReferralParty.id).where(
        col(ReferralParty.referral_id) == row.referral_id,
        col(ReferralParty.organisation_id) == organisation_id,
        ReferralParty.is_live(clock.now()),
    )
    with as_system(db.session()):
        return db.session().scalars(theirs.limit(1)).first() is not None


def _mail(row: Disagreement, template: str, organisation_id: int, told: Iterable[Member]) -> None:
    if not _sees(row, organisation_id):
        return
    for address in dict.fromkeys(member.email for member in told):
        notifications.queue(
            f"disagreements/{template}", address, organisation_id=organisation_id, reference=row.reference
        )
