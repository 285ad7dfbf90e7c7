"""One small world for the tests of every route: two schools, a health partner, a council, a councillor, and KSAF.

Each organisation's words about a child, and its people's names, carry a mark that occurs nowhere else, so that a search
for the mark finds every leak.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import select

from portal import clock, db
from portal.access.models import Scope
from portal.access.roles import OPERATOR_ROLES, OrganisationKind, Role
from portal.accounts.models import Invitation, Membership, PasswordReset
from portal.family import links as family
from portal.family.models import ForWhom
from portal.family.models import Way as LinkWay
from portal.organisations.models import Organisation
from portal.referrals import lifecycle
from portal.referrals.files import storage
from portal.referrals.models import Attachment, InformationRequest, Referral
from portal.referrals.rules import Event, State
from portal.referrals.sharing import deciding
from portal.referrals.sharing.queries import open_decision
from portal.referrals.timeline import add as add_entry
from portal.tenancy import as_system, enter
from portal.timescales.models import ClosureDay
from portal.transfers import links
from portal.transfers.models import Handover, Transfer
from portal.transfers.statutory import service as statutory
from portal.transfers.statutory.models import Way
from portal.transfers.statutory.service import Door, Told, WithoutConsent
from portal.triage.context.models import ContextRequest
from portal.triage.models import Decision, DecisionState, Outcome
from tests.factories import (
    calls,
    concerns,
    data_requests,
    disagreements,
    holds,
    people,
    referrals,
    sharing,
    support,
    waiting,
)
from tests.factories.answers import SCHOOL
from tests.factories.assessments import assessed, found

PDF = b"%PDF-1.4\n%invented\n"


@dataclass
class Tenant:
    """One organisation of the world, and the public keys by which its rows are addressed."""

    organisation_id: int
    key: str
    mark: str
    people: dict[Role, people.Person]
    references: dict[State, str] = field(default_factory=dict)
    attachments: dict[State, str] = field(default_factory=dict)
    prompts: dict[Role, str] = field(default_factory=dict)
    absences: dict[Role, str] = field(default_factory=dict)
    members: dict[Role, str] = field(default_factory=dict)
    invitation: str = ""
    reset: str = ""
    shared: str = ""
    """The reference of a referral that another organisation sent and that is shared with this one, all but its end."""
    enquiry: str = ""
    professional: str = ""
    """The reference of a call that a professional made to it."""
    call_back: str = ""
    """The reference of a call that it owes."""
    goal: str = ""
    """A goal of its family in support."""
    contact: str = ""
    """An entry of that family's contact log."""
    onward: str = ""
    """The offer of its family that moves to another service."""
    handover: str = ""
    """The key inside the link by which that service, which has no account, answers."""
    consent_link: str = ""
    """A link made for the family of its sent referral, to be printed."""
    consent_path: str = ""
    """What that link opens."""
    statutory: str = ""
    """What KSAF has told a front door about that family."""
    sharing: str = ""
    """A decision to share that family without consent, which waits for a manager."""
    concern: str = ""
    """A concern that KSAF's safeguarding team reads: what the other school's referrer raised."""
    data_request: str = ""
    """What somebody asks KSAF about their data."""
    erasure: str = ""
    """A request to remove a record, with a proposal to do so that waits for another manager."""
    erasure_proposal: str = ""
    correction: str = ""
    """What somebody says is wrong in a record."""
    recipient: str = ""
    """Somebody who was given that, and has not been told yet."""
    data_copy: str = ""
    """The key of a copy made for that request, which somebody has read."""
    disagreement: str = ""
    """A challenge by its referrer of a refusal by KSAF; for KSAF, that of the first school."""
    evidence: str = ""
    """The key of a file that came with that."""
    receipt: str = ""
    """The receipt of a concern that somebody of it raised: the referrer, or KSAF's practitioner."""
    offered: str = ""
    """The offer of somebody else's family that was made to it."""
    asked: str = ""
    """The reference of somebody else's referral, about which KSAF asked it for attendance."""
    hold: str = ""
    """A hold that it put on a record."""
    practitioner: people.Person | None = None
    """Who at KSAF works with its families. Need to know: they see no other school's."""

    @property
    def people_mark(self) -> str:
        """What every name of its people carries: no secret from KSAF, but from other partners."""
        return self.mark[::-1].capitalize()

    @property
    def draft_mark(self) -> str:
        """What only its draft says: KSAF must not read that either."""
        return f"{self.mark}unsent"

    @property
    def concern_mark(self) -> str:
        """What only the words of a concern about its children say: who raised it is not shown them again either."""
        return f"{self.mark}raised"


