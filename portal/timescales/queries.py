"""Reading deadlines and prompts. Whoever asks comes first; only `system_deadlines` answers for nobody in particular."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal import clock, db
from portal.access.actor import Actor
from portal.access.roles import Role
from portal.accounts.models import User
from portal.organisations.models import Organisation
from portal.timescales import away, closures, policy, prompts, wording
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.models import Deadline, DeadlineRung, DeadlineState, Prompt
from portal.timescales.service import Subject
from portal.web.dates import long_datetime, today

_ME, _HERE, _NOW, _DAY = (bindparam(name) for name in ("me", "here", "now", "day"))

_ABOUT = (
    select(Deadline)
    .where(col(Deadline.reference) == bindparam("reference"))
    .order_by(col(Deadline.due_at), col(Deadline.id))
)


def for_subject(actor: Actor, subject: Subject) -> list[Deadline]:
    """Return the deadlines on `subject` that the actor's organisation owes or is owed, the earliest due first."""
    session = db.session()
    if session.info["tenant"] != actor.organisation_id:
        return []
    found = select(Deadline).where(col(Deadline.subject_type) == subject.type, col(Deadline.subject_id) == subject.id)
    return list(session.scalars(found.order_by(col(Deadline.due_at), col(Deadline.id))).all())


def for_reference(actor: Actor, reference: str) -> list[Deadline]:
    """Return as `for_subject` the deadlines about `reference`, whatever part of it each is about."""
    session = db.session()
    if session.info["tenant"] != actor.organisation_id:
        return []
    return list(session.scalars(_ABOUT, {"reference": reference}).all())


def prompts_waiting(actor: Actor) -> SelectOfScalar[Prompt]:
    """Return the select of what waits for the actor in the organisation they act for: news, then the most overdue."""
    found = select(Prompt).where(*waiting_for(actor.role)).params(asked_by(actor))
    return found.order_by(col(Prompt.due_at).asc().nulls_first(), col(Prompt.id))


def version_of(**columns: Any) -> Any:
    """Return the SQL for the version that an open deadline was made under: the one of which these columns are so.

    It stands beside the columns of a query, so that a list asks for it once; null where there is no such deadline.
    """
    same = [col(getattr(Deadline, name)) == value for name, value in columns.items()]
    # All that are alike in this were made at once; the least is one of them.
    return select(func.min(col(Deadline.policy_version))).where(*same).scalar_subquery()


def items_of(prompts_of: Iterable[tuple[Prompt, str | None]], now: datetime) -> list[dict[str, str]]:
    """Return prompts as the component `waiting_list` takes them: title, href, detail, words, tone.

    Each comes with the version its deadline was made under, whose hours it goes by; None for news.
    """
    items: list[dict[str, str]] = []
    for prompt, version in prompts_of:
        calendar = closures.calendar_at(version) if version else closures.calendar()
        words = wording.of_prompt(prompt.kind, prompt.due_at)
        items.append(
            {
                "title": words.title,
                "href": wording.leads_to(prompt.kind, prompt.reference, prompt.key),
                "detail": prompt.reference,
                "words": _pressing(prompt, words, now, calendar),
                "tone": "missed" if words.urgent else "soon",
            }
        )
    return items


def items_put_off(actor: Actor) -> list[dict[str, str]]:
    """Return what the actor has put off as `waiting_list` takes it, with when it comes back."""
    return [
        {
            "title": wording.of_prompt(each.kind, each.due_at).title,
            "href": f"/prompts/{each.key}",
            "detail": f"{each.reference}, {each.put_off_why}" if each.reference else each.put_off_why or "",
            "words": f"comes back on {long_datetime(each.put_off_until)}" if each.put_off_until else "",
            "tone": "waiting",
        }
        for each in put_off(actor)
    ]


def _pressing(prompt: Prompt, words: wording.Words, now: datetime, calendar: WorkingCalendar) -> str:
    if prompt.due_at:
        return calendar.time_left_in_words(now, prompt.due_at)
    return "urgent" if words.urgent else ""


def waiting_count(actor: Actor) -> int:
    """Return how many prompts wait for the actor, or 0 where the transaction has failed and cannot be asked."""
    session = db.session()
    if not session.is_active:
        return 0
    return session.execute(_count(actor.role), asked_by(actor)).scalar_one()


@cache
def _count(role: Role) -> SelectOfScalar[int]:
    return select(func.count(col(Prompt.id))).where(*waiting_for(role))


def asked_by(actor: Actor) -> dict[str, object]:
    """Return the parameters of `waiting_for`: who asks, for which organisation, and when. None of them is optional."""
    return {"me": actor.user_id, "here": actor.organisation_id, "now": clock.now(), "day": today()}


