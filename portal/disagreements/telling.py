"""Who hears of a step in a disagreement: the other side's people at that stage, by a prompt and a mail without words.

Both carry the disagreement's own reference, which says nothing of the child.
"""

from sqlmodel import col, select

from portal import db
from portal.disagreements import clocks, queries
from portal.disagreements.models import Disagreement
from portal.disagreements.rules import LEVELS, Stage
from portal.notifications import service as notifications
from portal.referrals import lifecycle
from portal.referrals.models import Referral
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import Member, staff_of


def to_answer(row: Disagreement, referral: Referral, template: str) -> int:
    """Tell whoever answers at the stage that a disagreement has come to; return of which organisation they are.

    At the last stage those are KSAF's, who ask the partnership.
    """
    stage = Stage(row.stage)
    organisation_id = lifecycle.operator_id() if stage is Stage.PARTNERSHIP else row.answerer_id
    who = clocks.contact_of(organisation_id, referral) if stage is Stage.PROFESSIONALS else None
    told = staff_of(organisation_id).on_whom(who, LEVELS[stage].kind)
    _tell(row, organisation_id, told, template, News.DISAGREEMENT_TO_ANSWER)
    return organisation_id


def challenger(row: Disagreement) -> None:
    """Tell whoever challenged the decision, or those who would in their place, that it was answered."""
    told = staff_of(row.challenger_id).on_whom(row.raised_by_id, clocks.TURN)
    _tell(row, row.challenger_id, told, "answered", News.DISAGREEMENT_ANSWERED)


def ended(row: Disagreement, referral: Referral, organisation_id: int) -> None:
    """Tell the side `organisation_id`, which did not end it, that it has ended."""
    _tell(row, organisation_id, _contact(row, referral, organisation_id), "ended", News.DISAGREEMENT_ENDED)


def mail(row: Disagreement, referral: Referral, organisation_id: int, template: str) -> None:
    """Mail `template` to whoever the disagreement concerns at one of its sides."""
    _tell(row, organisation_id, _contact(row, referral, organisation_id), template)


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
    return staff_of(organisation_id).on_whom(person, LEVELS[Stage.PROFESSIONALS].kind)


def _tell(
    row: Disagreement, organisation_id: int, told: list[Member], template: str, about: News | None = None
) -> None:
    """Mail `template` to people of a side, and prompt them `about` it; not a side that no longer sees the referral."""
    if not queries.is_party(organisation_id, row.referral_id):
        return
    if about:
        news.tell(about, row.reference, told, organisation_id=organisation_id)
    for address in dict.fromkeys(member.email for member in told):
        notifications.queue(
            f"disagreements/{template}", address, organisation_id=organisation_id, reference=row.reference
        )
