"""Why a referral is not accepted, and where the family turns then: what the referrer reads of both."""

import pytest

from portal.demo.stories import stories
from portal.referrals.models import Referral
from portal.triage import rules, service
from portal.triage.models import Outcome
from portal.triage.service import DecisionRefusedError, Proposal
from tests.factories import referrals
from tests.triage.conftest import proposal
from tests.triage.test_routes import keep

FRONT_DOORS = {"kent": "03000 41 11 11", "medway": "01634 334466"}


def refused(world, reason: str, area: str = "kent") -> Referral:
    """A referral that a manager has not accepted, in the suggested words."""
    made = referrals.acknowledged(world.referrer, world.officer)
    made.area = area
    texts = rules.suggestion(Outcome.NOT_ACCEPTED, reason)
    service.propose(world.officer.actor, made, Proposal(Outcome.NOT_ACCEPTED, reason, "Rationale", *texts))
    service.authorise(world.manager.actor, made)
    return made


def test_the_reasons_are_those_of_the_prospectus():
    assert list(rules.REASONS) == [
        "emergency_or_statutory",
        "clinical_or_specialist",
        "another_service_leads",
        "consent_insufficient",
        "information_insufficient",
    ]


@pytest.mark.parametrize("reason", rules.REASONS)
def test_the_referrer_reads_the_reason_and_the_next_option(client_of, database, kept_world, reason):
    address = f"/referrals/{keep(database, lambda: refused(kept_world, reason)).reference}"
    words = rules.REASONS[reason]
    for person in (kept_world.referrer, kept_world.viewer):
        client = client_of(person)
        page, letter = client.get(address).text, client.get(f"{address}/outcome").text
        assert f"We cannot accept this referral. {words.label}." in page
        assert f'href="{address}/outcome"' in page
        for said in (words.label, words.explanation, words.next_option, "What the family can do next"):
            assert said in letter
        assert "Rationale" not in page + letter
    assert (FRONT_DOORS["kent"] in letter) is (reason == "emergency_or_statutory")


def test_an_emergency_names_the_front_door_of_the_childs_own_area(client_of, database, kept_world):
    for area, number in FRONT_DOORS.items():
        made = keep(database, lambda area=area: refused(kept_world, "emergency_or_statutory", area))
        letter = client_of(kept_world.referrer).get(f"/referrals/{made.reference}/outcome").text
        assert [each for each in FRONT_DOORS.values() if each in letter] == [number]


@pytest.mark.parametrize("reason", [None, "", "another_service"])
def test_a_refusal_without_a_known_reason_is_not_proposed(world, reason):
    made = referrals.acknowledged(world.referrer, world.officer)
    with pytest.raises(DecisionRefusedError, match="Select why"):
        service.propose(world.officer.actor, made, proposal(Outcome.NOT_ACCEPTED, reason))


def test_the_demo_refuses_nobody_without_them():
    decided = [step.words for story in stories() for step in story.steps if step.do == "decide"]
    assert {words.get("reason") for words in decided} >= {"another_service_leads", "consent_insufficient"}
    for words in decided:
        assert rules.incomplete(Outcome(words["outcome"]), words.get("reason"), words["next_option"]) is None


def test_no_decision_without_a_next_option(world):
    made = referrals.acknowledged(world.referrer, world.officer)
    bare = Proposal(Outcome.NOT_ACCEPTED, "another_service_leads", "Rationale", "Explanation", "  ")
    with pytest.raises(DecisionRefusedError, match="Enter what the family can do next"):
        service.propose(world.officer.actor, made, bare)
