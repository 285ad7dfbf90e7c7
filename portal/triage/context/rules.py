"""Who may be asked about attendance, and on which of the family's agreements."""

from enum import StrEnum

from portal.access.roles import OrganisationKind


class Whom(StrEnum):
    """Who is asked."""

    FAMILY = "family"
    SCHOOL = "school"


PURPOSE = {Whom.FAMILY: "contact_family", Whom.SCHOOL: "named_others"}
"""The purpose of the consent form that lets KSAF ask each."""
REFUSED = {
    Whom.FAMILY: "The family has not agreed that KSAF contacts them. Ask the referrer for information instead.",
    Whom.SCHOOL: "The family has not agreed to sharing with others, so no school can be asked. Ask the family instead.",
}
BY_A_SCHOOL = "A school sent this referral and knows the child’s attendance: ask it for information."
QUESTION = (
    "How many sessions has the child missed or been late for since September, on which days, and what do you know "
    "about why?"
)


def needs_context(sender: OrganisationKind) -> bool:
    """Say whether a referral from such a sender may need attendance context: a school gives its own."""
    return sender is not OrganisationKind.EDUCATION
