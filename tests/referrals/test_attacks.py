"""What a partner too curious and somebody shared in could reach of a referral."""

import pytest
from sqlmodel import col, select

from portal import db
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.referrals import lifecycle
from portal.referrals.models import Audience, Referral
from portal.referrals.queries import get_referral
from portal.referrals.rules import Event, State
from portal.tenancy import as_system, enter
from portal.timescales import jobs
from portal.timescales.models import Prompt
from portal.triage import service as triage
from portal.triage.models import Outcome
from portal.triage.service import Proposal
from tests.factories import people, referrals
from tests.triage.conftest import TEXTS


class Cast:
    """A school's referrer, KSAF, a school that is shown some of it, a draft and an acknowledged referral."""

    def __init__(self):
        school, elsewhere = people.add_organisation(name="Larkfield"), people.add_organisation(name="Harbour Steps")
        self.helen = people.add_person(school, Role.REFERRER, "Helen Marsh")
        self.shared_in = people.add_person(elsewhere, Role.ORGANISATION_ADMIN, "Shona Shared")
        self.triage = referrals.staff()
        self.draft = f"/referrals/{referrals.draft(self.helen).reference}"
        row = referrals.acknowledged(self.helen, self.triage)
        self.reference, self.id = row.reference, row.id
        self.path = f"/referrals/{row.reference}"

    def share(self, scope: Scope) -> None:
        """Open the referral to the other school."""
        session = db.session()
        with as_system(session):
            row = session.scalars(select(Referral).where(col(Referral.id) == self.id)).one()
            party = ReferralParty(
                referral_id=row.id,
                owner_organisation_id=row.organisation_id,
                organisation_id=self.shared_in.organisation_id,
                role=PartyRole.SHARED,
                scope=scope,
                ground=Ground.CONSENT,
                basis="Consent",
                valid_from=row.created_at,
            )
            session.add(party)


@pytest.fixture
def told(database, moment):
    with database.transaction():
        return Cast()


def move(database, person, reference, event, title="Asked", **more):
    with database.transaction() as session:
        enter(session, person.organisation_id)
        lifecycle.move(person.actor, get_referral(person.actor, reference), event, title, title, **more)


def viewed(database):
    with database.system_transaction(write=False) as session:
        seen = select(AuditEvent.id).where(AuditEvent.action == Action.REFERRAL_VIEWED)
        return len(session.scalars(seen).all())


@pytest.mark.parametrize("part", ["attachments", "discard"])
def test_looking_at_a_draft_in_any_way_is_recorded(client_of, database, told, part):
    client_of(told.helen).get(f"{told.draft}/{part}")
    assert viewed(database) == 1


def test_the_confirmation_is_recorded_as_a_view(client_of, database, told):
    assert client_of(told.helen).get(f"{told.path}/sent").status_code == 200
    assert viewed(database) == 1


def test_a_proposal_shows_nowhere_to_the_partner(client_of, database, moment, told):
    move(database, told.triage, told.reference, Event.ASK)
    moment.advance(days=9)
    jobs.run(database, moment.now)
    move(database, told.triage, told.reference, Event.DECIDE, "canary", audience=Audience.OPERATOR)
    client = client_of(told.helen)
    with database.system_transaction(write=False) as session:
        mine = session.scalars(select(Prompt.key).where(col(Prompt.user_id) == told.helen.user_id)).all()
    pages = ["/", "/referrals", "/home/latest", "/home/waiting", told.path, f"{told.path}/status"]
    assert mine
    for address in (*pages, *(f"/prompts/{key}" for key in mine)):
        page = client.get(address)
        assert page.status_code == 200, address
        assert "canary" not in page.text, address


def test_the_letter_is_for_those_who_see_the_whole_referral(client_of, database, told):
    refused = Proposal(Outcome.NOT_ACCEPTED, "another_service_leads", **TEXTS)
    with database.transaction() as session:
        told.share(Scope.STATUS)
        manager = referrals.staff(Role.MANAGER)
        enter(session, told.triage.organisation_id)
        row = get_referral(told.triage.actor, told.reference)
        triage.propose(told.triage.actor, row, refused)
        triage.authorise(manager.actor, row)
    assert client_of(told.helen).get(f"{told.path}/outcome").status_code == 200
    assert client_of(told.shared_in).get(f"{told.path}/outcome").status_code == 404


@pytest.mark.parametrize("scope", [Scope.STATUS, Scope.UPDATES])
def test_who_sees_the_status_only_is_offered_no_form(client_of, database, told, scope):
    with database.transaction():
        told.share(scope)
    client = client_of(told.shared_in)
    assert client.get(told.path).status_code == 200
    for page in ("withdraw", "update", "messages"):
        assert client.get(f"{told.path}/{page}").status_code == 404, page


@pytest.mark.parametrize(
    ("part", "typed"), [("withdraw", "text"), ("update", "text"), ("answer", "text"), ("chase", "")]
)
def test_only_who_sent_it_withdraws_answers_updates_or_chases(client_of, database, told, part, typed):
    with database.transaction():
        told.share(Scope.ALL)
    move(database, told.triage, told.reference, Event.ASK)
    answer = client_of(told.shared_in).post(
        f"{told.path}/{part}", data={typed: "We would rather you did not.", "is_risk_changed": "no"}
    )
    assert answer.status_code == 404
    with database.system_transaction(write=False) as session:
        assert (
            session.scalars(select(Referral.state).where(col(Referral.id) == told.id)).one()
            is State.INFORMATION_REQUESTED
        )
