"""What a professional refers by telephone is confirmed in writing within 48 hours; KSAF sees to it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal import clock
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.enquiries import service as enquiries
from portal.enquiries.inviting import queries as places
from portal.enquiries.inviting import service as inviting
from portal.enquiries.inviting.service import Begun
from portal.enquiries.models import Caller, Enquiry, NextStep
from portal.enquiries.service import Call
from portal.notifications import letters
from portal.notifications.models import OutboxMail
from portal.referrals import lifecycle
from portal.referrals.form import drafts
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.referrals.rules import Event
from portal.timescales import jobs
from portal.timescales.models import Deadline, DeadlineState, Prompt
from tests.conftest import MONDAY
from tests.factories import people, referrals

REFERRED = Call(
    Caller.PROFESSIONAL, "kent", "Quillmarch hides at the gate.", "To refer.", NextStep.IN_WRITING,
    name="Helen Marsh", phone="01632 960 101",
)  # fmt: skip
DUE = MONDAY + timedelta(hours=48)
TYPED = {"risk": "no", "area": "kent", "explored": "Mondays", "advised": "A plan", "next_step": "in_writing"}
CAME = {"outcome": "written", "day": ["24", "11", "2026"], "time": "09:30"}


class House:
    """KSAF's adviser and manager, the school that phones, another school, and what the tests ask of them."""

    def __init__(self, database, moment, adviser):
        self.database, self.moment, self.adviser = database, moment, adviser
        with database.system_transaction():
            school, other = people.add_organisation(name="Larkfield Vale Academy"), people.add_organisation()
            self.helen = people.add_person(school, Role.REFERRER, "Helen Marsh")
            self.lead = people.add_person(school, Role.ORGANISATION_ADMIN, "Lou Marsh")
            self.outsider = people.add_person(other, Role.ORGANISATION_ADMIN, "Olive Moss")
            self.manager = people.add_person(referrals.operator(), Role.MANAGER, "Ruth Bell")

    def phone(self, call=REFERRED):
        with self.database.transaction(tenant=self.adviser.organisation_id):
            return enquiries.log_call(self.adviser.actor, call).reference

    def invite(self, reference):
        with self.database.transaction(tenant=self.adviser.organisation_id):
            actor = self.adviser.actor
            enquiry = places.get_invitable(actor, reference)
            inviting.invite(actor, enquiry, places.places(actor, self.helen.email)[0], Begun("Mondays", "Mia", "Otter"))
            return places.draft_of(actor, enquiry)[1]

    def send(self, reference):
        with self.database.transaction(tenant=self.helen.organisation_id):
            draft = get_referral(self.helen.actor, reference)
            lifecycle.move(self.helen.actor, draft, Event.SUBMIT, "Referral sent")

    def tick(self, at):
        self.moment.set(at)
        jobs.run(self.database, at)

    def all(self, model):
        with self.database.system_transaction(write=False) as session:
            found = list(session.scalars(select(model).order_by(model.id)).all())
            session.expunge_all()
            return found

    def owed(self):
        kinds = ("confirm_call", "confirm_call_followed")
        return {each.kind: each for each in self.all(Deadline) if each.kind in kinds}

    def waits_for(self, person):
        return [each.kind for each in self.all(Prompt) if each.user_id == person.user_id and each.closed_at is None]


@pytest.fixture
def house(database, moment, kept_adviser):
    return House(database, moment, kept_adviser)


def test_ksaf_follows_up_a_call_in_which_somebody_refers(house):
    house.phone()
    [followed] = house.owed().values()
    ksaf = house.adviser.organisation_id
    assert (followed.kind, followed.due_at, followed.person_id) == (
        "confirm_call_followed", DUE, house.adviser.user_id,
    )  # fmt: skip
    assert (followed.owed_by_id, followed.owed_to_id) == (ksaf, ksaf)
    house.tick(MONDAY + timedelta(hours=24))
    assert house.waits_for(house.adviser) == ["confirm_call_followed:approaching"]
    house.tick(DUE)
    assert house.waits_for(house.manager) == ["confirm_call_followed:missed"]


@pytest.mark.parametrize("caller", [Caller.PARENT, Caller.PROFESSIONAL])
def test_a_call_that_is_no_referral_owes_nothing(house, caller):
    house.phone(Call(caller, "kent", "Mondays", "A plan", NextStep.ADVICE))
    assert house.owed() == {}


@pytest.mark.parametrize("caller", ["parent", "unnamed"])
def test_only_a_professional_refers(client_of, house, caller):
    page = client_of(house.adviser).post("/enquiries/new", data=TYPED | {"caller": caller})
    assert page.status_code == 422
    assert "Only a professional refers" in page.text
    assert house.all(Enquiry) == []


