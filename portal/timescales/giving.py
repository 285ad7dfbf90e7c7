"""Giving a prompt to a colleague: it waits for them instead, and so does the deadline behind it."""

from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import col

from portal import clock, db
from portal.access import policy
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.tenancy import as_system
from portal.timescales import handing_on, prompts, recipients, things
from portal.timescales.models import Deadline, Prompt
from portal.timescales.recipients import Member
from portal.web.errors import SomeoneWasFirstError


def colleagues(actor: Actor, prompt: Prompt) -> list[Member]:
    """Return to whom the actor may give `prompt`: who has the same role or manages, and may open what it is about.

    Nobody learns by it of what they could not read anyway.
    """
    may_open = things.thing(prompt.kind).permission
    return [
        member
        for member in recipients.staff_of(actor.organisation_id).members
        if member.user_id != actor.user_id
        and (member.role is actor.role or member.role in recipients.MANAGING)
        and policy.may(member.role, actor.organisation_kind, may_open)
        and policy.may(member.role, actor.organisation_kind, Permission.PROMPT_CLOSE)
    ]


def give(actor: Actor, prompt: Prompt, to: Member) -> None:
    """Let `prompt` and its deadline, where that is nobody's or whose prompt it is, be `to`'s; they are told by mail.

    Raises SomeoneWasFirstError, saying who and when, if it is closed already.
    """
    session, now = db.session(), clock.now()
    still_open = update(Prompt).where(col(Prompt.id) == prompt.id, col(Prompt.closed_at).is_(None))
    taken = session.execute(still_open.values(closed_at=now), execution_options={"synchronize_session": False})
    session.refresh(prompt)
    if not cast("CursorResult[Any]", taken).rowcount:
        raise SomeoneWasFirstError(prompts.closed_by(prompt))
    if prompt.deadline_id is not None:
        _put_deadline_on(prompt.deadline_id, actor, prompt.user_id, to)
    for made in handing_on.give(prompt, [to]):
        prompts.tell_by_mail(made, to)
    audit.record(
        actor,
        Action.PROMPT_GIVEN,
        subject=("prompt", prompt.id),
        owner_id=prompt.organisation_id,
        reference=prompt.reference,
        kind=prompt.kind,
        user_id=to.user_id,
    )


def _put_deadline_on(deadline_id: int, actor: Actor, before_id: int, to: Member) -> None:
    owed = update(Deadline).where(
        col(Deadline.id) == deadline_id,
        col(Deadline.owed_by_id) == actor.organisation_id,
        col(Deadline.ended_at).is_(None),
        col(Deadline.person_id).is_(None) | (col(Deadline.person_id) == before_id),
    )
    session = db.session()
    with as_system(session):
        session.execute(owed.values(person_id=to.user_id), execution_options={"synchronize_session": "fetch"})
