"""What the portal already knows of a section before anybody has written in it."""

from portal.access.actor import Actor
from portal.access.roles import OrganisationKind
from portal.referrals.form.sections import AnswerValue, Section


def answers_for(actor: Actor, section: Section) -> dict[str, AnswerValue]:
    """Return answers to show in an unsaved `section` for `actor` to keep or change; nothing is saved by it."""
    if section.key == "consent-and-contact":
        return {"contact_name": actor.name, "contact_email": actor.email}
    if section.key == "child-and-family" and actor.organisation_kind is OrganisationKind.EDUCATION:
        return {"education_setting": actor.organisation_name}
    return {}