@pytest.mark.parametrize("step", [NextStep.IN_WRITING, NextStep.ADVICE])
def test_who_is_invited_owes_it_from_the_call_on_and_nobody_else_reads_of_it(client_of, house, step):
    call = house.phone(Call(Caller.PROFESSIONAL, "kent", "Mondays", "A plan", step, name="Helen Marsh"))
    house.moment.advance(hours=5)
    draft = house.invite(call)
    owed = house.owed()["confirm_call"]
    assert (owed.due_at, owed.person_id, owed.owed_by_id) == (DUE, house.helen.user_id, house.helen.organisation_id)
    assert (owed.reference, house.owed()["confirm_call_followed"].reference) == (draft, call)
    school = client_of(house.helen)
    assert "finish and send it by Wed 25 Nov, 10am" in school.get("/referrals").text
    assert "send it by" in school.get(f"/referrals/{draft}/tasks").text
    house.tick(DUE)
    assert house.waits_for(house.helen) == house.waits_for(house.lead) == ["confirm_call:missed"]
    prompt = next(each for each in house.all(Prompt) if each.user_id == house.lead.user_id)
    page = client_of(house.lead).get(f"/prompts/{prompt.key}").text
    assert f"/referrals/{draft}" in page
    assert "Quillmarch" not in page
    assert house.waits_for(house.outsider) == []
    assert call not in page
    assert client_of(house.outsider).get(f"/prompts/{prompt.key}").status_code == 404


def test_no_mail_about_it_names_a_child(house):
    house.invite(house.phone())
    house.tick(DUE)
    letterhead = letters.Letterhead("https://portal.example", "01795 504355", "info@ksaf.example")
    said = [" ".join(letters.read(mail, letterhead)) for mail in house.all(OutboxMail)]
    assert "send it by Wednesday 25 November 2026 at 10am" in said[0]
    assert {mail.to_address for mail in house.all(OutboxMail)} > {house.lead.email, house.manager.email}
    assert not any(word in text for text in said for word in ("Mia", "Otter", "Quillmarch", "Mondays"))


def test_sending_the_draft_is_the_confirmation(client_of, house):
    call = house.phone()
    house.tick(MONDAY + timedelta(hours=24))
    draft = house.invite(call)
    house.send(draft)
    at = MONDAY + timedelta(hours=24)
    assert {(each.state, each.met_at) for each in house.owed().values()} == {(DeadlineState.MET, at)}
    assert house.waits_for(house.adviser) == house.waits_for(house.helen) == []
    page = client_of(house.adviser).get(f"/enquiries/{call}").text
    assert "done" in page
    assert "What has become of it?" not in page


def test_a_deleted_draft_leaves_it_with_ksaf(house):
    draft = house.invite(house.phone())
    with house.database.transaction(tenant=house.helen.organisation_id):
        drafts.discard_draft(house.helen.actor, get_referral(house.helen.actor, draft))
    assert house.owed()["confirm_call"].state is DeadlineState.CANCELLED
    house.tick(DUE)
    assert house.owed()["confirm_call_followed"].state is DeadlineState.MISSED
    assert house.waits_for(house.helen) == []


def test_what_came_otherwise_is_recorded_with_when(client_of, house):
    call = house.phone()
    draft = house.invite(call)
    house.moment.set(MONDAY + timedelta(hours=26))
    client, path = client_of(house.adviser), f"/enquiries/{call}/in-writing"
    late = client.post(path, data=CAME | {"day": ["25", "11", "2026"]})
    assert late.status_code == 422
    assert "Enter a time that has passed" in late.text
    assert client.post(path, data=CAME).status_code == 303
    owed = house.owed().values()
    assert {(each.state, each.met_at) for each in owed} == {
        (DeadlineState.MET, MONDAY + timedelta(hours=23, minutes=30))
    }
    assert "Confirmed in writing on Tuesday 24 November 2026 at 9:30am" in client.get(f"/enquiries/{call}").text
    assert next(each for each in house.all(Referral) if each.reference == draft).next_due_at is None
    assert client.post(path, data=CAME).status_code == 409
    assert [each.action for each in house.all(AuditEvent)].count(Action.CALL_CONFIRMED) == 1
    house.tick(DUE)
    assert house.waits_for(house.helen) == house.waits_for(house.adviser) == []
    assert client_of(house.helen).post(path, data=CAME).status_code in {403, 404}


def test_a_referral_that_is_given_up_says_why(client_of, house):
    call = house.phone()
    house.invite(call)
    client, path = client_of(house.adviser), f"/enquiries/{call}/in-writing"
    assert "Enter why not" in client.post(path, data={"outcome": "none"}).text
    assert "Select what has become of it" in client.post(path, data=CAME | {"outcome": ""}).text
    assert client.post(path, data={"outcome": "none", "why": "The GP refers instead."}).status_code == 303
    assert {each.state for each in house.owed().values()} == {DeadlineState.CANCELLED}
    assert "The GP refers instead." not in (house.owed()["confirm_call"].ended_why or "")
    assert "The GP refers instead." in client.get(f"/enquiries/{call}").text


def test_who_is_invited_after_it_came_owes_nothing(client_of, house):
    call = house.phone()
    house.moment.set(MONDAY + timedelta(hours=26))
    client_of(house.adviser).post(f"/enquiries/{call}/in-writing", data=CAME)
    house.invite(call)
    assert set(house.owed()) == {"confirm_call_followed"}


def test_who_is_invited_only_once_it_is_over_has_all_of_the_time(house):
    call = house.phone()
    house.tick(DUE + timedelta(hours=1))
    house.invite(call)
    owed = house.owed()
    assert owed["confirm_call"].due_at == clock.now() + timedelta(hours=48)
    assert owed["confirm_call_followed"].state is DeadlineState.MISSED
