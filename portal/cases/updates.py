"""A week's update posted, once, and read by the partner."""

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.cases import draft_concern, family_consent, need_to_know, update_drafts, weeks
from portal.cases.models import GoalScore
from portal.cases.opened_week import OpenedWeek
from portal.cases.update_form import Content
from portal.referrals import effects, telling, timeline, trail
from portal.safeguarding import service as safeguarding
from portal.timescales import news
from portal.timescales import service as timescales
from portal.timescales.news import News
from portal.timescales.service import Subject
from portal.web.dates import long_date, long_datetime, today


class NotYetError(Exception):
    """The week has not begun, so its update cannot be posted; the message says when it does."""


def post(actor: Actor, opened: OpenedWeek, content: Content, typed: dict[str, str], seen: int) -> None:
    """Post the update: what is shared reaches everybody who reads the family's updates, and its deadline is met.

    A concern goes to the safeguarding team alone, and stays in no part of the update. Raises NotYetError before the
    week has begun, ConcernHeldError where the draft holds a colleague's concern, and what `update_drafts.save_draft`
    raises.
    """
    row, referral = opened.row, opened.supported.referral
    update_drafts.require_writable(opened)
    if today() < row.starts_on:
        raise NotYetError(f"Week {row.number} begins on {long_date(row.starts_on)}. Post its update from then on.")
    update_drafts.require_seen(actor, row, typed, seen)
    draft_concern.require_own(actor, row)
    _write(actor, opened, content)
    title = f"KSAF posted the update of week {row.number}{', late' if row.is_late else ''}"
    held = family_consent.agreed(actor, referral)
    audience = family_consent.audience_of(held)
    timeline.add(actor, referral, "update_posted", title, "Read it under Support.", audience=audience)
    timescales.meet(Subject("case_week", row.id or 0), "weekly_update", f"The update of week {row.number} was posted")
    effects.keep_next_due(referral)
    trail.record(actor, referral, Action.UPDATE_POSTED, week=row.number, late=row.is_late)
    telling.readers_of_updates(
        actor, referral, "cases/update_posted", News.UPDATE_POSTED, with_referrer=held.to_updates
    )
    if content.concern is not None:
        safeguarding.raise_concern(actor, referral, content.concern)
    db.session().flush()


def mark_read(actor: Actor, opened: OpenedWeek) -> None:
    """Note that the referrer's organisation has read the update; once it has read them all its prompt closes."""
    row, referral = opened.row, opened.supported.referral
    if row.posted_at is None or row.read_at is not None:
        return
    row.read_at, row.read_by_name = clock.now(), actor.name
    trail.record(actor, referral, Action.UPDATE_READ, week=row.number)
    db.session().flush()
    rows = weeks.rows_of(actor, opened.case, need_to_know.closed_to(actor, referral))
    if all(each.read_at for each in rows if each.posted_at):
        why = f"{actor.name} read it on {long_datetime(clock.now())}."
        news.settle(News.UPDATE_POSTED, referral.reference, why, organisation_id=actor.organisation_id)


def _write(actor: Actor, opened: OpenedWeek, content: Content) -> None:
    row, now = opened.row, clock.now()
    row.engagement, row.contacts, row.attendance_percent = content.engagement, content.contacts, content.attendance
    row.progress, row.barriers, row.next_steps = content.progress, content.barriers, content.next_steps
    for name in need_to_know.TEXTS:
        setattr(row, f"{name}_part", content.marks.get(name) or None)
    row.internal_note, row.has_concern = content.note, content.concern is not None
    row.posted_at, row.posted_by_name, row.is_late = now, actor.name, now > row.due_at
    row.draft = None
    for goal_id, score in content.scores.items():
        hangs = {"organisation_id": row.organisation_id, "referral_id": row.referral_id}
        db.session().add(GoalScore(**hangs, goal_id=goal_id, week_number=row.number, score=score))
    db.session().flush()