@dataclass
class World:
    """All of it."""

    school: Tenant
    other_school: Tenant
    health: Tenant
    council: Tenant
    councillor: Tenant
    ksaf: Tenant

    def partners(self) -> list[Tenant]:
        """Everybody but KSAF."""
        return [self.school, self.other_school, self.health, self.council, self.councillor]


PARTNER_ROLES = (Role.REFERRER, Role.ORGANISATION_ADMIN, Role.VIEWER)
STATES = (
    State.DRAFT,
    State.SENT,
    State.ACKNOWLEDGED,
    State.INFORMATION_REQUESTED,
    State.CONTEXT_REQUESTED,
    State.DECISION_PROPOSED,
    State.ADVICE,
    State.ACCEPTED,
    State.IN_SUPPORT,
    State.HANDING_OVER,
    State.CLOSED,
    State.NOT_ACCEPTED,
    State.WITHDRAWN,
)


_DECIDED = {
    State.ADVICE: (Outcome.PATHWAY_1, Event.AUTHORISE_ADVICE),
    State.HANDING_OVER: (Outcome.PATHWAY_3, Event.AUTHORISE_ONWARD),
    State.NOT_ACCEPTED: (Outcome.NOT_ACCEPTED, Event.AUTHORISE_NOT_ACCEPTED),
}


def build(database: db.Database) -> World:
    """Make the world in `database` and commit it."""
    with database.transaction():
        ksaf = _tenant(referrals.operator(), "Zephyrquill", tuple(sorted(OPERATOR_ROLES)))
        kinds = OrganisationKind
        made = World(
            _tenant(people.add_organisation(kinds.EDUCATION, "Larkfield Vale Academy"), "Ottervane"),
            _tenant(people.add_organisation(kinds.EDUCATION, "Marsh End School"), "Quillmarch"),
            _tenant(people.add_organisation(kinds.HEALTH, "Weir Surgery"), "Tansyhook"),
            _tenant(people.add_organisation(kinds.LOCAL_AUTHORITY, "Estuary Early Help"), "Brindlemoss"),
            _tenant(people.add_organisation(kinds.COUNCILLOR, "Councillor for Creek Ward"), "Fennelgate"),
            ksaf,
        )
        made.school.practitioner = ksaf.people[Role.FAMILY_OUTREACH_PRACTITIONER]
        made.other_school.practitioner = referrals.staff(Role.FAMILY_OUTREACH_PRACTITIONER)
        for tenant in (made.school, made.other_school):
            for state in STATES:
                add_referral(tenant, ksaf, state)
            _link(tenant)
        _share(made.school, made.council, ksaf, Scope.UPDATES)
        _share(made.other_school, made.health, ksaf, Scope.ALL)
        _offer(made.school, made.other_school, ksaf)
        _offer(made.other_school, made.school, ksaf)
        _ask_about_attendance(made.school, made.other_school, ksaf)
        _ask_about_attendance(made.other_school, made.school, ksaf)
        for tenant in (made.school, made.other_school):
            tenant.receipt = concerns.raised(
                tenant.references[State.IN_SUPPORT], tenant.people[Role.REFERRER], tenant.concern_mark
            )
            tenant.disagreement, tenant.evidence = disagreements.raised(
                tenant.references[State.NOT_ACCEPTED], tenant.people[Role.REFERRER], tenant.mark
            )
        ksaf.disagreement, ksaf.evidence = made.school.disagreement, made.school.evidence
        ksaf.concern = made.other_school.receipt
        ksaf.correction, ksaf.recipient = data_requests.corrected(
            ksaf.people[Role.MANAGER], made.other_school.references[State.HANDING_OVER], made.other_school.mark
        )
        ksaf.data_request, ksaf.data_copy = data_requests.copied(
            ksaf.people[Role.MANAGER], made.other_school.references[State.SENT], ksaf.mark
        )
        ksaf.erasure, ksaf.erasure_proposal = data_requests.proposed(
            ksaf.people[Role.MANAGER], made.other_school.references[State.NOT_ACCEPTED], ksaf.mark
        )
        ksaf.receipt = concerns.raised(
            made.school.references[State.IN_SUPPORT], made.school.practitioner, made.school.concern_mark
        )
        for tenant in (*made.partners(), ksaf):
            tenant.prompts, tenant.absences = waiting.added(tenant.organisation_id, tenant.people, tenant.references)
        ksaf.enquiry, ksaf.professional = calls.logged(ksaf.people[Role.SUPPORT_LINE_ADVISER], ksaf.mark)
        for tenant in made.partners():
            ksaf.call_back = calls.signposted(tenant.people[Role.REFERRER], ksaf.mark)
        ksaf.hold = holds.placed(made.other_school.references[State.ADVICE], ksaf.people[Role.MANAGER])
        db.session().add(ClosureDay(day=date(2026, 12, 29), reason="Closed between the years", added_at=clock.now()))
    return made


