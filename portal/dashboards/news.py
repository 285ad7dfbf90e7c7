"""What changed since the reader last looked, and the referrals they may follow."""

from datetime import datetime

from portal import clock
from portal.access.actor import Actor
from portal.access.roles import OrganisationKind
from portal.dashboards.recent import MOST, Recent
from portal.dashboards.shown import Item, Link, Listed, Reading, Table
from portal.referrals import progress
from portal.referrals.list_page import row_of
from portal.referrals.sharing.rules import SCOPE_WORDS
from portal.web.dates import ago, count_of, date_only

CHANGES, LATEST, SHARED = 6, 10, 25
"""Rows of each list: ours, so that a first page is read at a glance."""
LOOKING_ON = frozenset({OrganisationKind.LOCAL_AUTHORITY, OrganisationKind.HEALTH})
"""Kinds of organisation whose first page keeps what is shared with them apart from what they sent."""
_ALL = Link("See all referrals", "/referrals")
_NONE_SHARED = (
    "No family is shared with you. KSAF shares one on a recorded basis and only as far as that says. It appears here"
    " with its status."
)


def changed(reading: Reading) -> Listed:
    """Return what happened on the reader's referrals since they last opened each, newest first."""
    new = sorted(((each.at, each) for each in reading.recent if each.at), key=lambda pair: pair[0], reverse=True)
    rows = [_change(each, at) for at, each in new[:CHANGES]]
    said = f"{count_of(len(new), 'referral')} changed since you last looked" if new else "Nothing has changed"
    empty = "Nothing has changed since you last looked. What happens on your referrals appears here until you open it."
    more = _ALL if len(new) > CHANGES else None
    return Listed("What changed since you last looked", said, rows, empty, more)


def latest(reading: Reading) -> Table:
    """Return the referrals that changed last; for those who mostly look on, only those that they sent."""
    rows = [each for each in reading.recent if not (each.is_shared and _looks_on(reading.actor))]
    title = "Referrals you sent" if _looks_on(reading.actor) else "Your referrals"
    return Table(title, [row_of(reading.actor, each.referral) for each in rows[:LATEST]])


def shared(reading: Reading) -> Listed:
    """Return the families shared with the reader's organisation now: how far, and until when.

    Where there are more referrals than a first page looks back on, it says so and leads to the list of them all.
    """
    found, is_cut = [each for each in reading.recent if each.is_shared], len(reading.recent) >= MOST
    rows = [_shared(each) for each in found[:SHARED]]
    said = f"{len(found)} {'family' if len(found) == 1 else 'families'} shared with you"
    empty = (
        f"None of the {MOST} referrals that changed last is shared with you. Those that changed before are in the list."
        if is_cut
        else _NONE_SHARED
    )
    title = "Families shared with you, those that changed last" if is_cut else "Families shared with you"
    return Listed(title, said, rows, empty, _ALL if is_cut or len(found) > SHARED else None)


def _looks_on(actor: Actor) -> bool:
    return actor.organisation_kind in LOOKING_ON


def _change(each: Recent, at: datetime) -> Item:
    referral = each.referral
    more = f", and {count_of(each.unread - 1, 'more change')}" if each.unread > 1 else ""
    return Item(
        title=f"{progress.child_in_list(referral)}: {each.title}",
        href=f"/referrals/{referral.reference}",
        detail=f"{referral.reference}, {ago(clock.now(), at)}{more}",
    )


def _shared(each: Recent) -> Item:
    referral, party = each.referral, each.party
    until = f", until {date_only(party.valid_to)}" if party.valid_to else ""
    return Item(
        title=progress.child_in_list(referral),
        href=f"/referrals/{referral.reference}",
        detail=f"{referral.reference}. You see {SCOPE_WORDS[party.scope]}{until}",
        words=progress.where(referral, is_operator=False),
        tone=progress.tone(referral),
    )
