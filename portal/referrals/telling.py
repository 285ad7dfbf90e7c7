"""Who is told by mail about a referral. A mail carries its reference and a link, never more."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from portal.access.actor import Actor
from portal.access.roles import Role
from portal.notifications import service as notifications
from portal.referrals import lifecycle
from portal.referrals.models import Referral
from portal.timescales.recipients import Member, staff_of


def other_side(actor: Actor, referral: Referral, template: str) -> None:
    """Queue the mail `template` to the other side's person: to the referrer from KSAF, to KSAF from everyone else."""
    if actor.is_operator:
        referrer(referral, template)
    else:
        operator(referral, template)


def referrer(referral: Referral, template: str, **context: str) -> None:
    """Queue the mail `template` to whoever sent `referral`, or to all who refer there once they have left."""
    owner = referral.organisation_id
    _queue(referral, template, owner, staff_of(owner).on_whom(referral.created_by_id), context)


def operator(referral: Referral, template: str, *also: Role) -> None:
    """Queue the mail `template` to who has `referral` at KSAF (else all of triage) and to the roles `also`."""
    operator_id = lifecycle.operator_id()
    staff = staff_of(operator_id)
    others = [member for role in also for member in staff.with_role(role)]
    _queue(referral, template, operator_id, [*staff.on_whom(referral.assigned_to_id), *others])


def operator_managers(referral: Referral, template: str) -> None:
    """Queue the mail `template` about `referral` to KSAF's managers."""
    operator_id = lifecycle.operator_id()
    _queue(referral, template, operator_id, staff_of(operator_id).managers())


def _queue(
    referral: Referral,
    template: str,
    organisation_id: int,
    members: Iterable[Member],
    context: Mapping[str, str] = MappingProxyType({}),
) -> None:
    for address in dict.fromkeys(member.email for member in members):
        notifications.queue(template, address, organisation_id=organisation_id, reference=referral.reference, **context)