def add_referral(tenant: Tenant, ksaf: Tenant, state: State) -> Referral:
    """Add a referral of `tenant` that has come as far as `state`, with a file, and with messages once it is sent."""
    owner, mark = tenant.people[Role.REFERRER], tenant.draft_mark if state is State.DRAFT else tenant.mark
    answers = SCHOOL | {
        "child_first_name": f"Given{mark}",
        "child_last_name": f"Family{mark}",
        "presenting_worries": f"Narrative {mark} {SCHOOL['presenting_worries']}",
    }
    made = referrals.draft(owner, answers)
    made.child_given_name, made.child_family_name = f"Given{mark}", f"Family{mark}"
    made.child_given_key, made.child_family_key = f"given{mark}".lower(), f"family{mark}".lower()
    tenant.attachments[state] = _attach(made, owner, mark)
    tenant.references[state] = made.reference
    if state is not State.DRAFT:
        made = _send(made, tenant, ksaf)
        _carry_on(made, tenant, ksaf, state)
    db.session().flush()
    return made


def _tenant(organisation: Organisation, mark: str, roles: tuple[Role, ...] = PARTNER_ROLES) -> Tenant:
    session, now = db.session(), clock.now()
    held = {
        role: people.add_person(organisation, role, f"{role.value.title()} {mark[::-1].capitalize()}") for role in roles
    }
    made = Tenant(organisation.id, organisation.key, mark, held, invitation=secrets.token_urlsafe(12))
    with as_system(session):
        rows = session.scalars(select(Membership).where(Membership.organisation_id == organisation.id)).all()
        made.members = {row.role: row.key for row in rows}
        session.add(
            Invitation(
                key=made.invitation,
                organisation_id=organisation.id,
                email=f"invited.{made.people_mark.lower()}@school.example",
                role=roles[0],
                invited_by_id=held[roles[0]].user_id,
                created_at=now,
                expires_at=now + timedelta(days=7),
            )
        )
        made.reset = secrets.token_urlsafe(12)
        session.add(
            PasswordReset(
                key=made.reset, user_id=held[roles[0]].user_id, created_at=now, expires_at=now + timedelta(hours=1)
            )
        )
    return made


def _attach(referral: Referral, by: people.Person, mark: str) -> str:
    key = secrets.token_urlsafe(12)
    db.session().add(
        Attachment(
            key=key,
            organisation_id=referral.organisation_id,
            referral_id=referral.id,
            filename=f"attendance-{mark}.pdf",
            content_type="application/pdf",
            size=len(PDF),
            digest=hashlib.sha256(PDF).hexdigest(),
            stored_name=storage.write(PDF),
            uploaded_by_id=by.user_id,
            uploaded_by_name=by.name,
            uploaded_at=clock.now(),
        )
    )
    return key


def _send(referral: Referral, tenant: Tenant, ksaf: Tenant) -> Referral:
    owner = tenant.people[Role.REFERRER]
    referrals._add_party(referral, ksaf.organisation_id, referrals.PartyRole.OPERATOR)
    # From the start, so that each address can be tried as a practitioner too.
    practitioner = tenant.practitioner
    referral.practitioner_id, referral.practitioner_name = practitioner.user_id, practitioner.name
    lifecycle.move(owner.actor, referral, Event.SUBMIT, "Referral sent")
    add_entry(owner.actor, referral, "message", "Message", f"Message {tenant.mark}")
    return referral


