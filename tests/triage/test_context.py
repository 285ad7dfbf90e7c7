"""Attendance context: whom KSAF asks before a decision, what they see of it, and how the clock shows it."""

import re

import pytest
from sqlmodel import select

from portal import clock, db
from portal.access.roles import OrganisationKind, Role
from portal.accountability.viewer import looks
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.changes.school import service as school_move
from portal.changes.school.service import Told
from portal.consent import wording
from portal.consent.models import ConsentEvent, Position
from portal.notifications.models import OutboxMail
from portal.referrals import lifecycle
from portal.referrals.models import Audience, Referral, TimelineEntry
from portal.referrals.rules import Event, State
from portal.tenancy import as_system, enter
from portal.timescales.models import Deadline, DeadlineState, Prompt
from portal.triage import service as deciding
from portal.triage.context import queries, rules, service
from portal.triage.context.models import ContextRequest
from portal.triage.context.service import ContextRefusedError, Question
from portal.triage.models import Outcome
from portal.web.dates import today
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals
from tests.factories.answers import SCHOOL
from tests.factories.statements import counted
from tests.triage.conftest import proposal
from tests.triage.test_routes import keep, stored
from tests.triage.test_service import events

TEXT = "Which days did he miss since September?"
SAID = "He missed every Monday since the clocks changed."
NARRATIVE = "Narrative nobody else may read"


def all_of(kind, *where):
    with as_system(db.session()):
        return list(db.session().scalars(select(kind).where(*where)).all())


def nurse() -> people.Person:
    return people.add_person(people.add_organisation(OrganisationKind.HEALTH, "Weir Surgery"))


def from_health(world, *purposes, position=Position.GIVEN) -> Referral:
    """A referral from a surgery, acknowledged, with the family's agreement to `purposes`."""
    made = referrals.acknowledged(nurse(), world.officer, {**SCHOOL, "presenting_worries": NARRATIVE})
    for purpose in purposes:
        db.session().add(
            ConsentEvent(
                organisation_id=made.organisation_id,
                referral_id=made.id,
                purpose=purpose,
                position=position,
                to_whom="KSAF",
                recorded_by_id=world.officer.user_id,
                recorded_at=clock.now(),
            )
        )
    db.session().flush()
    return made


def asked_of_school(world, *purposes) -> tuple[Referral, ContextRequest]:
    made = from_health(world, "named_others", *purposes)
    school = people.organisation_at(world.outsider.organisation_id)
    return made, service.ask(world.officer.actor, made, Question(TEXT, school))


def test_a_school_that_is_kept_from_the_sender_is_asked_without_the_sender_reading_which(world):
    made = from_health(world, "named_others")
    admin = people.add_person(people.organisation_at(made.organisation_id), Role.ORGANISATION_ADMIN)
    school = people.organisation_at(world.outsider.organisation_id)
    school_move.record(world.officer.actor, made, Told(today(), school, "Her mother"))
    service.ask(world.officer.actor, made, Question(TEXT, school))
    about = {"subject": ("referral", made.id), "owner_id": made.organisation_id}
    audit.record(world.outsider.actor, Action.CONTEXT_VIEWED, **about)
    reference = made.reference
    enter(db.session(), world.outsider.organisation_id)
    service.answer(world.outsider.actor, queries.get_asked(world.outsider.actor, reference), SAID)
    open_to_all = all_of(TimelineEntry, TimelineEntry.audience == Audience.EVERYONE)
    assert [each.title for each in open_to_all if school.name in f"{each.title} {each.actor_organisation}"] == []
    enter(db.session(), admin.organisation_id)
    lookers = looks.lookers(admin.actor, all_of(Referral)[0])
    assert [each.organisation for each in lookers if each.organisation == school.name] == []


def running(reference, kind) -> DeadlineState:
    return all_of(Deadline, Deadline.reference == reference, Deadline.kind == kind)[-1].state


