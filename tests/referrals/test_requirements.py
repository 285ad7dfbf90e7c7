import pytest

from portal.referrals.form.requirements import (
    may_ask_for_outreach,
    missing,
    owed_after_sending,
    required_questions,
    section_status,
    why_reduced,
)
from portal.referrals.form.sections import SECTIONS, section
from tests.factories.answers import BY_KIND, COMMUNITY, HEALTH, PROTECTION, SCHOOL

KINDS = ["education", "health", "community", "local_authority", "operator"]
MINIMUM = {
    "child_first_name",
    "child_last_name",
    "child_area",
    "child_safe_now",
    "contact_name",
    "contact_phone",
}
URGENT = {
    "child_first_name": "Amira",
    "child_last_name": "not known",
    "child_area": "kent",
    "child_safe_now": "not_sure",
    "contact_name": "Helen Marsh",
    "contact_phone": "01632 960 101",
}


def keys_missing(kind, answers):
    return [asked.key for _, asked, _ in missing(kind, answers)]


@pytest.mark.parametrize("kind", BY_KIND)
def test_a_complete_referral_lacks_nothing(kind):
    assert missing(kind, BY_KIND[kind]) == []


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        (
            "education",
            {"attendance_percent", "attendance_period", "attendance_pattern", "support_tried"},
        ),
        ("health", {"presenting_worries", "emotional_wellbeing", "consent_status"}),
        ("community", {"family_context", "parents_views", "safeguarding_known"}),
        ("local_authority", {"professionals_involved", "service_leading", "desired_outcomes"}),
    ],
)
def test_each_kind_of_organisation_owes_what_only_it_can_say(kind, own):
    assert own <= required_questions(kind, {})


@pytest.mark.parametrize("kind", ["health", "community", "local_authority", "operator"])
def test_only_schools_owe_attendance_figures(kind):
    assert "attendance_percent" not in required_questions(kind, {})


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_safeguarding_history_is_never_enough(kind):
    assert "safeguarding_known" in required_questions(kind, {})
    assert "safeguarding_history" in required_questions(kind, {"safeguarding_known": "yes"})
    assert "safeguarding_history" not in required_questions(kind, {"safeguarding_known": "none_known"})


def test_a_councillor_has_no_form():
    assert required_questions("councillor", URGENT) == frozenset()
    assert missing("councillor", {}) == []
    assert owed_after_sending("councillor", {}) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("safe", ["no", "not_sure"])
def test_a_child_who_may_be_at_risk_does_not_wait_for_the_form(kind, safe):
    assert required_questions(kind, {"child_safe_now": safe}) == MINIMUM
    assert missing(kind, URGENT | {"child_safe_now": safe}) == []
    assert "Tell us the rest afterwards" in why_reduced({"child_safe_now": safe})


def test_all_is_required_when_the_child_is_safe():
    assert why_reduced({"child_safe_now": "yes"}) is None
    assert len(required_questions("education", {"child_safe_now": "yes"})) > len(MINIMUM)


def test_what_an_urgent_referral_left_out_is_known_afterwards():
    owed = {asked.key for asked in owed_after_sending("education", URGENT)}
    assert {"consent_status", "child_location_now", "front_door_contact"} <= owed
    assert owed.isdisjoint(URGENT)
    assert owed_after_sending("education", SCHOOL) == []


def test_messages_come_in_the_order_of_the_form_and_say_what_to_do():
    gaps = missing("education", {})
    assert [each.number for each, _, _ in gaps] == sorted(each.number for each, _, _ in gaps)
    assert gaps[0][2] == "Enter the child’s first name"
    assert all(message for _, _, message in gaps)


def test_consent_given_owes_who_how_when_and_for_what():
    consent = {
        "consent_given_by",
        "consent_relationship",
        "consent_capacity",
        "consent_method",
        "consent_date",
        "consent_purposes",
    }
    assert consent <= required_questions("education", {"consent_status": "given_in_part"})
    assert consent.isdisjoint(required_questions("education", {"consent_status": "refused"}))


def test_sharing_without_consent_owes_its_reasons_and_a_manager():
    without = SCHOOL | PROTECTION | {"pathway_wished": "not_sure"}
    assert missing("education", without) == []
    for key in set(PROTECTION) - {"consent_status"}:
        assert key in keys_missing("education", without | {key: ""})


def test_a_family_that_was_told_needs_no_reason_for_silence():
    told = SCHOOL | PROTECTION | {"pathway_wished": "", "family_told": "yes"}
    assert "family_not_told_reason" not in keys_missing("education", told | {"family_not_told_reason": ""})


def test_signposting_sends_nothing():
    signpost = SCHOOL | {
        "consent_status": "not_asked",
        "without_consent_route": "signpost",
        "pathway_wished": "",
    }
    assert keys_missing("education", signpost) == ["without_consent_route"]
    assert keys_missing("education", signpost | {"child_safe_now": "no"}) == []
    assert keys_missing("education", signpost | {"consent_status": "given"}) == []


@pytest.mark.parametrize("status", ["not_asked", "refused", "unsafe_to_ask"])
def test_no_outreach_without_consent(status):
    answers = SCHOOL | PROTECTION | {"consent_status": status}
    assert not may_ask_for_outreach(answers)
    assert keys_missing("education", answers) == ["pathway_wished"]


def test_consent_in_part_allows_outreach_only_when_support_is_a_part():
    assert may_ask_for_outreach(HEALTH)
    without_support = HEALTH | {"consent_purposes": ["contact_family"]}
    assert not may_ask_for_outreach(without_support)
    assert keys_missing("health", without_support) == ["pathway_wished"]


def test_a_section_is_not_started_then_in_progress_then_complete():
    attendance = section("attendance")
    assert section_status(attendance, "education", {}) == "not_started"
    assert section_status(attendance, "education", {"attendance_percent": "71"}) == "in_progress"
    assert section_status(attendance, "education", SCHOOL) == "complete"
    assert section_status(attendance, "community", {"lateness": "Often, in May."}) == "complete"


def test_every_section_of_a_complete_referral_is_complete():
    done = [section_status(each, "education", SCHOOL) for each in SECTIONS]
    assert done == ["complete"] * 8
    assert section_status(section("strengths"), "community", COMMUNITY) == "complete"
