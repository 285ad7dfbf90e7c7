"""Who hears of a request that somebody passed on, and of a removal that waits: and no word of what it says."""

from collections.abc import Sequence

from portal.access.actor import Actor
from portal.access.roles import Role
from portal.accountability.requests.models import DataRequest
from portal.notifications import service as notifications
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import Member, staff_of


def keepers(request: DataRequest) -> None:
    """Prompt and mail KSAF's managers, or its administrators where it has none."""
    told = staff_of(request.organisation_id).with_role(Role.MANAGER, Role.ADMINISTRATOR)
    _tell(request, News.DATA_REQUEST_RECEIVED, told, "accountability/data_request")


def other_managers(request: DataRequest, actor: Actor) -> None:
    """Prompt and mail every manager of KSAF but `actor` that a removal waits for one of them."""
    managers = staff_of(request.organisation_id).with_role(Role.MANAGER)
    told = [each for each in managers if each.user_id != actor.user_id]
    _tell(request, News.ERASURE_WAITING, told, "accountability/erasure_waiting")


def proposer(request: DataRequest, user_id: int) -> None:
    """Prompt and mail whoever proposed a removal, or keeps the register if they have left, that it has come back."""
    told = staff_of(request.organisation_id).on_whom(user_id, "data_request")
    _tell(request, News.ERASURE_RETURNED, told, "accountability/erasure_returned")


def _tell(request: DataRequest, about: News, told: Sequence[Member], template: str) -> None:
    ksaf_id = request.organisation_id
    news.tell(about, request.reference, told, organisation_id=ksaf_id)
    for address in dict.fromkeys(member.email for member in told):
        notifications.queue(template, address, organisation_id=ksaf_id, reference=request.reference)
