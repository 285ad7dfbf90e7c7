"""Who is told about a referral, by mail and by a prompt. Either carries its reference and a link, never more."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sqlmodel import col, select

from portal import db
from portal.access import policy
from portal.access.actor import Actor
from portal.access.models import PartyRole, Scope
from portal.access.policy import Permission
from portal.access.roles import Role
from portal.notifications import service as notifications
from portal.referrals import lifecycle, record, sender
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import Member, Staff, staff_of

CAN_WAIT = frozenset(
    {
        "referrals/updated",
        "referrals/message",
        "referrals/answered",
        "cases/update_posted",
        "cases/plan_ready",
        "cases/review_held",
        "cases/extended",
    }
)
"""Mails whose news stands on the reader's first page until they have opened it: a summary may bring it instead."""


def other_side(actor: Actor, referral: Referral, template: str) -> None:
    """Queue the mail `template` to the other side's person: to the referrer from KSAF, to KSAF from everyone else."""
    if actor.is_operator:
        referrer(referral, template)
    else:
        operator(referral, template)


def referrer(referral: Referral, template: str, **context: str | bool) -> None:
    """Queue the mail `template` to the contact of `referral`, or to all who refer there while it has none.

    To nobody once whoever sent it no longer sees it.
    """
    if not sender.sees(referral):
        return
    owner = referral.organisation_id
    _queue(referral, template, owner, staff_of(owner).on_whom(referral.contact_id), context)


def operator(referral: Referral, template: str, *also: Role) -> None:
    """Queue the mail `template` to who has `referral` at KSAF (else all of triage) and to the roles `also`."""
    operator_id = lifecycle.operator_id()
    _queue(referral, template, operator_id, _told(referral, staff_of(operator_id), also))


def organisation(referral: Referral, organisation_id: int, template: str) -> None:
    """Queue the mail `template` about `referral` to whoever refers in an organisation, else to its admins."""
    _queue(referral, template, organisation_id, staff_of(organisation_id).on_whom(None))


def colleagues(referral: Referral, about: News, people: Iterable[Member], template: str) -> None:
    """Prompt `people` of KSAF about `referral` and queue them the mail `template`."""
    operator_id, told = lifecycle.operator_id(), list(people)
    news.tell(about, referral.reference, told, organisation_id=operator_id)
    _queue(referral, template, operator_id, told)


def proposer(referral: Referral, person_id: int, permission: Permission) -> list[Member]:
    """Return who at KSAF goes on with what somebody proposed about `referral` and a manager returned, never nobody.

    Whoever proposed it, while they work here and hold `permission` to propose it again; else who has the referral, or
    else triage, of those who hold it; else the managers.
    """
    staff = staff_of(lifecycle.operator_id())
    themselves = [member for member in staff.members if member.user_id == person_id]
    for people in (themselves, _who_has(referral, staff), staff.on_whom(None)):
        if able := [member for member in people if policy.may(member.role, staff.kind, permission)]:
            return able
    return staff.managers()


def sharing_ended(referral: Referral, organisation_id: int) -> None:
    """Mail and prompt whoever refers in an organisation that `referral` is no longer shared with it; not why."""
    people = staff_of(organisation_id).on_whom(None)
    _queue(referral, "referrals/sharing_ended", organisation_id, people)
    news.tell(News.SHARING_ENDED, referral.reference, people, organisation_id=organisation_id)


def readers_of_updates(actor: Actor, referral: Referral, template: str, about: News, *, with_referrer: bool) -> None:
    """Mail and prompt who reads the updates of `referral`: who refers where it is shared so far, and the referrer.

    The referrer only where the family agrees to that (`with_referrer`).
    """
    told: dict[int, list[Member]] = {}
    for seer in record.seers(actor, referral):
        party = seer.party
        if party.role is PartyRole.OPERATOR or party.scope is Scope.STATUS:
            continue
        if with_referrer or party.role is not PartyRole.OWNER:
            person = referral.contact_id if party.role is PartyRole.OWNER else None
            told.setdefault(party.organisation_id, staff_of(party.organisation_id).on_whom(person))
    for organisation_id, members in told.items():
        _queue(referral, template, organisation_id, members)
        news.tell(about, referral.reference, members, organisation_id=organisation_id)


def operator_managers(referral: Referral, template: str) -> None:
    """Queue the mail `template` about `referral` to KSAF's managers."""
    operator_id = lifecycle.operator_id()
    _queue(referral, template, operator_id, staff_of(operator_id).managers())


def prompt_operator(referral: Referral, about: News, *also: Role) -> None:
    """Prompt who has `referral` at KSAF, else all of triage, and the roles `also`."""
    operator_id = lifecycle.operator_id()
    news.tell(about, referral.reference, _told(referral, staff_of(operator_id), also), organisation_id=operator_id)


def failed_mail(reference: str | None) -> None:
    """Prompt whoever administers KSAF, and who has the referral `reference` there, that a mail could not be delivered.

    For the scheduler, in a transaction across organisations. Before KSAF has been added there is nobody to tell.
    """
    try:
        operator_id = lifecycle.operator_id()
    except LookupError:
        return
    staff = staff_of(operator_id)
    told = staff.with_role(Role.ADMINISTRATOR, Role.MANAGER)
    about = select(Referral).where(col(Referral.reference) == reference)
    if referral := db.session().scalars(about).first():
        told = [*told, *staff.on_whom(referral.assigned_to_id)]
    news.tell(News.MAIL_FAILED, reference or "", told, organisation_id=operator_id)


def _told(referral: Referral, staff: Staff, also: Iterable[Role]) -> list[Member]:
    return [*_who_has(referral, staff), *(member for role in also for member in staff.with_role(role))]


def _who_has(referral: Referral, staff: Staff) -> list[Member]:
    """Return who has `referral` at KSAF, else all of triage; while the family is in support, those who help it."""
    helping = {referral.practitioner_id, referral.case_manager_id} if referral.state is State.IN_SUPPORT else set()
    found = [member for member in staff.members if member.user_id in helping]
    return found or staff.on_whom(referral.assigned_to_id)


def _queue(
    referral: Referral,
    template: str,
    organisation_id: int,
    members: Iterable[Member],
    context: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    urgent = template not in CAN_WAIT
    for address in dict.fromkeys(member.email for member in members if member.hears_at_once(urgent=urgent)):
        notifications.queue(template, address, organisation_id=organisation_id, reference=referral.reference, **context)
