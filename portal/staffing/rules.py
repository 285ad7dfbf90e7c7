"""The parts that people have in a referral, as a table: who may take each, and while the referral is where."""

from dataclasses import dataclass
from enum import StrEnum

from portal.access.roles import Role
from portal.referrals.rules import LIVE, State
from portal.timescales.recipients import DATA_REQUESTS, DISAGREEMENTS

_UPDATES = frozenset({"weekly_update"})
_SUPPORT = frozenset({"week_4_review", "completion_summary"})
# On KSAF's people of a role, or with a person of its own, whoever has the referral.
_OTHERS = frozenset({"call_back", "concern", "sharing_decision", *DATA_REQUESTS, *DISAGREEMENTS})


class Part(StrEnum):
    """One part, by the name of its columns on the referral: `contact_id`, `contact_name`."""

    CONTACT = "contact"
    ASSIGNED_TO = "assigned_to"
    CASE_MANAGER = "case_manager"
    PRACTITIONER = "practitioner"


@dataclass(frozen=True)
class About:
    """A part in words, who may take it, and the states in which a referral needs somebody for it.

    `owes` are the kinds of policy.toml that are on whoever has it; `owes_not` those that are not, where it has the
    rest.
    """

    label: str
    title: str
    roles: frozenset[Role]
    needed_in: frozenset[State]
    owes: frozenset[str] = frozenset()
    owes_not: frozenset[str] = frozenset()


PARTS: dict[Part, About] = {
    Part.CONTACT: About(
        "Contact for KSAF",
        "The contact for this referral",
        frozenset({Role.REFERRER, Role.ORGANISATION_ADMIN}),
        LIVE,
    ),
    Part.ASSIGNED_TO: About(
        "Triage and decision",
        "Who has this referral at KSAF",
        frozenset({Role.TRIAGE_OFFICER, Role.CASE_MANAGER, Role.SAFEGUARDING_TEAM, Role.MANAGER}),
        LIVE - {State.DRAFT, State.SENT, State.IN_SUPPORT},
        owes_not=_UPDATES | _SUPPORT | _OTHERS,
    ),
    Part.CASE_MANAGER: About(
        "Case manager",
        "The case manager",
        frozenset({Role.CASE_MANAGER, Role.MANAGER}),
        frozenset({State.IN_SUPPORT}),
        owes=_SUPPORT,
    ),
    Part.PRACTITIONER: About(
        "Family outreach practitioner",
        "The family outreach practitioner",
        frozenset({Role.FAMILY_OUTREACH_PRACTITIONER}),
        frozenset({State.IN_SUPPORT}),
        owes=_UPDATES,
    ),
}


def parts_at(*, is_operator: bool) -> tuple[Part, ...]:
    """Return the parts that people of KSAF have in a referral, or those of the organisation that sent it."""
    return (Part.ASSIGNED_TO, Part.CASE_MANAGER, Part.PRACTITIONER) if is_operator else (Part.CONTACT,)


def lost_with(role: Role, *, is_operator: bool) -> tuple[Part, ...]:
    """Return the parts that somebody can no longer have once `role` is theirs."""
    return tuple(part for part in parts_at(is_operator=is_operator) if role not in PARTS[part].roles)
