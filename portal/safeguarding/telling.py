"""Who hears that there is a concern: the safeguarding team, and nothing but that there is one."""

from sqlmodel import col, select

from portal import db
from portal.access.roles import Role
from portal.notifications import service as notifications
from portal.safeguarding.models import Concern
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import Member, staff_of


def team(concern: Concern) -> None:
    """Prompt and mail everybody of the safeguarding team, or KSAF's managers where nobody is in it."""
    ksaf_id = concern.organisation_id
    told = _team(ksaf_id)
    news.tell(News.CONCERN_RAISED, concern.reference, told, organisation_id=ksaf_id)
    for address in dict.fromkeys(member.email for member in told):
        notifications.queue(
            "safeguarding/concern_raised", address, organisation_id=ksaf_id, reference=concern.reference
        )


def failed_mail(reference: str | None) -> bool:
    """Prompt the team where a mail about the concern `reference` could not be delivered; False where it is none.

    For the scheduler, in a transaction across organisations. Who may not read concerns does not hear of one.
    """
    about = select(Concern).where(col(Concern.reference) == reference)
    concern = db.session().scalars(about).first() if reference else None
    if concern is None:
        return False
    ksaf_id = concern.organisation_id
    told = [*_team(ksaf_id), *staff_of(ksaf_id).with_role(Role.MANAGER)]
    news.tell(News.CONCERN_MAIL_FAILED, concern.reference, told, organisation_id=ksaf_id)
    return True


def settle(concern: Concern, why: str) -> None:
    """Close the prompts of `team`, saying `why`."""
    news.settle(News.CONCERN_RAISED, concern.reference, why)


def cpoms_owed(ksaf_id: int) -> None:
    """Prompt the team once, however much there is, that something is to be recorded in CPOMS."""
    news.tell(News.CPOMS_OWED, "", _team(ksaf_id), organisation_id=ksaf_id)


def _team(ksaf_id: int) -> list[Member]:
    return staff_of(ksaf_id).with_role(Role.SAFEGUARDING_TEAM, Role.MANAGER)
