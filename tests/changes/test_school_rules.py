from datetime import date, timedelta

import pytest

from portal.changes.access import end_of
from portal.changes.school import rules
from portal.web.dates import in_london

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("day", "is_plausible"),
    [
        (TODAY, True),
        (TODAY - rules.BEHIND, True),
        (TODAY - rules.BEHIND - timedelta(days=1), False),
        (TODAY + rules.AHEAD, True),
        (TODAY + rules.AHEAD + timedelta(days=1), False),
    ],
)
def test_a_move_lies_within_a_year_behind_and_a_term_ahead(day, is_plausible):
    assert rules.is_plausible(day, TODAY) is is_plausible


@pytest.mark.parametrize(("days", "may"), [(-1, False), (0, True), (91, True), (92, False)])
def test_access_is_kept_until_a_day_that_has_not_gone_and_a_term_at_most(days, may):
    assert rules.may_keep_until(TODAY + timedelta(days=days), TODAY) is may


@pytest.mark.parametrize("last_day", [date(2026, 12, 8), date(2027, 3, 28), date(2026, 10, 25)])
def test_the_last_day_counts_whole_whatever_the_clocks_do(last_day):
    ends = in_london(end_of(last_day))
    assert (ends.date(), ends.hour) == (last_day + timedelta(days=1), 0)


def test_each_debt_has_words_of_its_own():
    said = {
        rules.afterwards(is_owed_by_sender=True, is_question=True),
        rules.afterwards(is_owed_by_sender=True, is_question=False),
        rules.afterwards(is_owed_by_sender=False, is_question=False),
    }
    assert len(said) == 3
