"""What a concern's page shows, in words."""

from typing import Any

from portal import clock
from portal.access.actor import Actor
from portal.referrals import progress
from portal.safeguarding import call_now, service
from portal.safeguarding.models import Concern
from portal.safeguarding.queries import OpenedConcern
from portal.safeguarding.rules import DANGER_TAGS, DANGER_TOLD, STATES, TONES
from portal.timescales import queries as timescales
from portal.timescales.descriptions import describe
from portal.web.dates import long_datetime


def context(actor: Actor, opened: OpenedConcern) -> dict[str, Any]:
    """Return what `safeguarding/concern.html` shows `actor` of a concern."""
    concern, referral = opened.concern, opened.referral
    owed = timescales.for_subject(actor, service.subject_of(concern))
    return {
        "concern": concern,
        "referral": referral,
        "child": progress.child_in_full(referral),
        "danger": DANGER_TAGS[concern.danger],
        "state": (STATES[concern.state], TONES[concern.state]),
        "rows": rows(concern),
        "owed": describe(owed[0], clock.now()) if owed and concern.looked_at is None else None,
        "call_now": call_now.for_area(referral.area),
    }


def rows(concern: Concern) -> list[dict[str, Any]]:
    """Return what was raised as the component `summary_list` takes it: the facts, the child's words, the opinion."""
    by = f"{concern.raised_by_name}, {concern.raised_by_organisation}, {long_datetime(concern.raised_at)}"
    week = [{"key": "With", "value": f"The update of week {concern.week_number}"}] if concern.week_number else []
    return [
        {"key": "Is anyone in danger now?", "value": DANGER_TOLD[concern.danger]},
        {"key": "What was seen or heard", "value": concern.seen},
        {"key": "The child’s own words", "value": concern.said},
        {"key": "Who saw or heard it", "value": concern.witness},
        {"key": "When", "value": long_datetime(concern.happened_at) if concern.happened_at else "As the words say"},
        {"key": "What its writer makes of it", "value": concern.opinion},
        {"key": "Raised by", "value": by},
        *week,
    ]