def _carry_on(made: Referral, tenant: Tenant, ksaf: Tenant, state: State) -> None:
    """Move a sent referral on to `state`, as the people whose turn it is."""
    owner, mark = tenant.people[Role.REFERRER], tenant.mark
    if state is State.SENT:
        return
    if state is State.WITHDRAWN:
        lifecycle.move(owner.actor, made, Event.WITHDRAW, "Withdrawn", f"Reason {mark}")
        return
    officer, manager = ksaf.people[Role.TRIAGE_OFFICER], ksaf.people[Role.MANAGER]
    made = referrals.load_for(officer, made.id)
    lifecycle.move(officer.actor, made, Event.ACKNOWLEDGE, "Acknowledged")
    assessed(made, officer, found(f"{mark}{support.PRIVATE}"))
    if state is State.INFORMATION_REQUESTED:
        _ask(made, officer, mark)
    elif state is State.CONTEXT_REQUESTED:
        lifecycle.move(officer.actor, made, Event.ASK_CONTEXT, "Attendance context asked", f"Asked {mark}")
    elif state is not State.ACKNOWLEDGED:
        _decide(made, officer, manager, state, mark)
    if state in {State.IN_SUPPORT, State.CLOSED}:
        case = support.begin(made, ksaf.people[Role.CASE_MANAGER], tenant.practitioner, mark)
        if state is State.IN_SUPPORT:
            tenant.goal, tenant.contact = support.keys_of(case)
        if state is State.CLOSED:
            support.sum_up(case, manager, mark)
    if state is State.CLOSED:
        made.closing_outcome, made.closing_rationale = "goals_met", f"Closing {mark}"
        lifecycle.move(manager.actor, made, Event.CLOSE, "Closed")


def _link(tenant: Tenant) -> None:
    """Make a consent link for the family of the referral that has been sent."""
    by = tenant.people[Role.REFERRER]
    enter(db.session(), by.organisation_id)
    wanted = select(Referral).where(Referral.reference == tenant.references[State.SENT])
    row = family.make(by.actor, db.session().scalars(wanted).one(), family.Wanted(ForWhom.PARENT, LinkWay.PAPER))
    tenant.consent_link, tenant.consent_path = row.key, family.path_of(row) or ""


def _ask(made: Referral, officer: people.Person, mark: str) -> None:
    lifecycle.move(officer.actor, made, Event.ASK, "Question", f"Question {mark}")
    db.session().add(
        InformationRequest(
            organisation_id=made.organisation_id,
            referral_id=made.id,
            question=f"Question {mark}",
            asked_by_id=officer.user_id,
            asked_by_name=officer.name,
            asked_at=clock.now(),
            due_at=clock.now() + timedelta(days=3),
        )
    )


def _decide(made: Referral, officer: people.Person, manager: people.Person, state: State, mark: str) -> None:
    outcome, event = _DECIDED.get(state, (Outcome.PATHWAY_2, Event.AUTHORISE))
    refused = outcome is Outcome.NOT_ACCEPTED
    decision = Decision(
        organisation_id=made.organisation_id,
        referral_id=made.id,
        outcome=outcome,
        reason="another_service_leads" if refused else None,
        rationale=f"Rationale {mark}",
        explanation=f"Explanation {mark}",
        next_option=f"Next option {mark}",
        proposed_by_id=officer.user_id,
        proposed_by_name=officer.name,
        proposed_at=clock.now(),
    )
    db.session().add(decision)
    lifecycle.move(officer.actor, made, Event.DECIDE, "Decision proposed")
    if state is State.DECISION_PROPOSED:
        return
    decision.state, decision.settled_by_id, decision.settled_by_name = (
        DecisionState.AUTHORISED,
        manager.user_id,
        manager.name,
    )
    decision.settled_at = clock.now()
    made.pathway = None if refused else outcome.value
    lifecycle.move(manager.actor, made, event, "Decision authorised")


def _share(owner: Tenant, looker_on: Tenant, ksaf: Tenant, scope: Scope) -> None:
    """Share a referral of its own, which says nothing of the owner's mark, so that a search for it finds leaks only."""
    with as_system(db.session()):
        school = people.organisation_at(owner.organisation_id)
    row = referrals.acknowledged(people.add_person(school), ksaf.people[Role.TRIAGE_OFFICER])
    referrals.share(row, looker_on.organisation_id, scope)
    looker_on.shared = row.reference