# --- the rules and the service ------------------------------------------------------------------------------------


def test_every_purpose_it_rests_on_is_one_of_the_consent_form():
    known = {each.key for each in wording.current().purposes}
    assert set(rules.PURPOSE.values()) <= known
    assert set(rules.REFUSED) == set(rules.PURPOSE) == set(rules.Whom)


def test_the_time_to_decide_pauses_until_the_family_has_been_heard(world):
    made = from_health(world, "contact_family")
    asked = service.ask(world.officer.actor, made, Question(TEXT))
    assert made.state is State.CONTEXT_REQUESTED
    assert (asked.to_name, asked.to_organisation_id) == ("The family", None)
    assert asked.basis == "The family agreed on 23 November 2026: contact with the family"
    assert [running(made.reference, kind) for kind in ("decide", "outcome")] == [DeadlineState.PAUSED] * 2
    assert running(made.reference, "attendance_context") is DeadlineState.RUNNING
    service.record(world.colleague.actor, made, "Dana Khan, mother", SAID)
    assert made.state is State.ACKNOWLEDGED
    assert [running(made.reference, kind) for kind in ("decide", "outcome")] == [DeadlineState.RUNNING] * 2
    assert running(made.reference, "attendance_context") is DeadlineState.MET
    assert (asked.answer, asked.said_by) == (SAID, "Dana Khan, mother")
    assert len(events(Action.CONTEXT_ASKED, made)) == len(events(Action.CONTEXT_RECORDED, made)) == 1
    with pytest.raises(SomeoneWasFirstError):
        service.record(world.officer.actor, made, "Dana Khan", SAID)


def test_a_school_answers_for_itself_and_ksaf_is_told(world):
    lead = people.add_person(people.organisation_at(world.outsider.organisation_id), Role.ORGANISATION_ADMIN)
    made, _ = asked_of_school(world)
    waiting = all_of(Prompt, Prompt.kind == "context_asked")
    assert {each.user_id for each in waiting} == {world.outsider.user_id, lead.user_id}
    assert [each.to_address for each in all_of(OutboxMail, OutboxMail.template == "triage/context_asked")] == [
        world.outsider.email
    ]
    enter(db.session(), world.outsider.organisation_id)
    mine = queries.get_asked(world.outsider.actor, made.reference)
    service.answer(world.outsider.actor, mine, SAID)
    row = referrals.load_for(world.officer, made.id)
    assert row.state is State.ACKNOWLEDGED
    assert running(made.reference, "decide") is DeadlineState.RUNNING
    assert all(each.closed_at for each in all_of(Prompt, Prompt.kind == "context_asked"))
    assert len(all_of(OutboxMail, OutboxMail.template == "triage/context_answered")) == 1
    said = [each for each in all_of(TimelineEntry) if each.body == SAID]
    assert [each.audience for each in said] == [Audience.OPERATOR]
    found = queries.newest(world.officer.actor, row)
    assert found.said_by.endswith("Teasel Primary")
    enter(db.session(), world.outsider.organisation_id)
    with pytest.raises(SomeoneWasFirstError, match="This was answered by"):
        service.answer(world.outsider.actor, queries.get_asked(world.outsider.actor, made.reference), "Again")


def test_a_school_reaches_its_question_and_nothing_else(world):
    made, _ = asked_of_school(world)
    enter(db.session(), world.outsider.organisation_id)
    assert queries.get_asked(world.outsider.actor, made.reference).question == TEXT
    assert db.session().scalars(select(Referral).where(Referral.id == made.id)).all() == []
    assert db.session().scalars(select(TimelineEntry).where(TimelineEntry.referral_id == made.id)).all() == []
    enter(db.session(), world.referrer.organisation_id)
    assert queries.get_asked(world.referrer.actor, made.reference) is None
    assert db.session().scalars(select(ContextRequest)).all() == []


