"""A safeguarding concern that a week's update brings: the safeguarding team hears of it at once."""

from portal.access.actor import Actor
from portal.access.roles import Role
from portal.cases.opened_week import OpenedWeek
from portal.notifications import service as notifications
from portal.referrals import timeline
from portal.referrals.models import Audience
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import staff_of


def tell(actor: Actor, opened: OpenedWeek) -> None:
    """Tell the safeguarding team at once that there is a concern; what it is stays in the update's internal part."""
    referral = opened.supported.referral
    title = f"Safeguarding concern in the update of week {opened.row.number}"
    timeline.add(actor, referral, "risk", title, "The safeguarding team has been told.", audience=Audience.OPERATOR)
    told = staff_of(actor.organisation_id).with_role(Role.SAFEGUARDING_TEAM, Role.MANAGER)
    news.tell(News.CONCERN_RAISED, referral.reference, told, organisation_id=actor.organisation_id)
    for address in dict.fromkeys(member.email for member in told):
        notifications.queue(
            "cases/concern_raised", address, organisation_id=actor.organisation_id, reference=referral.reference
        )
