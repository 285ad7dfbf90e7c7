"""Putting a prompt off: it leaves its person's list for a while, with a reason, and comes back by itself."""

from datetime import datetime, timedelta
from enum import StrEnum

from portal import db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.timescales import prompts
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.models import Prompt
from portal.web.errors import SomeoneWasFirstError

A_WHILE = timedelta(hours=2)


class Later(StrEnum):
    """When a prompt comes back."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    NEXT_WEEK = "next-week"


def choices(
    calendar: WorkingCalendar, now: datetime, due_at: datetime | None, *, urgent: bool
) -> dict[Later, datetime]:
    """Return when a prompt may come back: in two hours, when KSAF opens next, or at the first opening of next week.

    Never as late as what it is about is due; and what is missed or urgent waits no longer than until the next opening.
    Both limits are ours: a deadline must not pass because somebody put it off.
    """
    found = {Later.TODAY: now + A_WHILE, Later.TOMORROW: calendar.next_opening(now)}
    if not urgent:
        today = calendar.local_date(now)
        sunday = calendar.closing_on(today + timedelta(days=6 - today.weekday()))
        found[Later.NEXT_WEEK] = calendar.next_opening(sunday)
    ahead = due_at is not None and due_at > now
    distinct = {at: each for each, at in reversed(found.items())}
    return {each: at for at, each in reversed(distinct.items()) if not ahead or due_at is None or at < due_at}


def put_off(actor: Actor, prompt: Prompt, until: datetime, why: str) -> None:
    """Let `prompt` wait until then. Colleagues whom the same reached keep theirs.

    Raises SomeoneWasFirstError when it has been closed meanwhile.
    """
    _refuse_closed(prompt)
    prompt.put_off_until, prompt.put_off_why = until, why
    _record(actor, Action.PROMPT_PUT_OFF, prompt, until=until.isoformat())


def bring_back(actor: Actor, prompt: Prompt) -> None:
    """Have `prompt` wait for its person again at once. Raises SomeoneWasFirstError when it has been closed."""
    _refuse_closed(prompt)
    if prompt.put_off_until is None:
        return
    prompt.put_off_until = prompt.put_off_why = None
    _record(actor, Action.PROMPT_BROUGHT_BACK, prompt)


def _refuse_closed(prompt: Prompt) -> None:
    db.session().refresh(prompt, with_for_update=True)
    if prompt.closed_at is not None:
        raise SomeoneWasFirstError(prompts.closed_by(prompt))


def _record(actor: Actor, action: Action, prompt: Prompt, **detail: str) -> None:
    audit.record(
        actor,
        action,
        subject=("prompt", prompt.id),
        owner_id=prompt.organisation_id,
        reference=prompt.reference,
        kind=prompt.kind,
        **detail,
    )