@pytest.mark.parametrize("ends", ["decided", "withdrawn", "recorded"])
def test_a_question_that_is_needed_no_longer_takes_no_answer(world, ends):
    made, first = asked_of_school(world, "contact_family")
    if ends == "withdrawn":
        owner = people.add_person(people.organisation_at(made.organisation_id))
        mine = referrals.load_for(owner, made.id)
        lifecycle.move(owner.actor, mine, Event.WITHDRAW, "Withdrawn")
    elif ends == "decided":
        refusal = proposal(Outcome.NOT_ACCEPTED, "another_service_leads")
        deciding.propose(world.officer.actor, made, refusal)
        deciding.send_back(world.manager.actor, made, "Ask the family.")
        service.ask(world.officer.actor, made, Question(TEXT))
    else:
        service.record(world.officer.actor, made, "The head, by phone", SAID)
        service.ask(world.officer.actor, made, Question(TEXT))
    assert all(each.closed_at for each in all_of(Prompt, Prompt.kind == "context_asked"))
    enter(db.session(), world.outsider.organisation_id)
    mine = queries.get_asked(world.outsider.actor, made.reference)
    assert mine.id == first.id
    assert not queries.is_open(world.outsider.actor, mine)
    with pytest.raises(SomeoneWasFirstError):
        service.answer(world.outsider.actor, mine, SAID)


def test_a_question_shows_no_child_once_the_family_has_changed_its_mind(client_of, database, kept_world):
    with database.transaction():
        made, asked = asked_of_school(kept_world)
        path, child = f"/referrals/{made.reference}/attendance-question", asked.about
    school = client_of(kept_world.outsider)
    assert child in school.get(path).text
    with database.transaction():
        event = all_of(ConsentEvent, ConsentEvent.purpose == "named_others")[-1]
        enter(db.session(), kept_world.officer.organisation_id)
        referrals.load_for(kept_world.officer, event.referral_id)
        db.session().add(ConsentEvent(**event.model_dump(exclude={"id", "position"}), position=Position.WITHDRAWN))
    assert child not in school.get(path).text
    late = school.post(path, data={"text": SAID})
    assert late.status_code == 409
    assert child not in late.text
    assert SAID in late.text


def test_nobody_is_asked_without_the_familys_agreement(world):
    school = people.organisation_at(world.outsider.organisation_id)
    made = from_health(world, "contact_family", "named_others", position=Position.REFUSED)
    for question in (Question(TEXT), Question(TEXT, school)):
        with pytest.raises(ContextRefusedError, match="has not agreed"):
            service.ask(world.officer.actor, made, question)
    assert made.state is State.ACKNOWLEDGED


def test_a_schools_own_referral_asks_the_school(world):
    made = referrals.acknowledged(world.referrer, world.officer)
    with pytest.raises(ContextRefusedError, match="A school sent this referral"):
        service.ask(world.officer.actor, made, Question(TEXT))


# --- the pages ----------------------------------------------------------------------------------------------------


@pytest.fixture
def from_surgery(database, kept_world):
    return keep(database, lambda: from_health(kept_world, "named_others", "contact_family"))


