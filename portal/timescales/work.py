"""Whose work at KSAF a timescale can be while it is on nobody: of roles that may do it, and of no other."""

from typing import Final

from portal.access import levels, policy
from portal.access.permissions import Permission
from portal.access.roles import OPERATOR_ROLES, ROLE_LABELS, OrganisationKind, Role
from portal.timescales import things
from portal.timescales.timescale import OwedBy, Timescale

_OTHERS: Final = {OwedBy.REFERRING_ORGANISATION, OwedBy.PARENT}
_OF_PARTNERS: Final = {"confirm_call"}
# What whoever does it needs, where opening what it is about is not enough.
_NEEDS: Final = {
    "acknowledge": Permission.REFERRAL_ACKNOWLEDGE,
    "decide": Permission.REFERRAL_DECIDE,
    "outcome": Permission.REFERRAL_DECIDE,
    "confirm_telephone": Permission.STATUTORY_CONFIRM,
    "attendance_context": Permission.REFERRAL_RECORD_CONTEXT,
    "call_back": Permission.CALL_TAKE,
    "allocate": Permission.CASE_ALLOCATE,
    "weekly_update": Permission.UPDATE_WRITE,
    "week_4_review": Permission.REVIEW_RECORD,
    "completion_summary": Permission.SUMMARY_WRITE,
    "onward_offer": Permission.TRANSFER_OFFER,
    "onward_acceptance": Permission.TRANSFER_CHASE,
    "statutory_acknowledgement": Permission.STATUTORY_ACKNOWLEDGE,
    "statutory_manager": Permission.STATUTORY_CHASE,
    "statutory_outcome": Permission.STATUTORY_OUTCOME,
    "record_review": Permission.RECORD_REVIEW,
    "sharing_decision": Permission.SHARING_AUTHORISE,
    "refusal_reason": Permission.SHARING_REASON,
    "tell_receiver": Permission.SHARING_TELL_RECEIVER,
    "tell_family": Permission.SHARING_TELL_FAMILY,
}


def possible(timescale: Timescale) -> tuple[Role, ...]:
    """Return the roles whose work it can be, in the order of the roles.

    None where it is never KSAF's, and where the level of a disagreement says who speaks.
    """
    if timescale.owed_by in _OTHERS or timescale.kind in _OF_PARTNERS or _by_level(timescale):
        return ()
    needed = _NEEDS.get(timescale.kind, things.thing(timescale.kind).permission)
    able = [each for each in Role if each in OPERATOR_ROLES and policy.may(each, OrganisationKind.OPERATOR, needed)]
    return tuple(able)


def in_words(timescale: Timescale) -> str:
    """Return "triage officer, else manager"; empty for what cannot be KSAF's work, or is by its level."""
    return ", else ".join(ROLE_LABELS[each].lower() for each in timescale.work_of) if possible(timescale) else ""


def _by_level(timescale: Timescale) -> bool:
    level = levels.of(timescale.kind)
    return level is not None and bool(level.ksaf)