def _offer(tenant: Tenant, receiver: Tenant, ksaf: Tenant) -> None:
    """Offer the family of `tenant` that is moving on to `receiver`, whose own mark is in what it may read alone."""
    by = ksaf.people[Role.CASE_MANAGER]
    enter(db.session(), by.organisation_id)
    wanted = select(Referral).where(Referral.reference == tenant.references[State.HANDING_OVER])
    referral = db.session().scalars(wanted).one()
    referral.open_transfers = 2
    receiver.offered = _made(referral, by, tenant, receiver.mark, to_organisation_id=receiver.organisation_id).key
    outside = _made(referral, by, tenant, tenant.mark, to_email="duty@service.example")
    tenant.onward, tenant.handover = outside.key, secrets.token_urlsafe(12)
    now, mark = clock.now(), f"{tenant.mark}{support.PRIVATE}"
    db.session().add(
        Handover(
            organisation_id=referral.organisation_id,
            referral_id=referral.id,
            transfer_id=outside.id,
            key_hash=links.hashed(tenant.handover),
            sent_at=now,
            expires_at=now + links.LIVES,
        )
    )
    db.session().flush()
    protecting = WithoutConsent("asking_is_unsafe", "A manager", is_family_told=False, not_told_why=f"Why {mark}")
    told = Told(
        door=Door("kent_front_door", "Kent County Council: Front Door"),
        way=Way.PHONE,
        made_at=now,
        spoke_to=f"Spoke {mark}",
        words=f"Told {mark}",
        basis_why=f"Basis {mark}",
        without=protecting,
    )
    tenant.statutory = statutory.log(by.actor, referral, told).key
    _share_without_consent(tenant, referral, by, ksaf)


def _share_without_consent(tenant: Tenant, referral: Referral, by: people.Person, ksaf: Tenant) -> None:
    """Decide twice to share the family with a team off the portal: once authorised, once still with a manager."""
    mark = f"{tenant.mark}{support.PRIVATE}"
    refused = deciding.propose(by.actor, referral, sharing.refused(f"Team {mark}", mark))
    manager = ksaf.people[Role.MANAGER].actor
    found = open_decision(manager, referral.reference, refused.key)
    deciding.authorise(manager, found)
    tenant.sharing = deciding.propose(by.actor, referral, sharing.refused(f"Other team {mark}", mark)).key


def _made(referral: Referral, by: people.Person, tenant: Tenant, mark: str, **to) -> Transfer:
    """Offer a family to a service on the portal or off it, which reads `mark`."""
    made = Transfer(
        key=secrets.token_urlsafe(12),
        organisation_id=referral.organisation_id,
        referral_id=referral.id,
        to_name="Another service",
        **to,
        basis="consent",
        basis_why=f"Why {tenant.mark}{support.PRIVATE}",
        content={
            "reference": referral.reference,
            "note": f"Note {mark}",
            "sections": [{"title": "Reason", "rows": [["Worries", f"Handed over {mark}"]]}],
        },
        offered_at=clock.now(),
        offered_by_id=by.user_id,
        offered_by_name=by.name,
    )
    db.session().add(made)
    db.session().flush()
    return made


def _ask_about_attendance(tenant: Tenant, asked: Tenant, ksaf: Tenant) -> None:
    """Ask another school about a child of `tenant`: it reads its own mark there, and nothing else of the referral."""
    by = ksaf.people[Role.TRIAGE_OFFICER]
    enter(db.session(), by.organisation_id)
    wanted = select(Referral).where(Referral.reference == tenant.references[State.CONTEXT_REQUESTED])
    referral = db.session().scalars(wanted).one()
    db.session().add(
        ContextRequest(
            organisation_id=referral.organisation_id,
            referral_id=referral.id,
            reference=referral.reference,
            to_organisation_id=asked.organisation_id,
            to_name="Another school",
            basis="The family agreed",
            about=f"Child {asked.mark}",
            question=f"Attendance of {asked.mark}",
            asked_by_id=by.user_id,
            asked_by_name=by.name,
            asked_at=clock.now(),
            due_at=clock.now() + timedelta(days=3),
        )
    )
    db.session().flush()
    asked.asked = referral.reference
