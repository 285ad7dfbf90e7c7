"""What the pages about a concern show, in words."""

from typing import Any

from portal import clock
from portal.access.actor import Actor
from portal.referrals import progress
from portal.safeguarding import authorities, call_now, facts, patterns, queries
from portal.safeguarding.queries import OpenedConcern
from portal.safeguarding.rules import DANGER_TAGS, STATES, TONES
from portal.timescales.descriptions import describe
from portal.web.dates import long_datetime


def context(actor: Actor, opened: OpenedConcern) -> dict[str, Any]:
    """Return what `safeguarding/concern.html` shows `actor` of a concern."""
    concern, referral = opened.concern, opened.referral
    owed = None if concern.looked_at else opened.deadline
    pattern = patterns.around(actor, opened)
    return {
        **about(opened),
        "rows": facts.rows(concern),
        "owed": describe(owed, clock.now()) if owed else None,
        "decisions": [(each, facts.decision_rows(each)) for each in reversed(queries.decisions_of(actor, concern))],
        "told": authorities.known().told(actor, referral),
        "others": [_other(each) for each in pattern.child],
        "household": [_other(each) for each in pattern.household],
        "call_now": call_now.for_area(referral.area),
    }


def about(opened: OpenedConcern) -> dict[str, Any]:
    """Return what every page about one concern begins with."""
    concern = opened.concern
    return {
        "concern": concern,
        "referral": opened.referral,
        "child": progress.child_in_full(opened.referral),
        "danger": DANGER_TAGS[concern.danger],
        "state": (STATES[concern.state], TONES[concern.state]),
    }


def _other(each: OpenedConcern) -> dict[str, str]:
    """Return another concern as the component `waiting_list` takes it."""
    concern = each.concern
    week = f", with the update of week {concern.week_number}" if concern.week_number else ""
    return {
        "title": f"{progress.child_in_list(each.referral)}, {long_datetime(concern.raised_at)}",
        "href": f"/concerns/{concern.reference}",
        "detail": f"{concern.raised_by_name}, {concern.raised_by_organisation}{week}",
        "words": STATES[concern.state],
        "tone": TONES[concern.state],
    }
