import re

import pytest
from sqlmodel import select

from portal import db
from portal.audit.actions import Action
from portal.referrals.form.sections import question
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.tenancy import as_system
from portal.triage import queries as triage
from portal.triage import service as deciding
from portal.triage.assessment import needs, queries, rules, service, shown
from portal.triage.assessment.models import Assessment
from portal.triage.assessment.service import Overtaken
from portal.triage.models import Outcome
from portal.triage.service import DecisionRefusedError
from portal.web.errors import SomeoneWasFirstError
from tests.factories import referrals
from tests.factories.assessments import assessed, found
from tests.triage.conftest import consented, proposal, proposed
from tests.triage.test_service import events

TYPED = {
    "need": "Mornings are hard.",
    "risk": "Nothing seen.",
    "seen": ["child.absence", "family.bereavement", "made.up"],
    "level": "2",
    "why": "More is needed than everyone gets.",
    "version": "0",
}


@pytest.fixture
def referral(world) -> Referral:
    return consented(referrals.acknowledged(world.referrer, world.officer), world.officer)


@pytest.fixture
def address(database, kept_world) -> str:
    with database.transaction():
        made = consented(referrals.acknowledged(kept_world.referrer, kept_world.officer), kept_world.officer)
        return f"/referrals/{made.reference}"


def versions() -> list[Assessment]:
    with as_system(db.session()):
        return list(db.session().scalars(select(Assessment).order_by(Assessment.version)))


# --- the data and the rules ---------------------------------------------------------------------------------------


def test_the_guide_asks_of_the_form_what_the_form_asks():
    for aspect in needs.ASPECTS:
        assert [question(key).key for key in aspect.says] == list(aspect.says)
    assert [aspect.key for aspect in needs.ASPECTS[:3]] == ["need", "consent", "risk"]
    assert [len(frame.parts) for frame in needs.FRAMES] == [4, 7]


def test_each_area_has_its_levels_and_the_highest_are_the_front_doors():
    for area, levels, statutory in (("kent", [1, 2, 3, 4], [3, 4]), ("medway", [1, 2, 3], [3])):
        scale = needs.scale_for(area)
        assert [each.number for each in scale.levels] == levels
        assert [each.number for each in scale.levels if each.front_door] == statutory
        assert all(contact.area == area for contact in shown.front_doors(area))
        assert shown.front_doors(area)
    assert needs.scale_for("other") is needs.scale_for("kent")


def test_every_domain_has_signs_of_every_tier_and_no_sign_twice():
    for domain in needs.DOMAINS:
        assert all(domain.of_tier(tier) for tier in needs.TIERS)
    assert len(needs.SIGNS) == sum(len(domain.signs) for domain in needs.DOMAINS)


@pytest.mark.parametrize(
    ("area", "level", "signs", "warned"),
    [
        ("kent", 2, ["child.absence"], []),
        ("kent", 3, [], [rules.ABOVE_KSAF]),
        ("kent", 4, ["child.injury"], [rules.ABOVE_KSAF]),
        ("medway", 3, [], [rules.ABOVE_KSAF]),
        ("medway", 2, ["child.injury"], [rules.SIGNS_ABOVE_LEVEL]),
        ("kent", None, ["parents.basic_needs"], [rules.SIGNS_ABOVE_LEVEL]),
        ("kent", None, [], []),
    ],
)
def test_what_an_assessment_warns_about(area, level, signs, warned):
    assert rules.warnings(needs.scale_for(area), level, signs) == warned


# --- the service --------------------------------------------------------------------------------------------------


def test_each_save_is_a_version_and_the_same_again_is_none(world, referral):
    first = service.save(world.officer.actor, referral, found(level=None), 0)
    second = service.save(world.colleague.actor, referral, found(), first.version)
    again = service.save(world.colleague.actor, referral, found(), first.version)
    assert again is second
    assert [(each.version, each.level, each.saved_by_name) for each in versions()] == [
        (1, None, "Sam Osei"),
        (2, 2, "Ivy Lund"),
    ]
    assert len(events(Action.ASSESSMENT_SAVED, referral)) == 2


def test_whoever_has_not_seen_the_newest_version_overwrites_nothing(world, referral):
    assessed(referral, world.officer)
    late = service.save(world.colleague.actor, referral, found("other"), 0)
    assert isinstance(late, Overtaken)
    assert late.current.saved_by_name == "Sam Osei"
    assert [each.version for each in versions()] == [1]


def test_what_a_manager_reads_does_not_change_under_them(world):
    referral = proposed(world)
    with pytest.raises(SomeoneWasFirstError):
        service.save(world.officer.actor, referral, found("other"), 1)
    deciding.send_back(world.manager.actor, referral, "Say more about risk.")
    assert service.save(world.officer.actor, referral, found("other"), 1).version == 2


