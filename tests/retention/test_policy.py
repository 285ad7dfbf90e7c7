"""The policy as data, and when a record's time is over: no database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.referrals.rules import ENDED, State
from portal.retention import policy, queries
from portal.retention.policy import By
from portal.retention.rules import Facts, Length, Unit, referral_due_on

DAYS = st.dates(date(2000, 1, 1), date(2080, 12, 31))
LENGTHS = st.builds(Length, st.integers(1, 30), st.sampled_from(Unit))
SIX, GROWN = Length(6, Unit.YEARS), Length(25, Unit.YEARS)


def test_every_rule_has_a_figure_and_says_where_it_is_from():
    rules = policy.load().rules.values()
    assert len(rules) == 14
    assert all(rule.title and rule.source for rule in rules)
    assert [rule.key for rule in rules if not rule.is_ours] == ["safeguarding"]
    assert {rule.key for rule in rules if rule.by is By.APPROVAL} == {
        "referral",
        "not_taken_on",
        "safeguarding",
        "draft",
        "enquiry",
        "call_back",
        "account",
        "data_request",
    }


def test_the_notice_gives_each_public_figure():
    said = policy.public_sentences()
    assert len(said) == 9
    assert any("6 years after the last thing" in each for each in said)
    assert not any("{" in each for each in said)


def test_what_cannot_be_relied_on_is_refused(tmp_path):
    broken = tmp_path / "policy.toml"
    broken.write_text(policy.FILE.read_text(encoding="utf-8").replace('unit = "years"', 'unit = "moons"', 1))
    with pytest.raises(policy.PolicyError, match="cannot be relied on"):
        policy.load(broken)
    broken.write_text(policy.FILE.read_text(encoding="utf-8").replace("length = 6", "length = 0", 1))
    with pytest.raises(policy.PolicyError, match="referral"):
        policy.load(broken)


@given(LENGTHS, DAYS, DAYS)
def test_a_day_is_old_enough_exactly_when_its_time_is_over(length, begun, today):
    assert (begun <= length.before(today)) is (length.after(begun) <= today)


@pytest.mark.parametrize(
    ("begun", "over"),
    [
        (date(2020, 3, 1), date(2026, 3, 1)),
        (date(2020, 2, 29), date(2026, 3, 1)),
        (date(2018, 2, 28), date(2024, 2, 28)),
    ],
)
def test_years_end_on_the_same_day(begun, over):
    assert SIX.after(begun) == over


@given(DAYS, st.none() | DAYS)
def test_safeguarding_never_shortens_a_time(changed, born):
    ordinary = referral_due_on(Facts(changed, born, has_safeguarding=False), SIX, GROWN)
    kept = referral_due_on(Facts(changed, born, has_safeguarding=True), SIX, GROWN)
    assert ordinary == SIX.after(changed)
    assert kept >= ordinary
    assert kept >= GROWN.after(born or changed)


def test_the_times_are_counted_in_words():
    assert Length(1, Unit.YEARS).in_words() == "1 year"
    assert Length(30, Unit.DAYS).in_words() == "30 days"
    assert timedelta(days=35) == Length(35, Unit.DAYS).after(date(2026, 1, 1)) - date(2026, 1, 1)


def test_every_state_that_ends_has_a_time():
    assert {state for states in queries.STATES.values() for state in states} == ENDED | {State.DRAFT}