def test_ksaf_asks_the_family_and_writes_down_what_they_said(client_of, database, kept_world, from_surgery):
    client, address = client_of(kept_world.officer), f"/referrals/{from_surgery.reference}"
    assert f"{address}/ask-context" in client.get(address).text
    page = client.get(f"{address}/ask-context").text
    assert "How many sessions has the child missed" in page
    for typed, words in (
        ({"text": TEXT}, "Select who is asked"),
        ({"text": TEXT, "whom": "school"}, "Select a school"),
        ({"text": "", "whom": "family"}, "Enter your question"),
    ):
        refused = client.post(f"{address}/ask-context", data=typed)
        assert refused.status_code == 422
        assert words in refused.text
        assert typed["text"] in refused.text
    assert client.post(f"{address}/ask-context", data={"text": TEXT, "whom": "family"}).location == address
    shown = client.get(address).text
    assert "Attendance context asked" in shown
    assert "paused: KSAF has asked about attendance" in shown
    assert f"{address}/record-context" in shown
    record = client.get(f"{address}/record-context").text
    for words in (TEXT, "The family, by Sam Osei", "The family agreed on"):
        assert words in record
    kept = client.post(f"{address}/record-context", data={"said_by": "", "text": SAID})
    assert kept.status_code == 422
    assert SAID in kept.text
    assert client.post(f"{address}/record-context", data={"said_by": "Dana", "text": SAID}).status_code == 303
    assert SAID in client.get(f"{address}/decide").text
    late = client.post(f"{address}/record-context", data={"said_by": "Dana", "text": "Too late"})
    assert late.status_code == 409
    assert "Too late" in late.text


def test_the_school_sees_the_question_and_no_more(client_of, database, kept_world, from_surgery):
    officer, school = client_of(kept_world.officer), client_of(kept_world.outsider)
    address = f"/referrals/{from_surgery.reference}"
    question = f"{address}/attendance-question"
    assert school.get(question).status_code == 404
    key = re.search(r'<option value="([^"]+)">Teasel Primary', officer.get(f"{address}/ask-context").text)[1]
    done = officer.post(f"{address}/ask-context", data={"text": TEXT, "whom": "school", "school": key})
    assert done.status_code == 303
    prompt = re.search(r'href="(/prompts/[^"]+)"[^>]*>KSAF asks you', school.get("/").text)[1]
    assert question in school.get(prompt).text
    page = school.get(question).text
    for words in (TEXT, "Amira Khan, born", "Sam Osei", "The family agreed on"):
        assert words in page
    assert NARRATIVE not in page
    assert "Weir Surgery" not in page
    assert school.get(address).status_code == 404
    empty = school.post(question, data={"text": ""})
    assert empty.status_code == 422
    assert school.post(question, data={"text": SAID}).location == "/"
    again = school.post(question, data={"text": "Once more"})
    assert again.status_code == 409
    assert "Once more" in again.text
    assert "This was answered by" in school.get(question).text
    assert SAID in officer.get(address).text
    [entry] = [each for each in stored(database, TimelineEntry) if each.body == SAID]
    assert entry.audience is Audience.OPERATOR


def test_who_may(client_of, database, kept_world, from_surgery):
    address = f"/referrals/{from_surgery.reference}"
    pages = [f"{address}/{page}" for page in ("ask-context", "record-context", "attendance-question")]
    for method in ("get", "post"):
        for person, statuses in ((kept_world.adviser, [403, 403, 404]), (kept_world.outsider, [404, 404, 404])):
            client = client_of(person)
            assert [getattr(client, method)(page).status_code for page in pages] == statuses


def test_a_school_s_referral_leads_to_asking_it(client_of, database, kept_world):
    made = keep(database, lambda: referrals.acknowledged(kept_world.referrer, kept_world.officer))
    client, address = client_of(kept_world.officer), f"/referrals/{made.reference}"
    assert client.get(f"{address}/ask-context").location == f"{address}/ask"
    refused = client.post(f"{address}/ask-context", data={"text": TEXT, "whom": "family"})
    assert refused.status_code == 422
    assert "A school sent this referral" in refused.text


def test_the_pages_stay_within_eight_queries(client_of, database, kept_world, from_surgery):
    client, address = client_of(kept_world.officer), f"/referrals/{from_surgery.reference}"
    figures = {}
    for page in ("ask-context", "decide", "record-context"):
        if page == "record-context":
            client.post(f"{address}/ask-context", data={"text": TEXT, "whom": "family"})
        with counted(database) as seen:
            assert client.get(f"{address}/{page}").status_code == 200
        figures[page] = len(seen)
    print(figures)
    assert max(figures.values()) <= 8