@pytest.mark.parametrize("outcome", [Outcome.PATHWAY_1, Outcome.PATHWAY_2, Outcome.PATHWAY_3])
def test_no_pathway_without_the_level_of_need_and_why(world, referral, outcome):
    for unfinished in (None, found(level=None), found(why="")):
        if unfinished:
            assessed(referral, world.officer, unfinished)
        with pytest.raises(DecisionRefusedError, match="Assess the referral first"):
            deciding.propose(world.officer.actor, referral, proposal(outcome))
    assessed(referral, world.officer)
    deciding.propose(world.officer.actor, referral, proposal(outcome))
    assert referral.state is State.DECISION_PROPOSED


def test_an_emergency_waits_for_no_assessment(world, referral):
    deciding.propose(world.officer.actor, referral, proposal(Outcome.NOT_ACCEPTED, "emergency_or_statutory"))
    deciding.authorise(world.manager.actor, referral)
    assert referral.state is State.NOT_ACCEPTED


def test_to_a_partner_there_is_no_assessment(world, referral):
    assessed(referral, world.officer)
    mine = referrals.load_for(world.referrer, referral.id)
    assert queries.newest(world.referrer.actor, mine) is None
    assert triage.open_file(world.referrer.actor, mine.reference).assessment is None


# --- the pages ----------------------------------------------------------------------------------------------------


def test_the_page_shows_what_the_referral_says_and_keeps_what_ksaf_finds(client_of, database, kept_world, address):
    client = client_of(kept_world.officer)
    page = client.get(f"{address}/assessment").text
    assert "Need: what the referral says" in page
    assert "Signs of Safety: seven questions" in page
    assert "Help from KSAF" in page  # the ledger, under consent
    saved = client.post(f"{address}/assessment", data={**TYPED, "do": "decide"})
    assert (saved.status_code, saved.location) == (303, f"{address}/decide")
    with database.system_transaction(write=False):
        [kept] = versions()
        assert kept.findings == {"need": "Mornings are hard.", "risk": "Nothing seen."}
        assert (kept.level, kept.signs) == (2, {"seen": ["child.absence", "family.bereavement"]})
    decide = client.get(f"{address}/decide").text
    assert "Level 2: additional" in decide
    assert TYPED["why"] in decide
    assert not re.search(r'value="pathway_2"[^>]*disabled', decide)


def test_the_decision_says_what_is_missing_of_the_assessment(client_of, kept_world, address):
    client = client_of(kept_world.officer)
    page = client.get(f"{address}/decide").text
    assert "Nobody has assessed this referral yet." in page
    assert re.search(r'value="pathway_1"[^>]*disabled', page)
    assert not re.search(r'value="not_accepted"[^>]*disabled', page)


def test_a_text_too_long_and_a_stale_tab_keep_what_was_typed(client_of, database, kept_world, address):
    officer, colleague = client_of(kept_world.officer), client_of(kept_world.colleague)
    refused = officer.post(f"{address}/assessment", data={**TYPED, "risk": "x" * 5001})
    assert refused.status_code == 422
    assert TYPED["need"] in refused.text
    assert officer.post(f"{address}/assessment", data=TYPED).status_code == 303
    late = colleague.post(f"{address}/assessment", data={**TYPED, "need": "Evenings, rather."})
    assert late.status_code == 409
    for words in ("Saved by Sam Osei", "Mornings are hard.", "Evenings, rather.", 'name="version" value="1"'):
        assert words in late.text
    with database.system_transaction(write=False):
        assert [each.version for each in versions()] == [1]


def test_a_statutory_level_shows_whom_to_call_everywhere(client_of, kept_world, address):
    client = client_of(kept_world.officer)
    client.post(f"{address}/assessment", data={**TYPED, "level": "3"})
    reference = address.rsplit("/", 1)[1]
    for page in (f"{address}/assessment", f"{address}/decide", f"/queue/{reference}/summary"):
        text = client.get(page).text
        assert "This level is for the statutory front door" in text, page
        assert "03000 41 11 11" in text, page


def test_once_a_manager_has_it_the_page_is_to_read_only(client_of, database, kept_world):
    with database.transaction():
        address = f"/referrals/{proposed(kept_world).reference}"
    client = client_of(kept_world.officer)
    page = client.get(f"{address}/assessment").text
    assert "Save assessment" not in page
    assert "Why invented" in page
    late = client.post(f"{address}/assessment", data=TYPED)
    assert late.status_code == 409
    assert TYPED["need"] in late.text
    assert "Why invented" in client_of(kept_world.manager).get(f"{address}/authorise").text


def test_it_is_ksafs_own(client_of, database, kept_world, address):
    client_of(kept_world.officer).post(f"{address}/assessment", data=TYPED)
    for person, status in ((kept_world.referrer, 403), (kept_world.viewer, 403), (kept_world.adviser, 403)):
        client = client_of(person)
        assert client.get(f"{address}/assessment").status_code == status
        assert client.post(f"{address}/assessment", data=TYPED).status_code == status
    assert "Assessment" not in client_of(kept_world.referrer).get(address).text
    for method in ("get", "post"):
        assert getattr(client_of(kept_world.outsider), method)(f"{address}/assessment").status_code == 404
