"""The policy of timescales: its figures, its ladders, and what it refuses to load."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.access.roles import Role
from portal.accountability.requests import rules as requests
from portal.referrals.effects import EFFECTS
from portal.referrals.rules import LIFECYCLE
from portal.timescales import change_words, pauses, work
from portal.timescales.calendar import WorkingCalendar
from portal.timescales.pauses import Pause
from portal.timescales.policy import POLICY_FILE, load, read
from portal.timescales.policy_rows import PolicyError
from portal.timescales.timescale import PromptWhenDue

CALENDAR = WorkingCalendar.for_england()
POLICY = load()
ADDED = {
    "attendance_context",
    "call_back",
    "onward_offer",
    "statutory_acknowledgement",
    "statutory_manager",
    "statutory_outcome",
}
LATEST = {
    "disagreement_leads",
    "disagreement_heads",
    "confirm_call",
    "confirm_call_followed",
    "disagreement_first",
    "disagreement_first_over",
    "disagreement_over",
    "disagreement_turn",
    "disagreement_partnership",
}


def london(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("kind", "owed_by", "length", "unit", "ours"),
    [
        ("acknowledge", "operator", 1, "working_days", False),
        ("chase", "referring_organisation", 3, "working_days", False),
        ("decide", "operator", 1, "working_days", False),
        ("outcome", "operator", 5, "working_days", False),
        ("confirm_telephone", "caller", 48, "elapsed_hours", False),
        ("confirm_call", "caller", 48, "elapsed_hours", False),
        ("confirm_call_followed", "operator", 48, "elapsed_hours", False),
        ("information", "referring_organisation", 3, "working_days", True),
        ("allocate", "operator", 2, "working_days", True),
        ("weekly_update", "operator", 1, "end_of_week", False),
        ("week_4_review", "operator", 4, "end_of_week", False),
        ("completion_summary", "operator", 5, "working_days", True),
        ("onward_acceptance", "operator", 5, "working_days", True),
        ("concern", "safeguarding_team", 1, "hours_while_open", True),
        ("disagreement_stage", "stage_level", 5, "working_days", False),
        ("disagreement_leads", "stage_level", 5, "working_days", False),
        ("disagreement_heads", "stage_level", 5, "working_days", False),
        ("disagreement_first", "stage_level", 2, "working_days", True),
        ("disagreement_first_over", "challenger", 2, "working_days", True),
        ("disagreement_over", "challenger", 5, "working_days", False),
        ("disagreement_turn", "challenger", 5, "working_days", True),
        ("disagreement_partnership", "operator", 10, "working_days", True),
        ("record_review", "operator", 4, "weeks", True),
        ("consent_link", "parent", 14, "elapsed_days", True),
        ("attendance_context", "operator", 3, "working_days", True),
        ("call_back", "operator", 1, "working_days", True),
        ("onward_offer", "operator", 2, "working_days", True),
        ("statutory_acknowledgement", "operator", 1, "working_days", False),
        ("statutory_manager", "operator", 3, "working_days", False),
        ("statutory_outcome", "operator", 5, "working_days", False),
        ("data_request", "operator", 1, "calendar_months", False),
        ("data_request_extended", "operator", 3, "calendar_months", False),
        ("data_request_reply", "operator", 5, "working_days", True),
        ("data_complaint", "operator", 30, "calendar_days", False),
        ("data_complaint_outcome", "operator", 2, "calendar_months", True),
    ],
)
def test_every_timescale_of_the_service_is_there(kind, owed_by, length, unit, ours):
    row = POLICY[kind]
    assert (row.owed_by, row.length, row.unit, row.ours) == (owed_by, length, unit, ours)
    assert row.source
    assert row.guidance_version
    lately = date(2026, 11, 28) if kind.startswith("data_") else date(2026, 11, 22)
    lately = date(2026, 11, 29) if kind in LATEST else lately
    assert row.checked_on == (date(2026, 11, 25) if kind in ADDED else lately)


@pytest.mark.parametrize(
    ("answer", "over"), [("disagreement_first", "disagreement_first_over"), ("disagreement_stage", "disagreement_over")]
)
def test_a_disagreement_can_go_further_from_when_its_answer_was_due(answer, over):
    assert (POLICY[answer].length, POLICY[answer].unit) == (POLICY[over].length, POLICY[over].unit)
    assert isinstance(POLICY[over].ladder, PromptWhenDue)


def test_there_are_thirty_nine():
    assert len(POLICY.timescales) == 39


def test_each_pause_is_what_a_step_of_the_portal_waits_for():
    waits = {(EFFECTS[row.event].pauses, row.target.value) for row in LIFECYCLE if EFFECTS[row.event].pauses}
    assert waits == {(each, each.value) for each in (Pause.INFORMATION, Pause.CONTEXT)}
    asked = [kind for kind in requests.Kind if requests.questions(kind)]
    of_requests = {each for kind in asked for longer in (0, 1) for each in requests.clocks(kind, is_extended=longer)}
    assert of_requests == {kind for kind in POLICY.timescales if Pause.DATA_REQUEST in pauses.possible(kind)}


def test_what_may_stop_a_clock_stops_it_until_ksaf_says_otherwise():
    stopping = {kind: row.pauses_while for kind, row in POLICY.timescales.items() if row.pauses_while}
    assert stopping == {kind: pauses.possible(kind) for kind in POLICY.timescales if pauses.possible(kind)}
    assert list(stopping) == ["decide", "outcome", "data_request", "data_request_extended"]


@pytest.mark.parametrize("kind", POLICY.timescales)
def test_nobody_is_prompted_for_what_they_may_not_do(kind):
    possible = work.possible(POLICY[kind])
    assert not possible or set(POLICY[kind].work_of) <= set(possible)


def test_what_is_never_ksafs_work_and_what_goes_by_its_level_are_not_the_policys_to_give():
    assert {kind for kind, row in POLICY.timescales.items() if not work.possible(row)} == {
        *("chase", "information", "confirm_call", "consent_link"),
        *("disagreement_stage", "disagreement_leads", "disagreement_heads", "disagreement_partnership"),
    }


def test_an_edition_that_says_nothing_of_whose_work_it_is_means_triage():
    text = "\n".join(line for line in POLICY_FILE.read_text("utf-8").splitlines() if not line.startswith("work_of"))
    assert {row.work_of for row in read(text).timescales.values()} == {(Role.TRIAGE_OFFICER, Role.MANAGER)}


@pytest.mark.parametrize(
    ("kind", "owes", "steps"),
    [
        (
            "acknowledge",
            "KSAF owes it",
            [
                "2 working hours before it is due: whoever it is on",
                "When it is missed: their managers, and whoever it is on",
                "1 working day later: the head of service",
            ],
        ),
        ("chase", "The referrer may do it", ["When it is due: whoever may do it, and their managers"]),
        (
            "consent_link",
            "The parent or carer owes it",
            ["5 days after the link is sent: the family", "When it ends: whoever made the link"],
        ),
    ],
)
def test_who_owes_it_and_its_ladder_in_words(kind, owes, steps):
    assert change_words.owes_in_words(POLICY[kind]) == owes
    assert change_words.ladder_in_words(POLICY[kind]) == steps


def test_every_ladder_has_words_and_what_repeats_says_so():
    for row in POLICY.timescales.values():
        steps = change_words.ladder_in_words(row)
        assert steps
        assert any("until it is done" in each for each in steps) is isinstance(row.repeats, str)
        assert "" not in {change_words.pauses_in_words(row) for _ in row.pauses_while}


def test_each_timescale_is_more_than_a_row_on_paper():
    package = POLICY_FILE.parents[1]
    used = "".join(
        path.read_text() for path in package.rglob("*.py") if path.parent != POLICY_FILE.parent and path.is_file()
    )
    assert [kind for kind in POLICY.timescales if f'"{kind}"' not in used] == []


def test_it_lists_itself_as_plain_values():
    rows = json.loads(json.dumps(POLICY.as_json()))
    chase = next(row for row in rows if row["kind"] == "chase")
    assert chase["owed_by"] == "referring_organisation"
    assert (chase["length"], chase["unit"]) == (3, "working_days")
    assert chase["guidance_version"] == "Working Together 2018"
    assert chase["checked_on"] == "2026-11-22"
    assert {row["policy_version"] for row in rows} == {POLICY.version}


def test_an_unacknowledged_referral_climbs_three_rungs():
    received = london("2026-11-20 10:00")
    due = POLICY.due_at("acknowledge", received, CALENDAR)
    assert POLICY.rungs("acknowledge", due, CALENDAR, received) == (
        ("approaching", london("2026-11-23 15:00")),
        ("missed", london("2026-11-23 17:00")),
        ("still_missed", london("2026-11-24 17:00")),
    )


def test_the_referrer_is_prompted_once_at_three_working_days():
    due = POLICY.due_at("chase", london("2026-11-20 10:00"), CALENDAR)
    assert POLICY.rungs("chase", due, CALENDAR) == (("due", london("2026-11-25 17:00")),)


def test_a_parent_is_reminded_at_five_days_and_the_link_ends_at_fourteen():
    sent = datetime(2026, 11, 23, 10, tzinfo=UTC)
    due = POLICY.due_at("consent_link", sent, CALENDAR)
    assert POLICY.rungs("consent_link", due, CALENDAR) == (
        ("reminder", datetime(2026, 11, 28, 10, tzinfo=UTC)),
        ("expired", datetime(2026, 12, 7, 10, tzinfo=UTC)),
    )


def test_a_lead_that_would_come_before_the_start_is_left_out():
    raised = london("2026-11-23 08:50")
    due = POLICY.due_at("concern", raised, CALENDAR)
    assert due == london("2026-11-23 09:00")
    names = [rung for rung, _ in POLICY.rungs("concern", due, CALENDAR, raised)]
    assert names == ["missed", "still_missed"]
    assert len(POLICY.rungs("concern", due, CALENDAR)) == 3


def test_weekly_updates_are_due_at_the_end_of_their_own_week():
    began = london("2026-11-23 09:00")
    dues = [POLICY.due_at("weekly_update", began, CALENDAR, week) for week in range(1, 6)]
    assert dues == [london(f"2026-{day} 17:00") for day in ("11-27", "12-04", "12-11", "12-18", "12-24")]
    assert POLICY.due_at("week_4_review", began, CALENDAR) == dues[3]
    with pytest.raises(ValueError, match="not owed by the week"):
        POLICY.due_at("acknowledge", began, CALENDAR, 2)


@pytest.mark.parametrize("kind", POLICY.timescales)
def test_rungs_come_in_order(kind):
    due = POLICY.due_at(kind, london("2026-11-23 10:00"), CALENDAR)
    instants = [at for _, at in POLICY.rungs(kind, due, CALENDAR)]
    assert instants == sorted(set(instants))


def test_an_unknown_kind_is_named():
    with pytest.raises(PolicyError, match="called 'nap'"):
        POLICY.due_at("nap", london("2026-11-23 10:00"), CALENDAR)


@pytest.mark.parametrize(
    ("was", "becomes", "complaint"),
    [
        ('version = "2026-11-29.4"', "", "the policy, version"),
        ('unit = "elapsed_hours"\napp', 'unit = "fortnights"\napp', "unit has to be one of"),
        ("length = 48", "length = 0", "'confirm_telephone', length has to be at least 1"),
        ("length = 48", "", "'confirm_telephone', length has to be given"),
        ("length = 48", 'length = "long"', "length has to be given, as int"),
        ('kind = "chase"', 'kind = "decide"', "'decide' is there twice"),
        ("length = 48", "length = 48\nlenght = 3", r"nothing reads \['lenght'\]"),
        ('guidance = "portal"', 'guidance = "lore"', r"In \[guidance\], lore"),
        ("remind_after = 5", "remind_after = 14", "reminder has to come before"),
        ("remind_after = 5", "", "exactly one of"),
        ('work_of = ["manager"]', 'work_of = ["viewer"]', "has to name roles of KSAF"),
        ('work_of = ["manager"]', "work_of = []", "has to name roles of KSAF"),
        ('kind = "acknowledge"', 'kind = "acknowledge"\npauses_while = ["information_requested"]', "never waits"),
        ('pauses_while = ["data_request_waiting"]', 'pauses_while = ["lunch"]', r"\['lunch'\] cannot pause it"),
        ("length = 0.25, unit", "length = -1, unit", "approaching needs a length over 0"),
        ('unit = "weeks"', 'unit = "working_hours"', "cannot be counted in working_hours"),
        ('repeats = "until_met"', 'repeats = "often"', "repeats has to be given, as int"),
        ("[[timescale]]", "[[timescale]", "cannot be read"),
    ],
)
def test_a_policy_that_cannot_be_relied_on_is_refused_by_name(tmp_path, was, becomes, complaint):
    text = POLICY_FILE.read_text(encoding="utf-8")
    assert was in text
    broken = tmp_path / "policy.toml"
    broken.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=complaint):
        load(broken)


def test_operational_hours_are_the_policys_to_set(tmp_path):
    text = POLICY_FILE.read_text(encoding="utf-8")
    changed = tmp_path / "policy.toml"
    changed.write_text(text.replace("closes = 17:00:00", "closes = 16:30:00"), encoding="utf-8")
    calendar = WorkingCalendar.for_england(hours=load(changed).hours)
    received = datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert calendar.deadline_after(received, 1) == datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    changed.write_text(text.replace("closes = 17:00:00", "closes = 08:00:00"), encoding="utf-8")
    with pytest.raises(PolicyError, match="cannot open"):
        load.__wrapped__(changed)
