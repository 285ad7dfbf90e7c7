"""Decisions, patterns, the chronology and the hand-over to CPOMS."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from portal import db
from portal.referrals.models import Referral
from portal.safeguarding import cpoms, patterns, queries, rules, service, telling
from portal.safeguarding.models import ConcernDecision
from portal.safeguarding.rules import ConcernState, Outcome
from portal.safeguarding.service import Decided
from portal.tenancy import as_system
from portal.timescales.models import Prompt
from portal.timescales.news import News
from portal.web.errors import SomeoneWasFirstError
from tests.conftest import MONDAY
from tests.factories import referrals
from tests.factories.statements import counted
from tests.safeguarding.conftest import OPINION, SAID, SEEN, opened, raised, raised_about, shared

WHY, SPOKE = "An injury that nobody explains.", "Jan Hill, Front Door, 10:20am: they take it on."
TYPED = {"outcome": "front_door", "rationale": WHY, "spoke_to": SPOKE, "seen": "0"}


def decided(outcome: Outcome = Outcome.MONITOR) -> Decided:
    return Decided(outcome, WHY, SPOKE, "Margaret Ellis")


def owed_prompts() -> list[Prompt]:
    with as_system(db.session()):
        return list(db.session().scalars(select(Prompt).where(Prompt.kind == News.CPOMS_OWED)))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_is_watched_or_asked_about_stays_open(outcome):
    stays = outcome in {Outcome.MONITOR, Outcome.ADVICE_SOUGHT}
    assert rules.state_after(outcome) is (ConcernState.FOLLOWED if stays else ConcernState.DECIDED)
    assert rules.asks_whom(outcome) is (outcome not in {Outcome.MONITOR, Outcome.NO_FURTHER_ACTION})


def test_whoever_decides_has_looked_and_a_later_decision_follows_the_first(world, moment):
    concern = raised(world).concern
    service.decide(world.safeguarding.actor, concern, decided(), 0)
    assert (concern.looked_at, concern.looked_at_by_name) == (MONDAY, "Colm Daly")
    assert concern.state is ConcernState.FOLLOWED
    moment.advance(days=1)
    with pytest.raises(SomeoneWasFirstError, match="Colm Daly decided “Monitor”"):
        service.decide(world.second.actor, concern, decided(Outcome.POLICE), 0)
    service.decide(world.second.actor, concern, decided(Outcome.POLICE), 1)
    made = queries.decisions_of(world.second.actor, concern)
    assert [each.outcome for each in made] == [Outcome.MONITOR, Outcome.POLICE]
    assert (concern.state, concern.decided_at) == (ConcernState.DECIDED, MONDAY + timedelta(days=1))
    assert queries.decisions_of(world.officer.actor, concern) == []


def test_the_database_refuses_to_change_a_decision(world):
    concern = raised(world).concern
    made = service.decide(world.safeguarding.actor, concern, decided(), 0)
    for change in (update(ConcernDecision).values(manager_name="Somebody"), delete(ConcernDecision)):
        with pytest.raises(DBAPIError), db.session().begin_nested():
            db.session().execute(change.where(ConcernDecision.id == made.id))


def test_patterns_are_those_of_the_child_and_of_the_home(world):
    first = raised(world)
    second = raised_about(world, first.referral)
    sibling = raised(world)  # the factory's address is one home
    elsewhere = shared(world)
    elsewhere.household_key = "another home"
    raised_about(world, elsewhere)
    found = patterns.around(world.safeguarding.actor, first)
    assert [each.concern.id for each in found.child] == [second.concern.id]
    assert [each.concern.id for each in found.household] == [sibling.concern.id]
    assert patterns.around(world.officer.actor, first) == patterns.Pattern([], [])


def test_what_is_not_in_cpoms_is_prompted_once_until_the_last_is_marked(app, world):
    with app.app_context():
        first, second = raised(world).concern.reference, raised(world).concern
        service.look_at(world.safeguarding.actor, opened(world.safeguarding, first).concern)
        service.decide(world.safeguarding.actor, second, decided(), 0)
        assert {each.user_id for each in owed_prompts()} == {world.safeguarding.user_id, world.second.user_id}
        actor = world.second.actor
        items = cpoms.to_record(actor)
        assert [each.kind for each in items] == ["concern", "concern", "decision"]
        assert [word for word in (SEEN, SAID, OPINION, "Looked at by") if word not in items[0].text] == []
        assert WHY in items[2].text
        assert [each.name for each in cpoms.record(actor, [items[0].name])] == [items[0].name]
        assert cpoms.record(actor, [items[0].name]) == []
        assert [each.closed_at for each in owed_prompts()] == [None, None]
        cpoms.record(actor, [each.name for each in items])
        assert cpoms.to_record(actor) == []
        assert all(each.closed_at for each in owed_prompts())
        assert {each.row.recorded_by_name for each in cpoms.recorded(actor)} == {"Wren Hale"}
        assert cpoms.to_record(world.officer.actor) == cpoms.recorded(world.officer.actor) == []
        telling.cpoms_owed(actor.organisation_id)
        assert len([each for each in owed_prompts() if each.closed_at is None]) == 2


@pytest.fixture
def referral(database, kept) -> Referral:
    with database.transaction():
        return shared(kept)


@pytest.fixture
def address(database, kept, referral) -> str:
    """The address of a concern of the school's."""
    with database.transaction():
        return f"/concerns/{raised_about(kept, referral).concern.reference}"


