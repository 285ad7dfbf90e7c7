"""The verbs of attendance context: KSAF asks, and writes down what the family said; a school answers for itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.consent import queries as consent
from portal.notifications import service as notifications
from portal.organisations.models import Organisation
from portal.referrals import lifecycle, telling, timeline, trail
from portal.referrals.effects import subject_of
from portal.referrals.models import Audience, Referral
from portal.referrals.progress import child_in_full
from portal.referrals.rules import Event
from portal.referrals.sharing import moved
from portal.tenancy import as_system
from portal.timescales import news
from portal.timescales import queries as deadlines
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.triage.context import queries, rules
from portal.triage.context.models import ContextRequest
from portal.triage.context.rules import Whom
from portal.web.dates import date_only
from portal.web.errors import SomeoneWasFirstError

KIND = "attendance_context"


class ContextRefusedError(Exception):
    """A rule forbids the question; the message says which, to the person who tried."""


@dataclass(frozen=True)
class Question:
    """What is asked, and of which school; of the family where there is none."""

    text: str
    school: Organisation | None = None

    @property
    def whom(self) -> Whom:
        """Return who is asked."""
        return Whom.SCHOOL if self.school else Whom.FAMILY


def ask(actor: Actor, referral: Referral, question: Question) -> ContextRequest:
    """Ask about attendance: the time to decide pauses, and a school is told by mail and by a prompt.

    Raises ContextRefusedError for a school's own referral or without the family's agreement, SomeoneWasFirstError when
    the referral cannot be asked about now.
    """
    if not rules.needs_context(queries.sender(referral).kind):
        raise ContextRefusedError(rules.BY_A_SCHOOL)
    basis, school = basis_for(actor, referral, question.whom), question.school
    to_name = school.name if school else "The family"
    said = f"KSAF asked {to_name if school else 'the family'} about attendance"
    audience = _audience(referral, school.id, school.name) if school else Audience.EVERYONE
    lifecycle.move(actor, referral, Event.ASK_CONTEXT, said, audience=audience)
    born = referral.child_date_of_birth
    asked = ContextRequest(
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        reference=referral.reference,
        to_organisation_id=school.id if school else None,
        to_name=to_name,
        basis=basis,
        about=f"{child_in_full(referral)}{f', born {date_only(born)}' if born else ''}",
        question=question.text,
        asked_by_id=actor.user_id,
        asked_by_name=actor.name,
        asked_at=clock.now(),
        due_at=_due(actor, referral),
    )
    _cancel_earlier(referral)
    db.session().add(asked)
    db.session().flush()
    trail.record(actor, referral, Action.CONTEXT_ASKED, whom=question.whom.value)
    if school:
        _tell_school(referral, school)
    return asked


def basis_for(actor: Actor, referral: Referral, whom: Whom) -> str:
    """Return what lets KSAF ask them, in words. Raises ContextRefusedError without the family's agreement."""
    standing = consent.standing(actor, referral.id or 0)
    line = next((each for each in standing if each.purpose == rules.PURPOSE[whom] and each.permits), None)
    if line is None:
        raise ContextRefusedError(rules.REFUSED[whom])
    return f"The family agreed on {date_only(line.effective_on or line.recorded_at)}: {line.title.lower()}"


def record(actor: Actor, referral: Referral, said_by: str, text: str) -> None:
    """Write down what the family or the school said to KSAF; the time to decide runs on.

    Raises SomeoneWasFirstError when nothing is asked any more.
    """
    asked = queries.newest(actor, referral)
    lifecycle.move(actor, referral, Event.RECORD_CONTEXT, "KSAF has the attendance context")
    if asked is not None:
        _keep(actor, referral, asked, said_by, text)


def answer(actor: Actor, asked: ContextRequest, text: str) -> None:
    """Give a school's answer to KSAF, who reads it alone; the time to decide runs on, and KSAF is told.

    Raises SomeoneWasFirstError when a colleague has answered or KSAF needs it no longer.
    """
    with as_system(db.session()):  # the school is no party: the referral's row and deadlines are not its own
        wanted = select(Referral).where(col(Referral.id) == asked.referral_id).with_for_update()
        referral = db.session().scalars(wanted).one()
        db.session().refresh(asked)
        if not queries.is_open(actor, asked):
            raise SomeoneWasFirstError(ended(asked))
        title = f"{actor.organisation_name} answered about attendance"
        audience = _audience(referral, asked.to_organisation_id, asked.to_name)
        lifecycle.carry_out(actor, referral, Event.RECORD_CONTEXT, title, audience=audience)
        _keep(actor, referral, asked, f"{actor.name}, {actor.organisation_name}", text)
        telling.operator(referral, "triage/context_answered")
        db.session().flush()


def ended(asked: ContextRequest) -> str:
    """Return why a question that is no longer open needs no answer."""
    if asked.answered_at:
        return f"This was answered by {asked.said_by}."
    return "KSAF no longer needs this answer. Thank you for looking."


def _audience(referral: Referral, school_id: int | None, name: str) -> Audience:
    """Return who reads on the timeline which school is asked: KSAF alone where a child has fled there."""
    return Audience.OPERATOR if moved.is_kept_from_sender(referral, school_id, name) else Audience.EVERYONE


def _keep(actor: Actor, referral: Referral, asked: ContextRequest, said_by: str, text: str) -> None:
    asked.answer, asked.said_by, asked.answered_at = text, said_by, clock.now()
    timeline.add(actor, referral, "context", "What was said about attendance", text, audience=Audience.OPERATOR)
    trail.record(actor, referral, Action.CONTEXT_RECORDED)


def _cancel_earlier(referral: Referral) -> None:
    """End what a decision or a withdrawal left unanswered, so that one question at most is open."""
    earlier = select(ContextRequest).where(
        col(ContextRequest.referral_id) == referral.id,
        col(ContextRequest.answered_at).is_(None),
        col(ContextRequest.cancelled_at).is_(None),
    )
    for each in db.session().scalars(earlier).all():
        each.cancelled_at = clock.now()


def _due(actor: Actor, referral: Referral) -> datetime:
    """Return when the deadline that asking has just started is due."""
    owed = deadlines.for_subject(actor, subject_of(referral))
    return next(each.due_at for each in owed if each.kind == KIND and each.ended_at is None)


def _tell_school(referral: Referral, school: Organisation) -> None:
    school_id = school.id or 0
    staff = staff_of(school_id)
    # It is on nobody there yet: whoever refers and whoever leads on safeguarding see it waiting, one group is mailed.
    everyone = [*staff.with_role(Role.REFERRER), *staff.with_role(Role.ORGANISATION_ADMIN)]
    news.tell(News.CONTEXT_ASKED, referral.reference, everyone, organisation_id=school_id)
    for member in staff.on_whom(None):
        notifications.queue(
            "triage/context_asked", member.email, organisation_id=school_id, reference=referral.reference
        )
