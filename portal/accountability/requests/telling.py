"""Who hears of a request that none of the register's keepers recorded: they do, and no word of what it says."""

from portal.access.roles import Role
from portal.accountability.requests.models import DataRequest
from portal.notifications import service as notifications
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import staff_of


def keepers(request: DataRequest) -> None:
    """Prompt and mail KSAF's managers, or its administrators where it has none."""
    ksaf_id = request.organisation_id
    told = staff_of(ksaf_id).with_role(Role.MANAGER, Role.ADMINISTRATOR)
    news.tell(News.DATA_REQUEST_RECEIVED, request.reference, told, organisation_id=ksaf_id)
    for address in dict.fromkeys(member.email for member in told):
        notifications.queue(
            "accountability/data_request", address, organisation_id=ksaf_id, reference=request.reference
        )
