"""Deadlines and prompts as pages, lists and the command line read them."""

from datetime import UTC, datetime, timedelta

import pytest

from portal import db
from portal.access.roles import OrganisationKind, Role
from portal.tenancy import TenancyError, as_system, enter
from portal.timescales import queries, service, wording
from portal.timescales.descriptions import describe
from portal.timescales.explained import length_in_words
from portal.timescales.ladder import Rung
from portal.timescales.models import Deadline, DeadlineState, Prompt
from portal.timescales.pauses import Pause
from portal.timescales.policy import load
from portal.timescales.service import Subject
from tests.factories import people

SUBJECT = Subject("referral", 7)
REFERENCE = "KSAF-7F3K-9QRT"
TUESDAY_5PM = datetime(2026, 11, 24, 17, tzinfo=UTC)


@pytest.fixture
def sides(tx):
    ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
    school = people.add_organisation()
    enter(tx, ksaf.id)
    return ksaf, school


def begin(sides, kind) -> Deadline:
    ksaf, school = sides if kind != "information" else sides[::-1]
    return service.start(kind, SUBJECT, REFERENCE, owed_by_id=ksaf.id, owed_to_id=school.id)


def prompt(tx, person, kind="acknowledge:missed", **more) -> Prompt:
    now = datetime(2026, 11, 24, 17, tzinfo=UTC)
    made = Prompt(
        key=f"key-of-{person.user_id}-{kind}", organisation_id=person.organisation_id, user_id=person.user_id,
        kind=kind, reference=REFERENCE, due_at=now, opened_at=now, **more,
    )  # fmt: skip
    with as_system(tx):
        tx.add(made)
    return made


def test_both_sides_and_nobody_else_see_a_subjects_deadlines(tx, sides):
    begin(sides, "outcome")
    begin(sides, "acknowledge")
    for organisation, seen in ((sides[0], 2), (sides[1], 2), (people.add_organisation(), 0)):
        enter(tx, organisation.id)
        found = queries.for_subject(people.add_person(organisation).actor, SUBJECT)
        assert [row.kind for row in found] == ["acknowledge", "outcome"][:seen]


def test_an_actor_of_another_organisation_than_the_sessions_sees_nothing(tx, sides):
    begin(sides, "outcome")
    assert queries.for_subject(people.add_person(sides[1]).actor, SUBJECT) == []


def test_what_waits_is_the_persons_own_in_the_organisation_in_use(tx, sides):
    person, other = people.add_person(sides[0], Role.MANAGER), people.add_person(sides[0], Role.MANAGER)
    prompt(tx, person)
    prompt(tx, person, "decide:missed", closed_at=TUESDAY_5PM)
    prompt(tx, other)
    assert queries.waiting_count(person.actor) == 1
    assert [row.kind for row in list(db.session().scalars(queries.prompts_waiting(person.actor)))] == [
        "acknowledge:missed"
    ]
    waiting = db.session().scalars(queries.prompts_waiting(person.actor))
    assert queries.items_of([(each, None) for each in waiting], TUESDAY_5PM + timedelta(hours=1)) == [
        {
            "title": "Missed: acknowledge the referral",
            "href": f"/prompts/key-of-{person.user_id}-acknowledge:missed",
            "detail": REFERENCE,
            "words": "missed today at 5pm",
            "tone": "missed",
        }
    ]


def test_the_count_is_not_asked_of_a_transaction_that_failed(tx, sides, monkeypatch):
    actor = people.add_person(sides[0]).actor
    monkeypatch.setattr(type(tx), "is_active", False)
    assert queries.waiting_count(actor) == 0


def test_the_command_line_reads_every_rung(tx, sides):
    begin(sides, "acknowledge")
    with as_system(tx):
        (found,) = queries.system_deadlines(REFERENCE)
    assert (found["kind"], found["owed_by"], found["state"]) == ("acknowledge", "operator", "running")
    assert found["due_at"] == "2026-11-24T17:00:00+00:00"
    assert [rung["rung"] for rung in found["rungs"]] == ["approaching", "missed", "still_missed"]
    assert found["rungs"][0]["fires_at"] == "2026-11-24T15:00:00+00:00"


def test_the_command_lines_query_answers_no_tenant_less_session(tx, sides):
    begin(sides, "acknowledge")
    enter(tx, None)
    with pytest.raises(TenancyError):
        queries.system_deadlines(REFERENCE)


@pytest.mark.parametrize(
    ("at", "words", "tone"),
    [
        (datetime(2026, 11, 23, 10, tzinfo=UTC), "1 working day left", "on_track"),
        (datetime(2026, 11, 24, 15, tzinfo=UTC), "2 working hours left", "soon"),
        (datetime(2026, 11, 24, 17, tzinfo=UTC), "missed today at 5pm", "missed"),
    ],
)
def test_a_running_deadline_in_words(tx, sides, at, words, tone):
    said = describe(begin(sides, "acknowledge"), at, sides[1].id)
    assert (said.label, said.due_at) == ("KSAF acknowledges the referral", TUESDAY_5PM)
    assert (said.words, said.tone, said.is_open) == (words, tone, True)


