"""Which steps a disagreement may take: never up by itself, never two stages at once, never after its end."""

import inspect

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.access.roles import PARTNER_ROLES, Role
from portal.disagreements import rules
from portal.disagreements.rules import (
    LEVELS,
    Challenged,
    DisagreementState,
    Event,
    Outcome,
    Side,
    Speaker,
    Stage,
    Standing,
    Turn,
    after,
    challengeable,
    why_not,
)

OPEN = Standing(DisagreementState.OPEN, Stage.PROFESSIONALS, Turn.ANSWERER)
SCHOOL = Speaker(Side.CHALLENGER, Role.REFERRER, is_operator=False)
OFFICER = Speaker(Side.ANSWERER, Role.TRIAGE_OFFICER, is_operator=True)
MANAGER = Speaker(Side.ANSWERER, Role.MANAGER, is_operator=True)
SPEAKERS = st.builds(
    lambda side, role, alone: Speaker(
        side, role, role not in PARTNER_ROLES, is_alone=alone and role not in PARTNER_ROLES
    ),
    st.sampled_from(Side),
    st.sampled_from(Role),
    st.booleans(),
)
STEPS = st.lists(st.tuples(st.sampled_from(Event), SPEAKERS), max_size=20)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine is shared
@given(STEPS)
def test_a_whole_life_climbs_one_stage_at_a_time_and_only_where_a_person_takes_it(steps):
    at = OPEN
    for event, by in steps:
        if why_not(event, at, by) is not None:
            continue
        was, at = at, after(event, at)
        assert was.state is DisagreementState.OPEN
        assert at.stage - was.stage == (1 if event is Event.ESCALATED else 0)
        assert (at.state is DisagreementState.OPEN) is (event not in {Event.RESOLVED, Event.WITHDRAWN})
        if event is Event.ANSWERED:
            assert (was.turn is not Turn.CHALLENGER, at.turn) == (True, Turn.CHALLENGER)
        if at.stage is Stage.PARTNERSHIP:
            assert at.turn is not Turn.ANSWERER
        if event is Event.WITHDRAWN:
            assert by.side is Side.CHALLENGER


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine is shared
@given(STEPS)
def test_what_has_ended_takes_no_further_step(steps):
    for state in (DisagreementState.RESOLVED, DisagreementState.WITHDRAWN):
        over = Standing(state, Stage.LEADS, Turn.CHALLENGER)
        assert all(why_not(event, over, by) == "This disagreement has ended." for event, by in steps)


def test_no_rule_knows_of_time():
    assert {name for name in vars(rules) if name in {"clock", "datetime", "now"}} == set()
    assert all("due" not in inspect.signature(each).parameters for each in (why_not, after))


@pytest.mark.parametrize(
    ("stage", "role", "may"),
    [
        (Stage.PROFESSIONALS, Role.TRIAGE_OFFICER, True),
        (Stage.MANAGERS, Role.TRIAGE_OFFICER, False),
        (Stage.MANAGERS, Role.MANAGER, True),
        (Stage.LEADS, Role.SAFEGUARDING_TEAM, True),
        (Stage.LEADS, Role.CASE_MANAGER, False),
        (Stage.DIRECTORS, Role.SAFEGUARDING_TEAM, False),
        (Stage.MANAGERS, Role.SAFEGUARDING_TEAM, False),
        (Stage.LEADS, Role.MANAGER, True),
        (Stage.PARTNERSHIP, Role.SAFEGUARDING_TEAM, True),
        (Stage.PROFESSIONALS, Role.REFERRER, True),
        *((stage, Role.REFERRER, False) for stage in (Stage.MANAGERS, Stage.LEADS, Stage.DIRECTORS)),
        *((stage, Role.ORGANISATION_ADMIN, True) for stage in (Stage.MANAGERS, Stage.LEADS, Stage.DIRECTORS)),
    ],
)
def test_each_stage_is_answered_at_its_level(stage, role, may):
    by = Speaker(Side.ANSWERER, role, is_operator=role not in PARTNER_ROLES)
    refused = why_not(Event.ANSWERED, Standing(OPEN.state, stage, Turn.ANSWERER), by)
    assert (refused is None) is may
    assert may or LEVELS[stage].who in refused


@pytest.mark.parametrize("is_head", [True, False])
def test_at_the_third_stage_the_head_of_service_answers_and_no_other_manager(is_head):
    by = Speaker(Side.ANSWERER, Role.MANAGER, is_operator=True, is_head=is_head)
    refused = why_not(Event.ANSWERED, Standing(OPEN.state, Stage.DIRECTORS, Turn.ANSWERER), by)
    assert (refused is None) is is_head
    assert is_head or "at KSAF, its head of service" in refused


def test_only_the_other_side_answers_and_only_once_a_stage():
    assert why_not(Event.ANSWERED, OPEN, SCHOOL) == "The other side answers at this stage."
    assert why_not(Event.ANSWERED, OPEN, OFFICER) is None
    assert why_not(Event.ANSWERED, after(Event.ANSWERED, OPEN), OFFICER) == "This stage has been answered."


def test_whoever_challenged_says_when_it_is_resolved():
    assert why_not(Event.RESOLVED, OPEN, SCHOOL) is None
    assert why_not(Event.RESOLVED, after(Event.ANSWERED, OPEN), MANAGER) is not None
    alone = Speaker(Side.ANSWERER, Role.MANAGER, is_operator=True, is_alone=True)
    assert why_not(Event.RESOLVED, OPEN, alone) is None
    assert rules.outcomes(alone) == (Outcome.LAPSED,)
    assert Outcome.LAPSED not in rules.outcomes(SCHOOL)


def test_ksaf_records_what_the_partnership_says_and_may_then_end_it():
    at = Standing(OPEN.state, Stage.PARTNERSHIP, Turn.PARTNERSHIP)
    assert why_not(Event.ANSWERED, at, SCHOOL) == "KSAF records what the partnership says."
    assert why_not(Event.ANSWERED, at, MANAGER) is None
    assert why_not(Event.RESOLVED, at, MANAGER) is not None
    assert why_not(Event.RESOLVED, after(Event.ANSWERED, at), MANAGER) is None
    assert why_not(Event.ESCALATED, at, SCHOOL) == "The partnership is the last stage."


def test_what_can_be_challenged_follows_what_was_decided():
    nothing = dict.fromkeys(("is_decided", "is_refused", "is_allocated", "is_closed", "is_withdrawn"), False)
    always = (Challenged.SAFEGUARDING, Challenged.OTHER)
    assert challengeable(**nothing, by_operator=False) == always
    refused = challengeable(**nothing | {"is_decided": True, "is_refused": True}, by_operator=False)
    assert refused == (Challenged.REFUSAL, Challenged.LEVEL, *always)
    closed = challengeable(**nothing | {"is_decided": True, "is_allocated": True, "is_closed": True}, by_operator=False)
    assert closed == (Challenged.CLOSING, Challenged.DECISION, Challenged.LEVEL, Challenged.ALLOCATION, *always)
    assert challengeable(**nothing, by_operator=True) == (Challenged.OTHER,)
    assert Challenged.WITHDRAWAL in challengeable(**nothing | {"is_withdrawn": True}, by_operator=True)
