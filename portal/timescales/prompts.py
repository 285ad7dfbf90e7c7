"""Prompts: raised for each person a rung reaches, closed by evidence."""

import secrets
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, update
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.accounts.models import User
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.notifications import service as notifications
from portal.timescales import away, news, wording
from portal.timescales.ladder import Rung
from portal.timescales.models import Deadline, DeadlineRung, Prompt
from portal.timescales.news import News
from portal.timescales.recipients import DISAGREEMENTS, Directory, Member, Recipient, of_rung
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError

TEMPLATE = "timescales/prompt"
WAITED_FOR = {"information": News.QUESTION_UNANSWERED}
"""The kinds for which the other side's clocks stand still, and what that side reads once one is missed."""
OVERTAKEN = "A later prompt about the same deadline took its place."


def raise_for(rung: DeadlineRung, deadline: Deadline, directory: Directory, now: datetime) -> tuple[int, int]:
    """Prompt everyone this rung reaches, by mail too where it says so; return the number of prompts and of mails.

    For the tick, which works across organisations. An earlier prompt about the same deadline to the same person
    closes, so that nobody has one thing waiting twice. Where clocks of the other side stand still meanwhile, it hears
    too; what is returned does not count those.
    """
    staff = directory.staff(deadline.owed_by_id)
    told = of_rung(Rung(rung.rung), deadline, staff)
    _overtake(deadline, [each.member.user_id for each in told], now)
    for each in told:
        _raise(rung, deadline, each, directory, now)
    _tell_who_waits(rung, deadline, directory)
    return len(told), sum(each.by_mail for each in told)


def close(actor: Actor, prompt: Prompt, evidence: str) -> None:
    """Close this prompt, for everyone here whom its rung or its news reached, with `evidence`: what was done.

    Raises SomeoneWasFirstError, saying who and when, if it is closed already.
    """
    session = db.session()
    same = same_news(prompt) if prompt.rung_id is None else (col(Prompt.rung_id) == prompt.rung_id,)
    still_open = update(Prompt).where(*same, col(Prompt.closed_at).is_(None))
    closed = session.execute(
        still_open.values(closed_at=clock.now(), closed_by_id=actor.user_id, evidence=evidence),
        execution_options={"synchronize_session": False},
    )
    session.refresh(prompt)
    if not cast("CursorResult[Any]", closed).rowcount:
        raise SomeoneWasFirstError(closed_by(prompt))
    audit.record(
        actor,
        Action.PROMPT_CLOSED,
        subject=("prompt", prompt.id),
        owner_id=prompt.organisation_id,
        reference=prompt.reference,
        kind=prompt.kind,
        evidence=evidence,
    )


def same_news(prompt: Prompt) -> tuple[ColumnElement[bool], ...]:
    """Return the SQL that is true for everybody's prompts with the news of this one, in its organisation."""
    return (
        col(Prompt.rung_id).is_(None),
        col(Prompt.kind) == prompt.kind,
        col(Prompt.reference) == prompt.reference,
        col(Prompt.organisation_id) == prompt.organisation_id,
    )


def closed_by(prompt: Prompt) -> str:
    """Return who closed a prompt and when, in a sentence."""
    when = long_datetime(prompt.closed_at or clock.now())
    if prompt.closed_by_id is None:
        return f"This closed by itself on {when}."
    name = db.session().scalars(select(User.name).where(col(User.id) == prompt.closed_by_id)).first()
    return f"{name or 'Somebody'} closed this on {when}."


def _overtake(deadline: Deadline, user_ids: list[int], now: datetime) -> None:
    earlier = update(Prompt).where(
        col(Prompt.deadline_id) == deadline.id, col(Prompt.user_id).in_(user_ids), col(Prompt.closed_at).is_(None)
    )
    db.session().execute(
        earlier.values(closed_at=now, evidence=OVERTAKEN), execution_options={"synchronize_session": False}
    )


def _raise(rung: DeadlineRung, deadline: Deadline, told: Recipient, directory: Directory, now: datetime) -> None:
    made = Prompt(
        key=secrets.token_urlsafe(16),
        organisation_id=deadline.owed_by_id,
        user_id=told.member.user_id,
        rung_id=rung.id,
        deadline_id=deadline.id,
        kind=wording.key(deadline.kind, Rung(rung.rung)),
        reference=deadline.reference,
        due_at=deadline.due_at,
        opened_at=now,
    )
    db.session().add(made)
    if told.by_mail:
        tell_by_mail(made, told.member, _manager(rung, deadline, directory))


def _tell_who_waits(rung: DeadlineRung, deadline: Deadline, directory: Directory) -> None:
    """Tell the other side what its clocks stand still for, by mail too: whoever has it, and later who manages."""
    about = WAITED_FOR.get(deadline.kind)
    if about is None or deadline.owed_to_id == deadline.owed_by_id or rung.rung not in {Rung.MISSED, Rung.STILL_MISSED}:
        return
    theirs = select(Deadline.person_id).where(
        col(Deadline.subject_type) == deadline.subject_type,
        col(Deadline.subject_id) == deadline.subject_id,
        col(Deadline.owed_by_id) == deadline.owed_to_id,
        col(Deadline.person_id).is_not(None),
        col(Deadline.ended_at).is_(None),
    )
    staff = directory.staff(deadline.owed_to_id)
    has_it = db.session().scalars(theirs.order_by(col(Deadline.id)).limit(1)).first()
    people = staff.on_whom(has_it) if rung.rung == Rung.MISSED else staff.managers()
    members = {member.user_id: member for member in people}
    for made in news.tell(about, deadline.reference, people, organisation_id=deadline.owed_to_id):
        tell_by_mail(made, members[made.user_id])


def _manager(rung: DeadlineRung, deadline: Deadline, directory: Directory) -> Member | None:
    """Return whom a referrer may phone who has waited too long; a disagreement goes up by its stages, not by phone."""
    if rung.rung != Rung.DUE or deadline.kind in DISAGREEMENTS:
        return None
    return next(iter(directory.staff(deadline.owed_to_id).managers()), None)


def tell_by_mail(prompt: Prompt, to: Member, contact: Member | None = None) -> None:
    """Tell somebody by mail of their `prompt`, with the `contact` at the other side whom they may phone, if any.

    Whoever stands in for them is told too. What can wait is left for their summaries by those who chose these.
    """
    words = wording.of_prompt(prompt.kind, prompt.due_at)
    for each in [to, *away.standing_in(prompt.user_id, prompt.organisation_id)]:
        if each.hears_at_once(urgent=words.urgent):
            _queue(prompt, words, each, contact)


def _queue(prompt: Prompt, words: wording.Words, to: Member, contact: Member | None) -> None:
    notifications.queue(
        TEMPLATE,
        to.email,
        organisation_id=prompt.organisation_id,
        reference=prompt.reference,
        title=words.title,
        text=words.text,
        to_do=words.to_do,
        urgent=words.urgent,
        path=f"prompts/{prompt.key}",
        contact={"name": contact.name, "phone": contact.phone, "email": contact.email} if contact else None,
    )
