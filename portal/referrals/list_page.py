"""What the list's page shows: its rows in words, its filters, and the addresses that keep everything else as it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from portal import clock
from portal.access.actor import Actor
from portal.referrals import progress
from portal.referrals.listing import Group, Listing, Sort, Wanted
from portal.referrals.models import Referral
from portal.referrals.people import Choosable
from portal.referrals.rules import State
from portal.web.dates import ago, count_of

PATH = "/referrals"
_SHARED = {Group.ALL: "All", Group.HELPED: "Accepted", Group.CLOSED: "Closed"}
_PARTNER = {Group.OPERATOR: "Waiting for KSAF", Group.REFERRER: "Waiting for you", Group.DRAFTS: "Drafts"}
_OPERATOR = {Group.OPERATOR: "Waiting for KSAF", Group.REFERRER: "Waiting for the referrer"}
_EMPTY = {
    Group.ALL: "Referrals appear here as soon as they are started, each with what happens next.",
    Group.OPERATOR: "Referrals appear here while KSAF has to read them, decide or tell the outcome.",
    Group.REFERRER: "Referrals appear here while KSAF waits for an answer to a question.",
    Group.HELPED: "Referrals appear here once KSAF has accepted them, until they are closed.",
    Group.CLOSED: "Referrals appear here once they have been closed, were not accepted or were withdrawn.",
    Group.DRAFTS: "Referrals appear here while they are being written. They are saved as they are typed.",
}


@dataclass(frozen=True)
class Row:
    """One referral as a list shows it."""

    child: str
    reference: str
    href: str
    where: str
    tone: progress.Tone
    following: str
    following_tone: progress.Tone
    changed: str
    changed_at: datetime
    is_urgent: bool


def row_of(actor: Actor, referral: Referral) -> Row:
    """Return `referral` as a line that `actor` reads now."""
    now = clock.now()
    # "You answer" is for who sent it; an organisation that looks on owes nothing.
    sent_it = referral.organisation_id == actor.organisation_id
    following, tone = progress.following(referral, now, is_operator=not sent_it)
    page = "/tasks" if referral.state is State.DRAFT else ""
    return Row(
        child=progress.child_in_list(referral),
        reference=referral.reference,
        href=f"{PATH}/{referral.reference}{page}",
        where=progress.where(referral, is_operator=actor.is_operator),
        tone=progress.tone(referral),
        following=following,
        following_tone=tone,
        changed=ago(now, referral.last_change_at),
        changed_at=referral.last_change_at,
        is_urgent=progress.is_read_first(referral, is_operator=actor.is_operator),
    )


def context(actor: Actor, wanted: Wanted, listing: Listing, colleagues: list[Choosable]) -> dict[str, Any]:
    """Return what the list's templates need."""
    carried = kept(wanted, colleagues)
    here = carried | ({"after" if wanted.cursor.older else "before": str(wanted.cursor)} if wanted.cursor else {})
    return {
        "rows": [row_of(actor, referral) for referral in listing.rows],
        "filters": _filters(actor, wanted, carried),
        "colleagues": colleagues,
        "kept": carried,
        "wanted": wanted,
        "empty_text": _EMPTY[wanted.group],
        "rows_url": address(here, f"{PATH}/rows"),
        "older_url": address(carried | {"after": str(listing.older)}) if listing.older else None,
        "newer_url": address(carried | {"before": str(listing.newer)}) if listing.newer else None,
        "first_url": address(carried) if wanted.cursor else None,
        "export_url": address(carried, f"{PATH}/export"),
        "cleared_url": address({key: value for key, value in carried.items() if key != "q"}),
        "said": said(len(listing.rows), more=listing.older is not None),
    }


def said(count: int, *, more: bool) -> str:
    """Return how many referrals are shown, for those who do not see the list change."""
    if not count:
        return "No referrals"
    return f"{count_of(count, 'referral')} shown{', and there are older ones' if more else ''}"


def address(query: dict[str, str], path: str = PATH) -> str:
    """Return `path` with `query`."""
    return f"{path}?{urlencode(query)}" if query else path


def kept(wanted: Wanted, colleagues: list[Choosable]) -> dict[str, str]:
    """Return what every address of this list carries along, without what is as usual."""
    person = next((each.key for each in colleagues if each.user_id == wanted.person_id), "")
    parts = {
        "show": "" if wanted.group is Group.ALL else wanted.group.value,
        "sort": "" if wanted.sort is Sort.CHANGE else wanted.sort.value,
        "person": person,
        "q": wanted.search,
    }
    return {key: value for key, value in parts.items() if value}


def _filters(actor: Actor, wanted: Wanted, kept: dict[str, str]) -> list[dict[str, Any]]:
    labels = _SHARED | (_OPERATOR if actor.is_operator else _PARTNER)
    others = {key: value for key, value in kept.items() if key != "show"}
    return [
        {
            "label": labels[group],
            "href": address(others if group is Group.ALL else others | {"show": group.value}),
            "current": group is wanted.group,
        }
        for group in Group
        if group in labels
    ]
