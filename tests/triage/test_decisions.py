"""A manager's queue of proposals, and how what was returned comes back."""

import re

from portal.referrals import lifecycle
from portal.referrals.models import Referral
from portal.referrals.rules import Event, State
from portal.triage import authorising, queries, service
from portal.triage.models import Decision, DecisionState, Outcome
from portal.triage.queries import Which
from tests.factories import referrals
from tests.factories.statements import counted
from tests.triage.conftest import proposal, proposed
from tests.triage.test_routes import HTMX, keep, stored

COMMENT = "Say more about risk."


def rows(person) -> list[authorising.Waiting]:
    return authorising.waiting(person.actor).rows


def test_the_longest_wait_comes_first_after_what_is_read_first(world, moment):
    older = proposed(world, Outcome.NOT_ACCEPTED, "another_service_leads")
    moment.advance(hours=3)
    newer = proposed(world, Outcome.PATHWAY_2, by=world.colleague)
    urgent = proposed(world)
    urgent.is_urgent = True
    referrals.load_for(world.manager, older.id)
    found = rows(world.manager)
    assert [each.reference for each in found] == [urgent.reference, older.reference, newer.reference]
    first, last = found[1], found[2]
    assert (first.outcome, first.reason) == ("Not accepted", "Another service already leads")
    assert (last.proposed_by, last.level, last.waits) == ("Ivy Lund", "Level 2: additional", "less than a minute")
    assert (first.waits, first.owed.what) == ("3 hours", "Authorise the decision")


def test_a_refusal_without_an_assessment_says_that_no_level_is_settled(world):
    made = referrals.acknowledged(world.referrer, world.officer)
    service.propose(world.officer.actor, made, proposal(Outcome.NOT_ACCEPTED, "emergency_or_statutory"))
    assert [each.level for each in rows(world.manager)] == ["Not settled"]


def test_only_the_newest_proposal_of_an_open_referral_waits(world):
    settled, withdrawn, again = proposed(world), proposed(world), proposed(world)
    service.authorise(world.manager.actor, referrals.load_for(world.manager, settled.id))
    lifecycle.move(world.referrer.actor, referrals.load_for(world.referrer, withdrawn.id), Event.WITHDRAW, "Withdrawn")
    reopened = referrals.load_for(world.manager, withdrawn.id)
    lifecycle.move(world.manager.actor, reopened, Event.REOPEN, "Opened again")
    service.propose(world.officer.actor, reopened, proposal(Outcome.PATHWAY_3))
    service.send_back(world.manager.actor, referrals.load_for(world.manager, again.id), COMMENT)
    assert [(each.reference, each.outcome) for each in rows(world.manager)] == [
        (withdrawn.reference, "Pathway 3: Multi-Agency Support")
    ]


def test_to_a_partner_no_decision_waits(world):
    made = proposed(world)
    referrals.load_for(world.referrer, made.id)
    assert rows(world.referrer) == []
    assert queries.returned_before(world.referrer.actor, made) == []


def test_what_was_returned_comes_back_to_its_proposer_until_it_is_proposed_again(world):
    made, other = proposed(world), proposed(world, by=world.colleague)
    for each in (made, other):
        service.send_back(world.manager.actor, referrals.load_for(world.manager, each.id), COMMENT)

    def returned(person):
        return [
            (row.reference, decision.comment)
            for row, _, decision, _ in queries.queue(person.actor, Which.RETURNED).rows
        ]

    assert returned(world.officer) == [(made.reference, COMMENT)]
    assert returned(world.colleague) == [(other.reference, COMMENT)]
    again = referrals.load_for(world.officer, made.id)
    service.ask(world.officer.actor, again, "Which mornings?")
    assert returned(world.officer) == [(made.reference, COMMENT)]
    service.propose(world.officer.actor, again, proposal())
    assert returned(world.officer) == []
    assert [each.comment for each in queries.returned_before(world.officer.actor, again)] == [COMMENT]
    shown = {row.reference: decision for row, _, decision, _ in queries.queue(world.officer.actor).rows}
    assert shown[made.reference] is None


# --- the pages ----------------------------------------------------------------------------------------------------


def test_the_page_names_who_proposed_what_and_bars_ones_own(client_of, database, kept_world):
    mine = keep(database, lambda: proposed(kept_world, by=kept_world.manager))
    other = keep(database, lambda: proposed(kept_world, Outcome.PATHWAY_2))
    page = client_of(kept_world.manager).get("/decisions").text
    for words in ("Sam Osei", "Pathway 2: Targeted Family Intervention", "Level 2: additional", "less than a minute"):
        assert words in page
    assert page.count("yours: another manager settles it") == 1
    assert re.findall(r'href="/referrals/(KSAF[^"]*)/authorise"', page) == [mine.reference, other.reference]
    home = client_of(kept_world.manager).get("/").text
    assert re.findall(r'href="/referrals/(KSAF[^"]*)/authorise"', home) == [mine.reference, other.reference]
    assert 'href="/decisions"' in home
    assert "/decisions" not in client_of(kept_world.officer).get("/").text


