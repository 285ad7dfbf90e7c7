"""What waits for one person and has to wait for another: they handed a referral over, or they have left.

Nothing stays with somebody who is not there: a deadline they had is everyone's whose work it is, until somebody takes
it, and each prompt that only they had open goes to those people too.
"""

import secrets
from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from portal import clock, db
from portal.access import policy
from portal.access.roles import OrganisationKind, Role
from portal.tenancy import as_system
from portal.timescales import things
from portal.timescales.models import Deadline, DeadlineRung, Prompt
from portal.timescales.news import News
from portal.timescales.prompts import same_news
from portal.timescales.recipients import Member, Staff
from portal.timescales.service import Subject, cancel

_HANDED_ON = "A colleague has it now."
# Told to everyone in a role, whoever has the referral: the role keeps it.
_OF_A_ROLE = (
    *(News.DECISION_WAITING, News.SUMMARY_WAITING, News.SHARING_WAITING, News.ERASURE_WAITING),
    *(News.CONCERN_RAISED, News.CPOMS_OWED),
)
# Roles whose people may each do the others' work; a family's own team is named by a manager.
_INTERCHANGEABLE = (Role.TRIAGE_OFFICER, Role.SAFEGUARDING_TEAM, Role.SUPPORT_LINE_ADVISER, Role.MANAGER)


def hand_on(
    reference: str, organisation_id: int, owed: ColumnElement[bool], before: int | None, to: Member | None
) -> None:
    """Put what `organisation_id` owes on `reference`, of the deadlines that `owed` says, on `to`: on nobody, if None.

    What was open for the person `before` about it is open for `to` instead.
    """
    running = update(Deadline).where(
        col(Deadline.reference) == reference,
        col(Deadline.owed_by_id) == organisation_id,
        col(Deadline.ended_at).is_(None),
        owed,
        _nobodys_or(before),
    )
    session = db.session()
    with as_system(session):
        session.execute(
            running.values(person_id=to.user_id if to else None), execution_options={"synchronize_session": "fetch"}
        )
        if before is None or to is None:
            return
        kinds = select(Deadline.id).where(col(Deadline.reference) == reference, owed)
        about = col(Prompt.deadline_id).in_(kinds) | (
            col(Prompt.deadline_id).is_(None) & col(Prompt.kind).not_in([each.value for each in _OF_A_ROLE])
        )
        for prompt in _open(before, organisation_id, col(Prompt.reference) == reference, about):
            give(prompt, [to])


def release(reference: str, organisation_id: int, to_id: int, why: str) -> None:
    """Let go of what is open about `reference` between an organisation that no longer sees it and `to_id`, KSAF.

    What the organisation owed ends with `why`; what it was owed is owed to `to_id` from now on; its prompts close.
    """
    session = db.session()
    open_ones = (col(Deadline.reference) == reference, col(Deadline.ended_at).is_(None))
    with as_system(session):
        for owed in session.scalars(select(Deadline).where(*open_ones, col(Deadline.owed_by_id) == organisation_id)):
            cancel(Subject(owed.subject_type, owed.subject_id), owed.kind, why)
        mine = select(Deadline.id).where(*open_ones, col(Deadline.owed_to_id) == organisation_id)
        ids = session.scalars(mine).all()
        for table, which in ((Deadline, col(Deadline.id)), (DeadlineRung, col(DeadlineRung.deadline_id))):
            kept = update(table).where(which.in_(ids)).values(owed_to_id=to_id)
            session.execute(kept, execution_options={"synchronize_session": "fetch"})
        theirs = update(Prompt).where(
            col(Prompt.reference) == reference,
            col(Prompt.organisation_id) == organisation_id,
            col(Prompt.closed_at).is_(None),
        )
        session.execute(theirs.values(closed_at=clock.now(), evidence=why))


def leave_behind(
    user_id: int, role: Role, staff: Staff, organisation_id: int, stays: Callable[[str, str], bool] | None = None
) -> None:
    """Let go of everything of somebody who no longer works in `organisation_id`, whose `staff` are those who do.

    Of somebody who had `role` there and has another one now, of all but what `stays` with them, by kind and reference.
    """
    session = db.session()
    mine = select(Deadline).where(
        col(Deadline.person_id) == user_id,
        col(Deadline.owed_by_id) == organisation_id,
        col(Deadline.ended_at).is_(None),
    )
    with as_system(session):
        for deadline in session.scalars(mine).all():
            if stays is None or not stays(deadline.kind, deadline.reference):
                deadline.person_id = None
        session.flush()
        found: Any = session.execute(_kinds(user_id, organisation_id)).all()
        kinds: dict[int | None, str] = dict(found)
        for prompt in _open(user_id, organisation_id):
            if stays is not None and stays(prompt.kind, prompt.reference):
                continue
            kind = kinds.get(prompt.deadline_id)
            those = staff.on_whom(None, kind) if kind else instead_of(role, staff)
            others = [each for each in those if each.user_id != user_id]
            is_known = _is_open_for_another(prompt)
            if others or is_known or stays is None:
                give(prompt, [] if is_known else others)


