"""Everything that waits for one person, in one list: prompts, offers and questions to answer, drafts."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, false, func, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.access.roles import Role
from portal.accounts.models import User
from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.referrals.models import Referral
from portal.referrals.progress import by_when, child_in_list, since_when
from portal.referrals.queries import within_need
from portal.referrals.rules import State
from portal.timescales import queries as timescales
from portal.timescales.models import Prompt
from portal.transfers.models import Transfer
from portal.transfers.rules import TransferState
from portal.web.dates import ago

# Beyond this many a list is no longer read; the list of referrals has the rest.
MOST = 50


def waiting(reading: Reading) -> Listed:
    """Return what waits for the reader now: prompts, families offered to them, then their own work."""
    actor, now = reading.actor, clock.now()
    prompts = _prompts(actor)
    known = {prompt.reference for prompt, *_ in prompts}
    own = [_item(referral, now) for referral in _own_work(actor) if referral.reference not in known]
    found = [*_prompted(prompts, now), *(_offered(each, now) for each in _offers(actor)), *own]
    count = len(found)
    said = f"{count} {'thing waits' if count == 1 else 'things wait'} for you"
    empty = "Nothing waits for you. Questions, prompts and drafts to finish appear here."
    title, more = f"Waiting for you ({count})", Link("What you have put off", "/prompts")
    return Listed(title, said if count else "Nothing waits for you", found, empty, more)


def in_a_mail(actor: Actor) -> list[str]:
    """Return what waits for `actor` now as a mail may say it: what is to be done and its reference, never a name."""
    prompted = timescales.items_of(((prompt, version) for prompt, version, *_ in _prompts(actor)), clock.now())
    said = [f"{each['title']} ({each['detail']})" if each["detail"] else each["title"] for each in prompted]
    known = {each["detail"] for each in prompted}
    said += ["Accept or decline a family offered to you" for _ in _offers(actor)]
    for own in _own_work(actor):
        if own.reference not in known:
            what = "Finish your referral" if own.state is State.DRAFT else "Answer KSAF’s question"
            said.append(f"{what} ({own.reference})")
    return said


def count(actor: Actor) -> int:
    """Return how many items wait for `actor`, for every page's header, in one query; 0 in a failed transaction."""
    session = db.session()
    if not session.is_active:
        return 0
    if not actor.may(Permission.REFERRAL_ANSWER):
        return timescales.waiting_count(actor)
    all_of_them = _all_counted(actor.role, accepts=actor.may(Permission.TRANSFER_ACCEPT))
    return session.execute(all_of_them, timescales.asked_by(actor)).scalar_one()


@cache
def _all_counted(role: Role, *, accepts: bool) -> SelectOfScalar[int]:
    me, here, mine = bindparam("me"), bindparam("here"), timescales.waiting_for(role)
    prompts = select(func.count(col(Prompt.id))).where(*mine)
    offers = select(func.count(col(Transfer.id))).where(*_is_offered(here) if accepts else (false(),))
    prompted = select(Prompt.reference).where(*mine)
    return select(func.count(col(Referral.id)) + prompts.scalar_subquery() + offers.scalar_subquery()).where(
        *_is_own_work(me, here), col(Referral.reference).not_in(prompted)
    )


def _prompts(actor: Actor) -> list[tuple[Prompt, str | None, Referral | None, str]]:
    """Return the prompts that wait: one query.

    Each comes with the version its deadline was made under, the referral it is about where `actor` may read that one,
    and the name of whom they stand in for.
    """
    may_read = [] if actor.may(Permission.REFERRAL_READ) else [false()]
    about = and_(col(Referral.reference) == col(Prompt.reference), *within_need(actor), *may_read)
    away = case((col(Prompt.user_id) == actor.user_id, ""), else_=col(User.name))
    version = timescales.version_of(id=col(Prompt.deadline_id))
    wanted: Any = timescales.prompts_waiting(actor).add_columns(version, Referral, away).select_from(Prompt)
    wanted = wanted.outerjoin(Referral, about).join(User, col(User.id) == col(Prompt.user_id))
    found: Any = db.session().execute(wanted).all()
    return [(prompt, version, referral, name) for prompt, version, referral, name in found]


def _prompted(prompts: list[tuple[Prompt, str | None, Referral | None, str]], now: datetime) -> list[Item]:
    of_them = timescales.items_of(((prompt, version) for prompt, version, *_ in prompts), now)
    items = [Item(**each) for each in of_them]
    said = [
        (child_in_list(referral) if referral else "", item.detail, f"for {away}, who is away" if away else "")
        for item, (_, _, referral, away) in zip(items, prompts, strict=True)
    ]
    return [replace(item, detail=", ".join(filter(None, parts))) for item, parts in zip(items, said, strict=True)]


def _is_own_work(me: Any, here: Any) -> tuple[ColumnElement[bool], ...]:
    """Match what the organisation `here` has been asked, and the drafts that are mine, or nobody's now."""
    state = col(Referral.state)
    contact = col(Referral.contact_id)
    begun = and_(state == State.DRAFT, or_(contact == me, contact.is_(None)))
    return (
        col(Referral.organisation_id) == here,
        or_(state == State.INFORMATION_REQUESTED, begun),
    )


def _own_work(actor: Actor) -> list[Referral]:
    if not actor.may(Permission.REFERRAL_ANSWER):
        return []
    mine = select(Referral).where(*_is_own_work(actor.user_id, actor.organisation_id))
    ordered = mine.order_by(col(Referral.next_due_at).asc().nulls_last(), col(Referral.last_change_at).desc())
    return list(db.session().scalars(ordered.limit(MOST)).all())


def _is_offered(here: Any) -> tuple[ColumnElement[bool], ...]:
    """Match the families that other services would hand to the organisation `here`."""
    return (col(Transfer.to_organisation_id) == here, col(Transfer.state) == TransferState.OFFERED)


def _offers(actor: Actor) -> list[tuple[str, datetime]]:
    """Return the key of each offer that waits and since when, the longest wait first; nothing of what it says."""
    if not actor.may(Permission.TRANSFER_ACCEPT):
        return []
    made = select(Transfer.key, Transfer.offered_at).where(*_is_offered(actor.organisation_id))
    return [(key, at) for key, at in db.session().execute(made.order_by(col(Transfer.id)).limit(MOST)).all()]


def _offered(offer: tuple[str, datetime], now: datetime) -> Item:
    key, at = offer
    return Item(
        "Accept or decline a family offered to you", f"/transfers/{key}", f"offered {ago(now, at)}", "new", "soon"
    )


def _item(referral: Referral, now: datetime) -> Item:
    child, path = child_in_list(referral), f"/referrals/{referral.reference}"
    if referral.state is State.DRAFT:
        title = f"Finish the referral of {child}" if referral.child_given_name else "Finish your referral"
        title += " that KSAF began from a call" if referral.invited_by_name else ""
        saved = f"{referral.reference}, last saved {ago(now, referral.last_change_at)}"
        return Item(title, f"{path}/tasks", saved, "draft")
    due = referral.next_due_at
    late = due is not None and due <= now
    words = "" if due is None else since_when(due, now) if late else by_when(due, now)
    return Item(
        title=f"Answer KSAF’s question about {child}",
        href=f"{path}/answer",
        detail=referral.reference,
        words=words,
        tone="missed" if late else "soon",
    )
