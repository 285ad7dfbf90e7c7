"""KSAF's head of service: the last rung of every ladder, and who answers a challenge at its third stage."""

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.levels import LEVELS
from portal.access.roles import Role
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.organisations.models import Organisation
from portal.timescales import handing_on, news, prompts
from portal.timescales.models import Deadline
from portal.timescales.news import News
from portal.timescales.recipients import Member, staff_of
from portal.web.errors import SomeoneWasFirstError

OVERTAKEN = "Somebody has changed the head of service meanwhile. Open the page again and see who it is."

# What a challenge owes where the head speaks is on whoever was head when it opened; "disagreement_stage" before each
# stage had a kind of its own, which is on nobody at the other two.
_ANSWERS = (*(level.kind for level in LEVELS if level.is_head), "disagreement_stage")

_NAME_THEM = (Role.ADMINISTRATOR, Role.MANAGER)  # where there is no administrator, managers see to it that there is


def candidates(organisation_id: int) -> list[Member]:
    """Return who may be head of service: the managers of KSAF, whose id this is, by name."""
    managers = [each for each in staff_of(organisation_id).members if each.role is Role.MANAGER]
    return sorted(managers, key=lambda each: each.name)


def name(actor: Actor, to: Member, before: int | None) -> None:
    """Make `to`, a manager of KSAF, head of service: what the one `before` had to answer as such is theirs.

    Raises SomeoneWasFirstError where somebody else than `before` is head by now.
    """
    ours = select(Organisation).where(col(Organisation.id) == actor.organisation_id).with_for_update()
    ksaf = db.session().scalars(ours, execution_options={"populate_existing": True}).one()
    if ksaf.head_of_service_id != before:
        raise SomeoneWasFirstError(OVERTAKEN)
    if to.user_id == before:
        return
    _put(ksaf, to)
    news.settle(News.HEAD_LEFT, "", f"{to.name} is head of service", organisation_id=actor.organisation_id)
    about = ("organisation", ksaf.id)
    audit.record(actor, Action.HEAD_OF_SERVICE_NAMED, subject=about, owner_id=ksaf.id, before=before, after=to.user_id)


def vacate(actor: Actor, user_id: int, organisation_id: int) -> None:
    """Leave the organisation without a head of service, if it was this person: they have left, or manage no more.

    Whoever can name another is told: the last rung of every ladder goes to the managers until somebody is.
    """
    theirs = select(Organisation).where(
        col(Organisation.id) == organisation_id, col(Organisation.head_of_service_id) == user_id
    )
    found = db.session().scalars(theirs.with_for_update()).first()
    if found is None:
        return
    _put(found, None)
    about = ("organisation", found.id)
    audit.record(actor, Action.HEAD_OF_SERVICE_LEFT, subject=about, owner_id=found.id, user_id=user_id)
    name_them = {each.user_id: each for each in staff_of(organisation_id).with_role(*_NAME_THEM)}
    for made in news.tell(News.HEAD_LEFT, "", name_them.values(), organisation_id=organisation_id):
        prompts.tell_by_mail(made, name_them[made.user_id])


def _put(ksaf: Organisation, to: Member | None) -> None:
    before, ksaf.head_of_service_id = ksaf.head_of_service_id, to.user_id if to else None
    db.session().flush()
    if before is None:
        return
    about = col(Deadline.kind).in_(_ANSWERS)
    owed = select(Deadline.reference).where(
        about, col(Deadline.owed_by_id) == ksaf.id, col(Deadline.person_id) == before, col(Deadline.ended_at).is_(None)
    )
    for reference in db.session().scalars(owed).all():
        handing_on.hand_on(reference, ksaf.id or 0, about, before, to)