def stays_with(role: Role, kind: OrganisationKind, lost: Collection[str]) -> Callable[[str, str], bool]:
    """Return what says whether somebody who has `role` now keeps what they had, by its kind and reference.

    What they may open, but what is told to everyone in a role, and what is about the references `lost` to them.
    """

    def stays(about: str, reference: str) -> bool:
        may_open = policy.may(role, kind, things.thing(about).permission)
        return may_open and reference not in lost and about not in {each.value for each in _OF_A_ROLE}

    return stays


def instead_of(role: Role, staff: Staff) -> list[Member]:
    """Return who does the work of somebody who had `role` and has left: those who may, and no more than they."""
    if staff.kind is not OrganisationKind.OPERATOR:
        return staff.on_whom(None)
    return (staff.with_role(role) if role in _INTERCHANGEABLE else []) or staff.managers()


def _nobodys_or(person_id: int | None) -> ColumnElement[bool]:
    nobodys = col(Deadline.person_id).is_(None)
    return nobodys if person_id is None else nobodys | (col(Deadline.person_id) == person_id)


def _kinds(user_id: int, organisation_id: int) -> Any:
    about = select(Deadline.id, Deadline.kind).join(Prompt, col(Prompt.deadline_id) == col(Deadline.id))
    return about.where(
        col(Prompt.user_id) == user_id,
        col(Prompt.organisation_id) == organisation_id,
        col(Prompt.closed_at).is_(None),
    )


def _open(user_id: int, organisation_id: int, *narrowed: ColumnElement[bool]) -> list[Prompt]:
    mine = select(Prompt).where(
        col(Prompt.user_id) == user_id,
        col(Prompt.organisation_id) == organisation_id,
        col(Prompt.closed_at).is_(None),
        *narrowed,
    )
    return list(db.session().scalars(mine.order_by(col(Prompt.id))).all())


def _is_open_for_another(prompt: Prompt) -> bool:
    same = same_news(prompt) if prompt.deadline_id is None else (col(Prompt.deadline_id) == prompt.deadline_id,)
    others = select(Prompt.id).where(
        *same,
        col(Prompt.organisation_id) == prompt.organisation_id,
        col(Prompt.user_id) != prompt.user_id,
        col(Prompt.closed_at).is_(None),
    )
    return db.session().scalars(others.limit(1)).first() is not None


def give(prompt: Prompt, people: Iterable[Member]) -> list[Prompt]:
    """Close `prompt` and open the same for each of `people` who has not got it; return what was opened."""
    session, now = db.session(), clock.now()
    opened: list[Prompt] = []
    prompt.closed_at, prompt.evidence = now, _HANDED_ON
    session.flush()
    for member in people:
        made = Prompt(
            key=secrets.token_urlsafe(16),
            organisation_id=prompt.organisation_id,
            user_id=member.user_id,
            rung_id=prompt.rung_id,
            deadline_id=prompt.deadline_id,
            kind=prompt.kind,
            reference=prompt.reference,
            due_at=prompt.due_at,
            opened_at=now,
        )
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:  # the database's own indexes decide: they have it, or had it once
            opened += _open_again(made)
        else:
            opened.append(made)
    return opened


def _open_again(made: Prompt) -> list[Prompt]:
    """Have what somebody has from the same rung, or of the same news, wait for them; return it where it did not."""
    same = (
        (col(Prompt.rung_id) == made.rung_id,)
        if made.rung_id is not None
        else (*same_news(made), col(Prompt.closed_at).is_(None))
    )
    theirs = db.session().scalars(select(Prompt).where(*same, col(Prompt.user_id) == made.user_id)).all()
    found = [each for each in theirs if each.closed_at is not None or each.put_off_until is not None]
    for prompt in found:
        prompt.closed_at = prompt.closed_by_id = prompt.evidence = prompt.put_off_until = prompt.put_off_why = None
        prompt.opened_at = made.opened_at
    return found
