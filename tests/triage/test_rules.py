import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portal.access.policy import may
from portal.access.roles import OrganisationKind, Role, roles_of
from portal.referrals.rules import ENDED, LIFECYCLE, Event, State, label_for, transition
from portal.triage import rules
from portal.triage.assessment.rules import NOT_ASSESSED
from portal.triage.models import Outcome

ROLES = [(kind, role) for kind in OrganisationKind for role in sorted(roles_of(kind))]


class AnyoneTriesAnything(RuleBasedStateMachine):
    """Whatever anybody tries in whatever order, only rows of the table move a referral."""

    def __init__(self):
        super().__init__()
        self.state = State.DRAFT
        self.story = []

    @rule(event=st.sampled_from(Event), who=st.sampled_from(ROLES))
    def try_it(self, event, who):
        kind, role = who
        row = transition(event, self.state)
        if row is not None and may(role, kind, row.permission):
            self.story.append((event, self.state, row.target, kind, role))
            self.state = row.target

    @invariant()
    def only_the_table_moved_it(self):
        allowed = {(row.event, source, row.target) for row in LIFECYCLE for source in row.sources}
        assert {step[:3] for step in self.story} <= allowed

    @invariant()
    def an_end_is_an_end(self):
        after = [(event, role) for event, before, *_rest, role in self.story if before in ENDED]
        assert all(step == (Event.REOPEN, Role.MANAGER) for step in after)

    @invariant()
    def only_a_manager_settles(self):
        settling = {
            Event.AUTHORISE_ADVICE,
            Event.AUTHORISE,
            Event.AUTHORISE_ONWARD,
            Event.AUTHORISE_NOT_ACCEPTED,
            Event.RETURN,
            Event.MOVE_ON,
            Event.CLOSE,
        }
        assert all(role is Role.MANAGER for event, *_rest, role in self.story if event in settling)

    @invariant()
    def partners_never_decide(self):
        deciding = {Event.ACKNOWLEDGE, Event.ASK, Event.ASK_CONTEXT, Event.DECIDE, Event.ALLOCATE}
        assert all(kind is OrganisationKind.OPERATOR for event, _from, _to, kind, _ in self.story if event in deciding)


AnyoneTriesAnything.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyoneTriesAnything = AnyoneTriesAnything.TestCase


def test_every_outcome_has_its_words():
    assert set(rules.OUTCOMES) == set(Outcome)
    for outcome, words in rules.OUTCOMES.items():
        assert all((words.title, words.fits, words.in_the_letter, words.what_happens_next))
        explanation, next_option = rules.suggestion(outcome, None)
        assert bool(explanation and next_option) is (outcome is not Outcome.NOT_ACCEPTED)


def test_every_reason_suggests_where_to_turn_next():
    for reason in rules.REASONS.values():
        assert rules.suggestion(Outcome.NOT_ACCEPTED, reason.key) == (reason.explanation, reason.next_option)
        assert all((reason.explanation, reason.next_option))
        assert len(reason.key) <= 40


def test_no_outreach_without_consent_to_support():
    assert rules.closed_outcomes((), 2, "Why") == {Outcome.PATHWAY_2: rules.NO_OUTREACH}
    assert set(rules.closed_outcomes({"contact_family"}, 2, "Why")) == {Outcome.PATHWAY_2}
    assert rules.closed_outcomes({"ksaf_support", "contact_family"}, 2, "Why") == {}


@pytest.mark.parametrize(("level", "why"), [(None, ""), (None, "Why"), (2, ""), (2, "  ")])
def test_a_pathway_needs_the_level_of_need_and_why_and_a_refusal_needs_neither(level, why):
    closed = rules.closed_outcomes({"ksaf_support"}, level, why)
    assert set(closed) == {Outcome.PATHWAY_1, Outcome.PATHWAY_2, Outcome.PATHWAY_3}
    assert set(closed.values()) == {NOT_ASSESSED}
    assert rules.closed_outcomes((), level, why)[Outcome.PATHWAY_2] == rules.NO_OUTREACH


def test_nobody_settles_what_they_proposed():
    assert rules.may_authorise(1, 2)
    assert not rules.may_authorise(1, 1)


def test_a_partner_reads_a_proposed_decision_as_being_decided():
    assert label_for(State.DECISION_PROPOSED, is_operator=False) == "Being decided"
    assert label_for(State.DECISION_PROPOSED, is_operator=True) == "Decision with a manager"
    assert label_for(State.ACCEPTED, is_operator=False) == "Accepted"
