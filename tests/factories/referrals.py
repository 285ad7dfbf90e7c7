"""Referrals in a state, made through the lifecycle itself, in the session that is open."""

from datetime import date

from sqlmodel import select

from portal import clock, db, references
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.access.roles import OrganisationKind, Role
from portal.organisations.models import Organisation
from portal.referrals import household, lifecycle
from portal.referrals.form.parts import Part
from portal.referrals.form.sections import SECTIONS
from portal.referrals.models import Referral, ReferralSection
from portal.referrals.rules import Event
from portal.tenancy import as_system, enter
from tests.factories import people
from tests.factories.answers import SCHOOL

GROUNDS = {PartyRole.OWNER: Ground.OWN, PartyRole.OPERATOR: Ground.ASKED, PartyRole.SHARED: Ground.CONSENT}


def operator() -> Organisation:
    """Return the operator organisation of this test, added when there is none yet."""
    session = db.session()
    with as_system(session):
        return (
            session.get(Organisation, lifecycle.operator_id())
            if _has_operator()
            else people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        )


def staff(role: Role = Role.TRIAGE_OFFICER) -> people.Person:
    """Add a person at KSAF."""
    return people.add_person(operator(), role)


def draft(person: people.Person, answers: dict | None = None) -> Referral:
    """Add a draft of `person`'s organisation, with all eight sections answered; the session becomes theirs."""
    session, now = db.session(), clock.now()
    operator()
    answers = SCHOOL if answers is None else answers
    enter(session, person.organisation_id)
    made = Referral(
        organisation_id=person.organisation_id,
        reference=references.new(),
        child_given_name="Amira",
        child_family_name="Khan",
        child_given_key="amira",
        child_family_key="khan",
        child_date_of_birth=date(2013, 5, 4),
        year_group="Year 8",
        route="outreach",
        household_key=household.key_of(answers),
        created_by_id=person.user_id,
        contact_id=person.user_id,
        contact_name=person.name,
        created_at=now,
        last_change_at=now,
    )
    session.add(made)
    session.flush()
    _add_party(made, person.organisation_id, PartyRole.OWNER)
    for section in SECTIONS:
        own = {question.key: answers[question.key] for question in section.questions if question.key in answers}
        session.add(
            ReferralSection(
                organisation_id=person.organisation_id,
                referral_id=made.id,
                section=section.key,
                answers=own,
                updated_by_id=person.user_id,
                updated_by_name=person.name,
                updated_at=now,
            )
        )
    session.flush()
    return made


def sent(person: people.Person, answers: dict | None = None) -> Referral:
    """Add a referral that KSAF has received and not yet acknowledged; the session becomes its owner's."""
    made = draft(person, answers)
    _add_party(made, lifecycle.operator_id(), PartyRole.OPERATOR)
    lifecycle.move(person.actor, made, Event.SUBMIT, "Referral sent")
    return made


def acknowledged(person: people.Person, by: people.Person, answers: dict | None = None) -> Referral:
    """Add a referral that `by` has acknowledged; the session becomes KSAF's, and the row returned is loaded for it."""
    made = load_for(by, sent(person, answers).id)
    lifecycle.move(by.actor, made, Event.ACKNOWLEDGE, "Acknowledged")
    return made


def load_for(person: people.Person, referral_id: int) -> Referral:
    """Make the session `person`'s and return the referral loaded afresh for them."""
    enter(db.session(), person.organisation_id)
    return db.session().scalars(select(Referral).where(Referral.id == referral_id)).one()


def share(referral: Referral, organisation_id: int, scope: Scope, *, is_whole: bool = False) -> None:
    """Let an organisation see `referral` as far as `scope`; `is_whole` opens every part of a need to know too."""
    with as_system(db.session()):
        _add_party(referral, organisation_id, PartyRole.SHARED, scope, is_whole=is_whole)


def _add_party(
    referral: Referral, organisation_id: int, role: PartyRole, scope: Scope = Scope.ALL, *, is_whole: bool = False
) -> None:
    db.session().add(
        ReferralParty(
            referral_id=referral.id,
            owner_organisation_id=referral.organisation_id,
            organisation_id=organisation_id,
            role=role,
            scope=scope,
            ground=GROUNDS[role],
            basis=role.value,
            parts={part.value: "It needs it." for part in Part} if is_whole else None,
            is_whole=is_whole,
            valid_from=clock.now(),
        )
    )
    db.session().flush()


def _has_operator() -> bool:
    try:
        lifecycle.operator_id()
    except LookupError:
        return False
    return True
