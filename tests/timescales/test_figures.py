"""What may be changed of a timescale, and what a changed policy says; without a database."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from portal.access.roles import Role
from portal.timescales import change_words, figures, in_force
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.changing import Change
from portal.timescales.figures import FigureError, Figures
from portal.timescales.pauses import Pause
from portal.timescales.policy import load
from portal.timescales.timescale import Unit

POLICY = load()
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


def of(kind, **other):
    return replace(Figures.of(POLICY[kind]), **other)


def check(kind, **other):
    figures.check(POLICY[kind], POLICY[kind], of(kind, **other), POLICY.hours)


@pytest.mark.parametrize("kind", POLICY.timescales)
def test_figures_come_back_from_what_is_kept_as_they_were(kind):
    kept = Figures.of(POLICY[kind])
    assert Figures.read(kept.written()) == kept
    assert kept.put_into(POLICY[kind]) == POLICY[kind]


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("allocate", {"length": 3}),
        ("allocate", {"lead": 0.5}),
        ("decide", {"length": 2, "guidance": "Working Together 2026"}),
        ("outcome", {"length": 3}),
        ("consent_link", {"lead": 7}),
        ("data_complaint", {"length": 20}),
        ("weekly_update", {"lead": 4}),
        ("chase", {"checked_on": date(2026, 11, 23)}),
        ("data_complaint_outcome", {"length": 3}),
        ("data_complaint_outcome", {"length": 40, "unit": Unit.WORKING_DAYS}),
        ("allocate", {"length": 36, "unit": Unit.ELAPSED_HOURS}),
        ("outcome", {"length": 120, "unit": Unit.ELAPSED_HOURS, "guidance": "Working Together 2026"}),
        ("completion_summary", {"lead": 24, "lead_unit": Unit.ELAPSED_HOURS}),
        ("confirm_telephone", {"lead": 8, "lead_unit": Unit.WORKING_HOURS}),
        ("allocate", {"wait": 2}),
        ("concern", {"wait": 2, "wait_unit": Unit.ELAPSED_HOURS}),
        ("statutory_outcome", {"wait": 24, "wait_unit": Unit.ELAPSED_HOURS}),
        ("decide", {"pauses_while": (Pause.CONTEXT,)}),
        ("decide", {"pauses_while": ()}),
        ("allocate", {"work_of": (Role.MANAGER,)}),
    ],
)
def test_what_is_ksafs_to_choose_can_be_chosen(kind, other):
    check(kind, **other)


@pytest.mark.parametrize(
    ("kind", "other", "why"),
    [
        ("allocate", {}, "Nothing is different"),
        ("allocate", {"length": 0}, "from 1 to 366"),
        ("allocate", {"length": 367}, "from 1 to 366"),
        ("allocate", {"lead": 0}, "some time before the end"),
        ("allocate", {"lead": 16}, "between the start and the end"),
        ("concern", {"lead": 1}, "between the start and the end"),
        ("concern", {"length": 2}, "waits for nobody"),
        ("consent_link", {"lead": 14}, "between the start and the end"),
        ("consent_link", {"lead": 2.5}, "whole number of days"),
        ("data_request", {"length": 2, "guidance": "Some other law"}, "UK GDPR, Article 12"),
        ("data_complaint", {"length": 31}, "30 days and no more"),
        ("statutory_acknowledgement", {"length": 2, "ours": True}, "front door one working day"),
        ("decide", {"length": 2}, "gives no more than 1"),
        ("decide", {"length": 2, "ours": True}, "gives no more than 1"),
        ("weekly_update", {"length": 2}, "cannot be changed by itself"),
        ("disagreement_over", {"length": 6}, "cannot be changed by itself"),
        ("disagreement_over", {"unit": Unit.WEEKS}, "as the one it follows"),
        ("weekly_update", {"unit": Unit.WORKING_DAYS}, "five weeks of support"),
        ("consent_link", {"unit": Unit.WEEKS}, "A link lives for days"),
        ("data_request", {"length": 30, "unit": Unit.CALENDAR_DAYS}, "could make it longer"),
        ("concern", {"unit": Unit.ELAPSED_HOURS}, "could make it longer"),
        ("allocate", {"unit": Unit.CALENDAR_MONTHS}, "cannot be counted in that"),
        ("allocate", {"unit": Unit.HOURS_WHILE_OPEN}, "cannot be counted in that"),
        ("record_review", {"length": 53}, "from 1 to 52"),
        ("outcome", {"length": 100, "unit": Unit.ELAPSED_HOURS}, "counts this in working days"),
        ("confirm_telephone", {"length": 2, "unit": Unit.WORKING_DAYS}, "counts this in hours"),
        ("allocate", {"lead": 2, "lead_unit": Unit.ELAPSED_DAYS}, "reminder cannot be counted"),
        ("confirm_telephone", {"lead": 16, "lead_unit": Unit.WORKING_HOURS}, "between the start and the end"),
        ("allocate", {"length": 4, "unit": Unit.ELAPSED_HOURS}, "between the start and the end"),
        ("allocate", {"wait": 0}, "more than 0 and no more than 20"),
        ("allocate", {"wait": 21}, "more than 0 and no more than 20"),
        ("allocate", {"wait": 481, "wait_unit": Unit.ELAPSED_HOURS}, "no more than 480"),
        ("allocate", {"wait": 1.5}, "whole number of working days"),
        ("allocate", {"wait_unit": Unit.WEEKS}, "wait cannot be counted"),
        ("concern", {"wait": 2}, "any later than they do"),
        ("statutory_outcome", {"wait": 25, "wait_unit": Unit.ELAPSED_HOURS}, "any later than they do"),
        ("acknowledge", {"pauses_while": (Pause.INFORMATION,)}, "An acknowledgement never waits"),
        ("record_review", {"pauses_while": (Pause.INFORMATION,)}, "Nothing stops this"),
        ("decide", {"pauses_while": (Pause.DATA_REQUEST,)}, "Nothing stops this"),
    ],
)
def test_what_is_not_is_refused_in_words(kind, other, why):
    with pytest.raises(FigureError, match=why):
        check(kind, **other)


def test_what_was_made_shorter_can_be_put_back():
    shorter = of("outcome", length=3, ours=True).put_into(POLICY["outcome"])
    figures.check(POLICY["outcome"], shorter, of("outcome"), POLICY.hours)


def test_what_a_newer_edition_counts_otherwise_can_be_put_back():
    newer = of("outcome", length=72, unit=Unit.ELAPSED_HOURS, guidance="2026").put_into(POLICY["outcome"])
    figures.check(POLICY["outcome"], newer, of("outcome"), POLICY.hours)
    for other in ({"length": 73}, {"length": 6, "unit": Unit.WORKING_DAYS}):
        wanted = replace(Figures.of(newer), **other)
        with pytest.raises(FigureError, match=r"2026 (gives no more than 72|counts this in hours)"):
            figures.check(POLICY["outcome"], newer, wanted, POLICY.hours)


def test_a_change_from_before_units_could_be_changed_leaves_them_as_the_file_gives_them():
    kept = json.loads(of("decide", length=3).written())
    for name in ("unit", "lead_unit", "wait", "wait_unit", "pauses_while", "work_of"):
        del kept[name]
    assert Figures.read(json.dumps(kept)).put_into(POLICY["decide"]) == replace(POLICY["decide"], length=3)


def test_a_changed_policy_is_a_version_of_its_own():
    changes = [(1, "allocate", of("allocate", length=3).written()), (2, "allocate", of("allocate", lead=6).written())]
    assert in_force.with_changes(POLICY, []) == POLICY
    first, second = (in_force.with_changes(POLICY, changes[:number]) for number in (1, 2))
    assert (first.version, first["allocate"].length) == (f"{POLICY.version}+1", 3)
    assert (second.version, Figures.of(second["allocate"])) == (f"{POLICY.version}+2", of("allocate", lead=6))
    assert second["decide"] == POLICY["decide"]


def test_one_that_is_as_long_as_another_follows_it():
    longer = [(1, "disagreement_first", of("disagreement_first", length=3).written())]
    changed = in_force.with_changes(POLICY, longer)
    assert changed["disagreement_first_over"].length == changed["disagreement_first"].length == 3
    assert changed["disagreement_over"].length == 5
    hours = [(1, "disagreement_first", of("disagreement_first", length=48, unit=Unit.ELAPSED_HOURS).written())]
    follower = in_force.with_changes(POLICY, hours)["disagreement_first_over"]
    assert (follower.length, follower.unit) == (48, Unit.ELAPSED_HOURS)


def test_a_change_of_what_a_release_has_dropped_is_left_out():
    changed = in_force.with_changes(POLICY, [(4, "tea", of("allocate").written())])
    assert changed.timescales == POLICY.timescales


def test_hours_are_changed_as_figures_are():
    kept = in_force.written_hours((time(8, 30), time(16, 30)))
    assert in_force.with_changes(POLICY, [(1, in_force.HOURS, kept)]).hours == (time(8, 30), time(16, 30))


def test_a_change_in_words_says_what_is_otherwise_and_no_more():
    was, becomes = of("allocate"), of("allocate", length=3, lead=1)
    change = Change(1, "allocate", was.written(), becomes.written(), "Two are away", "", MONDAY)
    told = change_words.differences(change, POLICY)
    assert [(each.what, each.was, each.becomes) for each in told] == [
        ("Within", "2 working days", "3 working days"),
        ("First reminder", "4 working hours before it is due", "1 working hour before it is due"),
    ]


def test_each_thing_that_can_be_changed_is_told_in_words():
    was, rare = of("decide"), {"unit": Unit.ELAPSED_HOURS, "lead_unit": Unit.ELAPSED_HOURS, "wait": 36}
    becomes = of("decide", length=20, **rare, wait_unit=Unit.ELAPSED_HOURS, pauses_while=(), work_of=(Role.MANAGER,))
    change = Change(1, "decide", was.written(), becomes.written(), "Sooner", "", MONDAY)
    assert [(each.what, each.was, each.becomes) for each in change_words.differences(change, POLICY)] == [
        ("Within", "1 working day", "20 hours"),
        ("First reminder", "2 working hours before it is due", "2 hours before it is due"),
        ("Still missed", "1 working day later", "36 hours later"),
        (
            "Stops",
            "while the referrer is asked for information or the family or school is asked about attendance",
            "never",
        ),
        ("Whose work at KSAF", "triage officer, else manager", "manager"),
    ]


def test_what_is_told_again_and_again_is_shown_too():
    becomes = of("record_review", length=10, unit=Unit.WORKING_DAYS).put_into(POLICY["record_review"])
    shown = change_words.if_it_starts(MONDAY, POLICY["record_review"], becomes, WorkingCalendar.for_england())
    assert [each.what for each in shown] == ["Due", "First reminder", "Still missed", "Told again"]
    assert shown[-1].becomes == "Tuesday 22 December 2026 at 5pm"


def test_what_starts_now_is_shown_as_it_is_and_as_it_would_be():
    becomes = of("allocate", length=3).put_into(POLICY["allocate"])
    due, reminder, wait = change_words.if_it_starts(MONDAY, POLICY["allocate"], becomes, WorkingCalendar.for_england())
    assert due.was == "Wednesday 25 November 2026 at 5pm"
    assert due.becomes == "Thursday 26 November 2026 at 5pm"
    assert reminder.becomes == "Thursday 26 November 2026 at 1pm"
    assert (wait.what, wait.becomes) == ("Still missed", "Friday 27 November 2026 at 5pm")


def test_the_file_is_asked_for_words_and_never_for_time():
    """Whoever counted by the file would not see what KSAF has changed."""
    counting = re.compile(r"policy\.load\(\)(\[[^]]+\])?\.(due_at|rungs|hours|length|ladder\.|version)")
    importing = re.compile(r"from portal\.timescales import [^\n]*\bpolicy\b")
    texts = {str(path): path.read_text(encoding="utf-8") for path in Path("portal").rglob("*.py")}
    asking = {path: text for path, text in texts.items() if importing.search(text)}
    assert len(asking) > 5
    # Before the first migration there is the file alone.
    assert [path for path, text in asking.items() if counting.search(text)] == ["portal/cli/time.py"]