def test_a_decision_is_recorded_and_leads_to_the_statutory_referral(client_of, kept, referral, address):
    team, manager = client_of(kept.safeguarding), str(kept.manager.user_id)
    form = team.get(f"{address}/decide").text
    assert "Margaret Ellis" in form
    assert SEEN in form
    assert team.post(f"{address}/decide", data=TYPED | {"manager": manager}).status_code == 303
    shown = team.get(address).text
    for words in (WHY, SPOKE.partition(":")[0], "Margaret Ellis", "Colm Daly", "Nothing has been recorded about"):
        assert words in shown
    assert f"/referrals/{referral.reference}/onward/statutory" in shown
    late = client_of(kept.second).post(f"{address}/decide", data=TYPED | {"manager": "nobody", "rationale": "Mine."})
    assert (late.status_code, "Mine." in late.text, "Colm Daly decided" in late.text) == (409, True, True)
    assert address.rpartition("/")[2] in team.get("/concerns?show=decided").text
    for words in (WHY, "Front Door"):
        assert words not in client_of(kept.referrer).get(f"{address}/received").text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"outcome": ""}, "Select a decision"),
        ({"rationale": ""}, "Enter why"),
        ({"spoke_to": ""}, "Enter whom you spoke to, and what they said"),
        ({"manager": ""}, "Select the manager, or that none could be reached"),
        ({"manager": "999999"}, "Select the manager, or that none could be reached"),
    ],
)
def test_what_was_typed_survives_what_is_missing(client_of, kept, address, wrong, says):
    answer = client_of(kept.safeguarding).post(f"{address}/decide", data=TYPED | {"manager": "nobody"} | wrong)
    assert (answer.status_code, says in answer.text) == (422, True)
    assert all(TYPED[each] in answer.text for each in ("rationale", "spoke_to") if each not in wrong)


@pytest.mark.parametrize("seen", ["", "1", "-1", "\0", "9" * 25])
def test_a_form_that_does_not_say_what_was_read_decides_nothing_and_keeps_the_words(client_of, kept, address, seen):
    team = client_of(kept.safeguarding)
    answer = team.post(f"{address}/decide", data=TYPED | {"manager": "nobody", "seen": seen})
    assert answer.status_code == 409
    assert "This page was out of date" in answer.text
    assert all(TYPED[each] in answer.text for each in ("rationale", "spoke_to"))
    assert WHY not in team.get(address).text


def test_nobody_is_their_own_manager(client_of, kept, address):
    assert "Margaret Ellis" not in client_of(kept.manager).get(f"{address}/decide").text.partition("Which manager")[2]


def test_the_chronology_holds_what_happened_in_its_order(client_of, kept, database, referral, address, moment):
    moment.advance(minutes=10)
    team = client_of(kept.safeguarding)
    team.post(f"{address}/decide", data=TYPED | {"manager": "nobody"})
    onward = f"/referrals/{referral.reference}/onward/statutory"
    told = {
        "door": "kent_front_door", "way": "email", "made_on": ["23", "11", "2026"], "made_time": "10:10",
        "told": "Told the front door.", "basis": "agreement", "basis_why": "The mother agrees.",
    }  # fmt: skip
    assert team.post(onward, data=told).status_code == 303
    moment.advance(minutes=5)
    with database.transaction():
        raised(kept)
    text = team.get(f"{address}/chronology").text
    order = [text.index(each) for each in ("Referral sent", SEEN, "No manager had been reached", "another child at")]
    assert order == sorted(order)
    assert "Told the front door." in text
    shown = team.get(address).text
    assert "Not acknowledged yet" in shown
    assert "Tuesday 24 November 2026 at 5pm" in shown


def test_cpoms_takes_texts_one_by_one_or_together(client_of, kept, address):
    team, name = client_of(kept.safeguarding), f"concern:{address.rpartition('/')[2]}"
    assert SEEN in team.get("/concerns/cpoms").text
    for wanted in ("/concerns/cpoms/text", f"/concerns/cpoms/text?item={name}"):
        file = team.get(wanted)
        assert (file.mimetype, SAID in file.text) == ("text/plain", True)
        assert file.headers["Content-Disposition"] == "attachment; filename=cpoms-2026-11-23.txt"
    assert team.get("/concerns/cpoms/text?item=concern:nothing").status_code == 404
    marked = team.post("/concerns/cpoms", data={"item": name}, follow_redirects=True).text
    assert "Everything is in CPOMS" in marked
    assert "Colm Daly, <time" in marked
    assert "had marked that already" in team.post("/concerns/cpoms", data={"item": name}, follow_redirects=True).text
    for person in (kept.officer, kept.practitioner, kept.referrer):
        client = client_of(person)
        answers = [client.get("/concerns/cpoms"), client.get("/concerns/cpoms/text"), client.post("/concerns/cpoms")]
        assert [each.status_code for each in answers] == [403, 403, 403]


@pytest.mark.parametrize("part", ["", "/decide", "/chronology"])
def test_a_concerns_pages_ask_few_questions_however_much_there_is(client_of, kept, database, referral, address, part):
    team = client_of(kept.safeguarding)
    with counted(database) as before:
        assert team.get(f"{address}{part}").status_code == 200
    with database.transaction():
        for _ in range(3):
            raised_about(kept, referrals.load_for(kept.safeguarding, referral.id))
            raised(kept)
    with counted(database) as after:
        team.get(f"{address}{part}")
    print(f"a concern{part}: {len(after)} queries")
    assert len(after) == len(before) <= 8


@pytest.mark.parametrize("where", ["/concerns", "/concerns/cpoms"])
def test_the_lists_ask_few_questions_however_many_there_are(client_of, kept, database, address, where):
    team = client_of(kept.safeguarding)
    with counted(database) as before:
        assert address.rpartition("/")[2] in team.get(where).text
    with database.transaction():
        for _ in range(3):
            service.decide(kept.safeguarding.actor, raised(kept).concern, decided(), 0)
    with counted(database) as after:
        team.get(where)
    print(f"{where}: {len(after)} queries")
    assert len(after) == len(before) <= 8
