"""The verbs: recording that a child has changed school, and settling the two questions that raises for KSAF."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.roles import OrganisationKind
from portal.audit.actions import Action
from portal.changes import access
from portal.organisations.models import Organisation
from portal.organisations.queries import operator
from portal.referrals import sender, telling, timeline, trail
from portal.referrals.models import Audience, Referral
from portal.referrals.sharing import moved
from portal.referrals.sharing.models import NewSchool, SchoolMove
from portal.tenancy import as_system
from portal.timescales.news import News
from portal.web.dates import long_date
from portal.web.errors import SomeoneWasFirstError

KIND = "school"
ENDED = "The old school’s access has ended already."


@dataclass(frozen=True)
class Told:
    """What KSAF is told: the day of the move, the new school (one of the portal, or its name), and who said so."""

    moved_on: date
    to: Organisation | str
    said_by: str


def record(actor: Actor, referral: Referral, told: Told) -> SchoolMove:
    """Record a change of school and ask KSAF what follows; return it. It takes the place of an earlier one.

    What KSAF's people record stays with KSAF: the old school learns where a child has gone only from its own people.
    """
    to = _known(told.to, referral)
    made = SchoolMove(
        organisation_id=operator().id or 0,
        owner_organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        moved_on=told.moved_on,
        to_organisation_id=to.id if isinstance(to, Organisation) else None,
        to_name=to.name if isinstance(to, Organisation) else to,
        said_by=told.said_by,
        recorded_by_id=actor.user_id,
        recorded_by_name=actor.name,
        recorded_for_id=actor.organisation_id,
        recorded_at=clock.now(),
        access_until=referral.sender_until,
        access_let_go_at=None if sender.sees(referral) else referral.sender_until,
    )
    with as_system(db.session()):  # the row is KSAF's, whoever tells it
        db.session().add(made)
    audience = Audience.OPERATOR if actor.is_operator else Audience.EVERYONE
    body = f"To {made.to_name}, on {long_date(made.moved_on)}."
    said = f"{body} {told.said_by} said so." if actor.is_operator else body
    timeline.add(actor, referral, KIND, "The child has changed school", said, audience=audience)
    trail.record(actor, referral, Action.SCHOOL_CHANGED)
    telling.prompt_operator(referral, News.SCHOOL_CHANGED)
    if not actor.is_operator:
        telling.operator(referral, "changes/school")
    return made


def do_not_share(actor: Actor, referral: Referral, move: SchoolMove, why: str) -> None:
    """Settle that the new school does not see `referral` through the portal, with the reason, which is KSAF's own.

    Raises SomeoneWasFirstError where that is settled.
    """
    if move.new_school is not None:
        raise SomeoneWasFirstError(f"{move.new_school_by_name} settled this already.")
    move.new_school, move.not_shared_why = NewSchool.NOT_SHARED, why
    move.new_school_by_name, move.new_school_at = actor.name, clock.now()
    timeline.add(actor, referral, KIND, "The new school is not shown this", why, audience=Audience.OPERATOR)
    trail.record(actor, referral, Action.NEW_SCHOOL_SETTLED, answer=NewSchool.NOT_SHARED.value)
    moved.settle(referral, move)


def end_access(actor: Actor, referral: Referral, move: SchoolMove) -> None:
    """End what the old school sees now. Raises SomeoneWasFirstError where it has ended."""
    _require_access(referral)
    access.set_end(referral, clock.now())
    move.access_by_name = actor.name
    access.let_go(actor, referral)


def keep_access(actor: Actor, referral: Referral, move: SchoolMove, last_day: date) -> None:
    """Let the old school see `referral` until the end of `last_day`, and tell it so.

    Raises SomeoneWasFirstError where its access has ended.
    """
    _require_access(referral)
    access.set_end(referral, access.end_of(last_day))
    move.access_until, move.access_by_name = referral.sender_until, actor.name
    moved.settle(referral, move)
    said = f"{access.sender_name(referral)} sees this until {long_date(last_day)}"
    timeline.add(actor, referral, "contact", said)
    trail.record(actor, referral, Action.SENDER_ACCESS_LIMITED, until=last_day.isoformat())
    telling.referrer(referral, "changes/access_ends", until=long_date(last_day))


def _require_access(referral: Referral) -> None:
    if not sender.sees(referral):
        raise SomeoneWasFirstError(ENDED)


def _known(to: Organisation | str, referral: Referral) -> Organisation | str:
    """Return the school on the portal of the name that was typed, if there is one; the writer does not learn of it."""
    if isinstance(to, Organisation):
        return to
    called = select(Organisation).where(
        func.lower(col(Organisation.name)) == to.lower(),
        col(Organisation.kind) == OrganisationKind.EDUCATION,
        col(Organisation.id) != referral.organisation_id,
        col(Organisation.active),
    )
    return db.session().scalars(called).first() or to
