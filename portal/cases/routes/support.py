"""The Support tab of a referral: who works with the family, week by week, kept fresh while it is open."""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.cases import family_consent, need_to_know, opened_week, queries, weeks
from portal.cases.queries import Supported
from portal.referrals import page
from portal.referrals.queries import concerns
from portal.referrals.record import note_view
from portal.web.dates import count_of
from portal.web.rendering import not_modified, panel, render, unchanged

blueprint = Blueprint("cases_support", __name__, url_prefix="/referrals/<reference:reference>/support")


@blueprint.get("")
@requires_row(Permission.REFERRAL_READ, queries.open_support)
def show(actor: Actor, found: Supported) -> Response:
    """Show the weeks of support."""
    note_view(actor, found.referral, "support")
    shown = _weeks(actor, found)
    return render(
        "cases/support.html", tag=_tag(actor, shown) or "", **shown, **page.heading(actor, found.opened, "support")
    )


@blueprint.get("/weeks")
@requires_row(Permission.REFERRAL_READ, queries.open_support, quiet=True)
def refresh(actor: Actor, found: Supported) -> Response:
    """Give the weeks as they are now."""
    shown = _weeks(actor, found)
    tag = _tag(actor, shown)
    return not_modified() if tag is None else panel("cases/_weeks.html", tag, referral=found.referral, **shown)


def _weeks(actor: Actor, found: Supported) -> dict[str, Any]:
    is_shown = actor.is_operator or family_consent.shows_to(
        actor, found.referral, family_consent.agreed(actor, found.referral)
    )
    closed = need_to_know.closed_to(actor, found.referral)
    shown = weeks.of_case(actor, found.case, is_shown=is_shown, closed=closed)
    posted = [week.number for week in shown if week.posted_at]
    said = f"{count_of(len(posted), 'update') if posted else 'No updates'} posted" + (
        f", the newest of week {posted[-1]}" if posted else ""
    )
    concerned = concerns(actor, found.referral)
    return {
        "weeks": shown,
        "is_shown": is_shown,
        "withheld_words": need_to_know.WITHHELD,
        "announced": said,
        "may_write": actor.may(Permission.UPDATE_WRITE) and opened_week.is_open(found),
        "may_mark_read": actor.may(Permission.UPDATE_MARK_READ) and concerned,
        "may_raise": actor.may(Permission.CONCERN_RAISE),
        "may_reply": actor.may(Permission.REFERRAL_MESSAGE) and concerned and not actor.is_operator,
    }


def _tag(actor: Actor, shown: dict[str, Any]) -> str | None:
    return unchanged(actor.user_id, actor.role, *shown.values())