@cache
def waiting_for(role: Role) -> tuple[ColumnElement[bool], ...]:
    """Return the SQL that is true for the open prompts of whoever asks, who has this role where they act for.

    Run it with `asked_by`. Every page counts what waits: made once for each role, and not for each page, this saves
    a tenth of a page's time.

    What hurries somebody about a paused deadline waits with it: while the other side owes an answer, nothing is asked.
    What they have put off comes back by itself. What waits for somebody they stand in for today is theirs too, once.
    """
    paused = select(Deadline.id).where(
        col(Deadline.id) == col(Prompt.deadline_id), col(Deadline.state) == DeadlineState.PAUSED
    )
    return (
        or_(col(Prompt.user_id) == _ME, _stands_in(role)),
        col(Prompt.organisation_id) == _HERE,
        col(Prompt.closed_at).is_(None),
        or_(col(Prompt.put_off_until).is_(None), col(Prompt.put_off_until) <= _NOW),
        ~paused.exists(),
    )


def _stands_in(role: Role) -> ColumnElement[bool]:
    own = aliased(Prompt)
    has_it = select(own.id).where(
        col(own.user_id) == _ME,
        col(own.organisation_id) == _HERE,
        col(own.closed_at).is_(None),
        col(own.kind) == col(Prompt.kind),
        col(own.reference) == col(Prompt.reference),
    )
    return and_(col(Prompt.user_id).in_(away.covered(role, _ME, _HERE, _DAY)), ~has_it.exists())


def put_off(actor: Actor) -> list[Prompt]:
    """Return what the actor has put off in the organisation they act for, the next to come back first."""
    mine = select(Prompt).where(
        col(Prompt.user_id) == actor.user_id,
        col(Prompt.organisation_id) == actor.organisation_id,
        col(Prompt.closed_at).is_(None),
        col(Prompt.put_off_until) > clock.now(),
    )
    return list(db.session().scalars(mine.order_by(col(Prompt.put_off_until), col(Prompt.id))).all())


def get_prompt(actor: Actor, key: str) -> Prompt | None:
    """Return the prompt with this key, open or closed, of the actor or of whom they stand in for today, else None."""
    mine = or_(col(Prompt.user_id) == actor.user_id, col(Prompt.user_id).in_(away.covered_by(actor)))
    found = select(Prompt).where(col(Prompt.key) == key, mine, col(Prompt.organisation_id) == actor.organisation_id)
    return db.session().scalars(found).first()


def whose(actor: Actor, prompt: Prompt) -> str | None:
    """Return the name of whoever the actor stands in for with this prompt; None where it is their own."""
    if prompt.user_id == actor.user_id:
        return None
    return db.session().scalars(select(User.name).where(col(User.id) == prompt.user_id)).first()


def deadline_of(actor: Actor, prompt: Prompt) -> Deadline | None:
    """Return the deadline a prompt is about, while the actor's organisation owes it or is owed it."""
    if prompt.organisation_id != actor.organisation_id:
        return None
    return db.session().scalars(select(Deadline).where(col(Deadline.id) == prompt.deadline_id)).first()


def also_told(actor: Actor, prompt: Prompt) -> list[str]:
    """Return the names of the others in the organisation who were prompted about the same thing, once each.

    That is the same deadline; or, where there is none, the same news for as long as it stays open.
    """
    same = col(Prompt.deadline_id) == prompt.deadline_id
    if prompt.deadline_id is None:
        same = and_(same, *prompts.same_news(prompt), col(Prompt.closed_at) == prompt.closed_at)
    others = (
        select(User.name)
        .join(Prompt, col(Prompt.user_id) == col(User.id))
        .where(
            same,
            col(Prompt.user_id) != actor.user_id,
            col(Prompt.organisation_id) == actor.organisation_id,
        )
    )
    return list(db.session().scalars(others.distinct().order_by(col(User.name))).all())


def system_deadlines(reference: str) -> list[dict[str, object]]:
    """Return the deadlines of a reference with their rungs as plain values, instants in ISO 8601, for the command line.

    For a session inside `as_system` alone; TenancyError is raised elsewhere.
    """
    session = db.session()
    found = session.execute(
        select(Deadline, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Deadline.owed_by_id))
        .where(col(Deadline.reference) == reference)
        .order_by(col(Deadline.due_at), col(Deadline.id))
    ).all()
    of_them = select(DeadlineRung).where(col(DeadlineRung.deadline_id).in_([row.id for row, _ in found]))
    rungs: dict[int, list[dict[str, str | None]]] = {}
    for row in session.scalars(of_them.order_by(col(DeadlineRung.fires_at), col(DeadlineRung.id))).all():
        rungs.setdefault(row.deadline_id, []).append(_plain_rung(row))
    return [_plain(row, name, rungs.get(row.id or 0, [])) for row, name in found]


def _plain(row: Deadline, organisation: str, rungs: list[dict[str, str | None]]) -> dict[str, object]:
    return {
        "kind": row.kind,
        "owed_by": policy.load()[row.kind].owed_by.value,
        "organisation": organisation,
        "started_at": _iso(row.started_at),
        "due_at": _iso(row.due_at),
        "state": row.state.value,
        "paused_why": row.paused_why,
        "met_at": _iso(row.met_at),
        "ended_at": _iso(row.ended_at),
        "ended_why": row.ended_why,
        "policy_version": row.policy_version,
        "rungs": rungs,
    }


def _plain_rung(row: DeadlineRung) -> dict[str, str | None]:
    return {
        "rung": row.rung,
        "fires_at": _iso(row.fires_at),
        "fired_at": _iso(row.fired_at),
        "dropped_at": _iso(row.dropped_at),
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