def test_it_is_empty_until_something_waits_and_an_unchanged_poll_costs_a_304(client_of, database, kept_world):
    client = client_of(kept_world.manager)
    assert "No decision waits for a manager" in client.get("/decisions").text
    held = {**HTMX, "If-None-Match": client.get("/decisions/rows", headers=HTMX).headers["ETag"]}
    assert client.get("/decisions/rows", headers=held).status_code == 304
    keep(database, lambda: proposed(kept_world))
    assert client.get("/decisions/rows", headers=held).status_code == 200


def test_it_is_the_managers(client_of, kept_world):
    for person in (kept_world.referrer, kept_world.viewer, kept_world.officer, kept_world.adviser):
        client = client_of(person)
        assert [client.get(path).status_code for path in ("/decisions", "/decisions/rows")] == [403, 403]


def test_many_wait_in_few_queries(client_of, database, kept_world, monkeypatch):
    client = client_of(kept_world.manager)
    keep(database, lambda: proposed(kept_world))
    with counted(database) as few:
        client.get("/decisions")
    for _ in range(4):
        keep(database, lambda: proposed(kept_world))
    with counted(database) as many:
        assert client.get("/decisions").text.count("/authorise") == 5
    print(f"decisions to authorise: {len(many)} queries")
    assert len(few) == len(many) <= 8
    monkeypatch.setattr(authorising, "MOST", 3)
    assert "These are the 3 that come first" in client.get("/decisions").text


def test_the_comment_is_in_sight_in_the_queue_and_where_it_is_proposed_again(client_of, database, kept_world):
    made = keep(database, lambda: proposed(kept_world))
    client_of(kept_world.manager).post(f"/referrals/{made.reference}/return", data={"comment": COMMENT})
    officer = client_of(kept_world.officer)
    for page in ("/queue", "/queue?show=returned", f"/referrals/{made.reference}/decide"):
        assert COMMENT in officer.get(page).text, page
    assert COMMENT not in client_of(kept_world.colleague).get("/queue?show=returned").text
    again = {
        "outcome": "pathway_1",
        "rationale": "More.",
        "explanation": "Plain.",
        "next_option": "Call.",
        "do": "send",
    }
    officer.post(f"/referrals/{made.reference}/decide", data=again)
    with counted(database) as asked:
        page = client_of(kept_world.other_manager).get(f"/referrals/{made.reference}/authorise").text
    assert "Returned before, by Priya Nair" in page
    assert COMMENT in page
    for person in (kept_world.referrer, kept_world.viewer):
        assert COMMENT not in client_of(person).get(f"/referrals/{made.reference}").text
    print(f"authorise, returned before: {len(asked)} queries")


def test_what_was_not_read_is_not_settled(client_of, database, kept_world):
    made = keep(database, lambda: proposed(kept_world))
    address = f"/referrals/{made.reference}"
    slow = client_of(kept_world.manager)
    read = re.search(r'name="decision" value="(\d+)"', slow.get(f"{address}/authorise").text)[1]
    client_of(kept_world.other_manager).post(f"{address}/return", data={"comment": COMMENT})
    late = slow.post(f"{address}/return", data={"comment": "My own thought", "decision": read})
    assert late.status_code == 409
    for words in ("Owen Pritchard returned this decision", "My own thought", "which was not sent"):
        assert words in late.text
    keep(database, lambda: propose_again(kept_world, made, Outcome.NOT_ACCEPTED))
    for verb, typed in (("authorise", {}), ("return", {"comment": "My own thought"})):
        late = slow.post(f"{address}/{verb}", data={"decision": read, **typed})
        assert late.status_code == 409
        assert "Sam Osei has proposed anew" in late.text
        assert typed.get("comment", "") in late.text
    [first, second] = sorted(stored(database, Decision), key=lambda each: each.id)
    assert (first.state, second.state) == (DecisionState.RETURNED, DecisionState.PROPOSED)
    assert stored(database, Referral)[0].state is State.DECISION_PROPOSED


def propose_again(world, made, outcome):
    row = referrals.load_for(world.officer, made.id)
    service.propose(world.officer.actor, row, proposal(outcome, "consent_insufficient"))
    return row