def test_what_a_partner_owes_is_said_to_them_as_you(tx, sides, moment):
    deadline = begin(sides, "information")
    assert describe(deadline, moment.now, sides[1].id).label == "You answer KSAF’s question"
    assert describe(deadline, moment.now, sides[0].id).label == "The referrer answers KSAF’s question"


def test_a_chase_is_an_offer_and_never_late(tx, sides):
    deadline = begin(sides[::-1], "chase")
    thursday = "Thursday 26 November 2026 at 5pm"
    said = [describe(deadline, deadline.due_at + timedelta(hours=hours), sides[1].id) for hours in (-1, 1)]
    assert [(each.due_at, each.words, each.tone) for each in said] == [
        (None, f"from {thursday}", "neutral"),
        (None, f"since {thursday}", "soon"),
    ]
    deadline.ended_at = deadline.due_at
    assert describe(deadline, deadline.due_at).words == "no longer needed"


@pytest.mark.parametrize(
    ("change", "words", "tone", "shows_due"),
    [
        ({"state": DeadlineState.PAUSED}, "paused: KSAF waits for an answer", "waiting", False),
        (
            {"state": DeadlineState.PAUSED, "paused_why": "KSAF has asked for information"},
            "paused: KSAF has asked for information",
            "waiting",
            False,
        ),
        ({"state": DeadlineState.CANCELLED}, "no longer needed", "neutral", False),
        (
            {"state": DeadlineState.MET, "met_at": TUESDAY_5PM - timedelta(hours=1)},
            "done, Tuesday 24 November 2026 at 4pm",
            "on_track",
            True,
        ),
        (
            {"state": DeadlineState.MISSED, "met_at": TUESDAY_5PM + timedelta(hours=1)},
            "done late, Tuesday 24 November 2026 at 6pm",
            "neutral",
            True,
        ),
        ({"state": DeadlineState.MISSED, "ended_at": TUESDAY_5PM}, "was missed, no longer needed", "neutral", True),
        ({"state": DeadlineState.MISSED}, "missed yesterday at 5pm", "missed", True),
    ],
)
def test_what_no_longer_runs_in_words(tx, sides, change, words, tone, shows_due):
    deadline = begin(sides, "decide")
    for name, value in change.items():
        setattr(deadline, name, value)
    said = describe(deadline, TUESDAY_5PM + timedelta(days=1))
    assert (said.words, said.tone, said.due_at is not None) == (words, tone, shows_due)


@pytest.mark.parametrize("state", [DeadlineState.MET, DeadlineState.MISSED, DeadlineState.CANCELLED])
def test_why_it_ended_is_told_to_whoever_owed_it_alone(tx, sides, state):
    deadline = begin(sides, "decide")
    deadline.state, deadline.ended_at, deadline.ended_why = state, TUESDAY_5PM, "Offered to Harbour Steps"
    said = [describe(deadline, TUESDAY_5PM, reader).why for reader in (None, sides[0].id, sides[1].id)]
    assert said == ["Offered to Harbour Steps", "Offered to Harbour Steps", ""]


def test_the_command_says_why_each_waits_or_ended(tx, sides, moment):
    paused, met = begin(sides, "decide"), begin(sides, "acknowledge")
    service.pause(SUBJECT, Pause.INFORMATION)
    service.meet(SUBJECT, "acknowledge", "KSAF acknowledged the referral")
    tx.expire_all()
    with as_system(tx):
        told = {each["kind"]: each for each in queries.system_deadlines(met.reference)}
    assert told["decide"]["paused_why"] == "KSAF has asked for information"
    assert told["acknowledge"]["ended_why"] == "KSAF acknowledged the referral"
    assert told["acknowledge"]["ended_at"] == moment.now.isoformat()
    service.resume(SUBJECT)
    tx.expire_all()
    assert paused.paused_why is None


def test_every_kind_and_rung_has_words_without_gaps():
    for kind in load().timescales:
        for rung in (Rung.APPROACHING, Rung.MISSED, Rung.STILL_MISSED, Rung.AGAIN, Rung.DUE):
            said = wording.of_prompt(wording.key(kind, rung), TUESDAY_5PM)
            assert "{" not in said.title + said.text + said.to_do
            assert said.urgent == (rung in {Rung.MISSED, Rung.STILL_MISSED, Rung.AGAIN})


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("acknowledge", "1 working day"),
        ("confirm_telephone", "48 hours"),
        ("weekly_update", "by the end of the week, 5 times"),
        ("week_4_review", "by the end of week 4"),
        ("onward_acceptance", "5 working days, asked again until it is done"),
        ("concern", "1 hour while KSAF is open, otherwise by the next opening"),
        ("record_review", "4 weeks, again and again until it is closed"),
        ("consent_link", "14 days"),
    ],
)
def test_lengths_in_words(kind, words):
    assert length_in_words(load()[kind]) == words
