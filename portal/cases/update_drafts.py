"""A week's update while it is typed: what it starts from, and keeping it, whoever else writes in it."""

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.cases import contacts, draft_concern
from portal.cases.models import CaseWeek, ContactResult
from portal.cases.opened_week import OpenedWeek
from portal.referrals import trail
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError


class OvertakenError(Exception):
    """Somebody has changed the draft since the version that was typed on; the message says who and when."""


def begun(actor: Actor, opened: OpenedWeek) -> dict[str, str]:
    """Return what the form starts from: the draft as typed, else what is recorded of the week already."""
    row = opened.row
    if row.draft is not None:
        return draft_concern.readable(actor, row)
    logged = contacts.counts(actor, opened.case, row.starts_on)
    recorded = {
        "contacts": logged[ContactResult.ATTENDED] if logged else None,
        "attendance": row.attendance_percent,
    }
    return {name: f"{value:g}" for name, value in recorded.items() if value is not None}


def overtaken(row: CaseWeek, seen: int) -> str:
    """Return who has changed the draft since version `seen` and when, in a sentence; empty where nobody has."""
    if row.draft_version == seen:
        return ""
    when = f" on {long_datetime(row.drafted_at)}" if row.drafted_at else ""
    return f"{row.drafted_by_name or 'Somebody'} changed this draft{when}."


def save_draft(actor: Actor, opened: OpenedWeek, typed: dict[str, str], seen: int) -> int:
    """Keep what was `typed` on top of version `seen`, unchecked, and return the draft's version.

    What is kept already stays as it is, whichever version was seen. A concern in it is its writer's to read
    (`draft_concern`). Raises ConcernHeldError where it would take another's place, SomeoneWasFirstError once the
    update is posted or the support has ended, OvertakenError when somebody else has changed the draft.
    """
    row = opened.row
    require_writable(opened)
    if typed == draft_concern.readable(actor, row):
        return row.draft_version
    require_seen(actor, row, typed, seen)
    row.draft, row.draft_version = draft_concern.to_keep(actor, row, typed), row.draft_version + 1
    row.drafted_at, row.drafted_by_name = clock.now(), actor.name
    trail.record(actor, opened.supported.referral, Action.UPDATE_DRAFTED, week=row.number, version=row.draft_version)
    db.session().flush()
    return row.draft_version


def require_writable(opened: OpenedWeek) -> None:
    """Raise SomeoneWasFirstError once the update is posted or the support has ended."""
    row = opened.row
    if row.posted_at is not None:
        raise SomeoneWasFirstError(
            f"{row.posted_by_name} posted the update of week {row.number} on {long_datetime(row.posted_at)}."
        )
    if not opened.is_writable:
        raise SomeoneWasFirstError("The support of this family has ended, so nothing is posted any more.")


def require_seen(actor: Actor, row: CaseWeek, typed: dict[str, str], seen: int) -> None:
    """Raise OvertakenError when somebody has changed the draft since version `seen` to other than what was `typed`."""
    if typed != draft_concern.readable(actor, row) and (told := overtaken(row, seen)):
        raise OvertakenError(told)
