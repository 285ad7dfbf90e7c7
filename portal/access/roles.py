"""Kinds of organisation, roles in them, and the words for both."""

from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation is; what it may ask of the portal follows from this."""

    EDUCATION = "education"
    LOCAL_AUTHORITY = "local_authority"
    HEALTH = "health"
    COMMUNITY = "community"
    COUNCILLOR = "councillor"
    OPERATOR = "operator"


class Role(StrEnum):
    """What a person is in one organisation: the first three in partners, the others in KSAF."""

    REFERRER = "referrer"
    ORGANISATION_ADMIN = "organisation_admin"
    VIEWER = "viewer"
    SUPPORT_LINE_ADVISER = "support_line_adviser"
    TRIAGE_OFFICER = "triage_officer"
    CASE_MANAGER = "case_manager"
    FAMILY_OUTREACH_PRACTITIONER = "family_outreach_practitioner"
    SAFEGUARDING_TEAM = "safeguarding_team"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


PARTNER_ROLES = frozenset({Role.REFERRER, Role.ORGANISATION_ADMIN, Role.VIEWER})
OPERATOR_ROLES = frozenset(Role) - PARTNER_ROLES

KIND_LABELS = {
    OrganisationKind.EDUCATION: "Education setting",
    OrganisationKind.LOCAL_AUTHORITY: "Local authority or Early Help",
    OrganisationKind.HEALTH: "Health and wellbeing",
    OrganisationKind.COMMUNITY: "Community organisation",
    OrganisationKind.COUNCILLOR: "Councillor or community representative",
    OrganisationKind.OPERATOR: "KSAF",
}
ROLE_LABELS = {role: role.value.replace("_", " ").capitalize() for role in Role}


def roles_of(kind: OrganisationKind) -> frozenset[Role]:
    """Return the roles a person can hold in an organisation of this kind."""
    return OPERATOR_ROLES if kind is OrganisationKind.OPERATOR else PARTNER_ROLES


def needs_second_factor(role: Role) -> bool:
    """Say whether the role may only be used after a second factor: KSAF's people and organisation admins."""
    return role in OPERATOR_ROLES or role is Role.ORGANISATION_ADMIN
