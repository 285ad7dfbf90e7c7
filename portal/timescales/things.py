"""What a prompt is about, by its kind: where the pages of that are, and who may open one."""

from dataclasses import dataclass

from portal.access.policy import Permission
from portal.timescales.news import OF_DISAGREEMENTS, News
from portal.timescales.recipients import DATA_REQUESTS, DISAGREEMENTS


@dataclass(frozen=True)
class Thing:
    """What a prompt is about: its name, where its pages are, and the permission to open one."""

    name: str
    pages: str
    permission: Permission


_REFERRAL = Thing("referral", "/referrals", Permission.REFERRAL_READ)
_CONCERN = Thing("concern", "/concerns", Permission.CONCERN_READ)
_ERASURES = (News.ERASURE_WAITING.value, News.ERASURE_RETURNED.value)
_DATA_REQUEST = Thing("request", "/data-requests", Permission.DATA_REQUEST_READ)
_DISAGREEMENT = Thing("disagreement", "/disagreements", Permission.DISAGREEMENT_READ)
_THINGS = {
    **dict.fromkeys((*DISAGREEMENTS, *(each.value for each in OF_DISAGREEMENTS)), _DISAGREEMENT),
    **dict.fromkeys((*DATA_REQUESTS, News.DATA_REQUEST_RECEIVED.value, *_ERASURES), _DATA_REQUEST),
    "call_back": Thing("call", "/enquiries/call-backs", Permission.ENQUIRY_READ),
    "confirm_call_followed": Thing("call", "/enquiries", Permission.ENQUIRY_READ),
    "concern": _CONCERN,
    News.CONCERN_RAISED.value: _CONCERN,
    News.CONCERN_MAIL_FAILED.value: _CONCERN,
    News.HEAD_LEFT.value: Thing("choice of the head of service", "/head-of-service", Permission.ORGANISATION_HEAD),
    News.CPOMS_OWED.value: Thing("list for CPOMS", "/concerns/cpoms", Permission.CONCERN_READ),
}


def thing(prompt_kind: str) -> Thing:
    """Return what a prompt of this kind is about: a call that is owed, a concern, or else a referral."""
    return _THINGS.get(prompt_kind.partition(":")[0], _REFERRAL)


def address(prompt_kind: str, reference: str) -> str:
    """Return where the work that a prompt of this kind is about is done."""
    pages = thing(prompt_kind).pages
    return f"{pages}/{reference}" if reference else pages
