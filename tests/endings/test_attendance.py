"""Attendance: a file of sessions read, figures kept, the chart and its table."""

import datetime as dt
import io
import re

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as some
from sqlmodel import select

from portal import db
from portal.cases import attendance, chart, queries, session_file
from portal.cases.models import AttendanceWeek, CaseWeek
from portal.cases.session_file import Week
from portal.referrals.models import Referral

FIRST, LAST, MONDAY = dt.date(2026, 9, 1), dt.date(2026, 11, 27), dt.date(2026, 11, 23)
HEADER = "date,session,mark\n"


def read(text: str) -> session_file.Read:
    return session_file.read(text.encode(), FIRST, LAST)


def test_sessions_become_weeks_and_what_was_not_required_counts_neither_way():
    text = "2026-11-23,AM,present\n2026-11-23,PM,/\n24/11/2026,am,Absent\n2026-11-24,PM,#\n2026-11-16,AM,I\n"
    assert read(HEADER + text).weeks == [Week(dt.date(2026, 11, 16), 1, 0), Week(MONDAY, 3, 2)]


def test_the_example_is_right_and_columns_may_come_in_any_order_after_a_byte_order_mark():
    assert read(session_file.template()).weeks == [Week(MONDAY, 3, 2)]
    assert read("\ufeffMark,Session,Date,Teacher\npresent,AM,2026-11-23,=HYPERLINK()\n").weeks == [Week(MONDAY, 1, 1)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("yesterday,AM,present", "Line 2: enter the date like"),
        ("2026-11-30,AM,present", "Line 2: the date must be between 01/09/2026 and 27/11/2026"),
        ("2026-11-23,noon,present", "Line 2: the session must be AM or PM"),
        ("2026-11-23,AM,=cmd()", "Line 2: the mark must be"),
        ("2026-11-23,AM", "Line 2: the mark must be"),
        ("2026-11-23,AM,present\n2026-11-23,AM,absent", "Line 3: this session is in the file twice"),
        ("", "no sessions in it"),
        ('2026-11-23,"AM,present', "not a CSV file"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_nothing_is_read(line, told):
    found = read(HEADER + line)
    assert found.weeks == []
    assert told in found.errors[0]


def test_columns_that_are_missing_a_file_too_large_and_many_errors_are_told():
    assert "name the columns" in read("day,mark\n1,2\n").errors[0]
    assert "larger than 100 kB" in session_file.read(b"x" * 100_001, FIRST, LAST).errors[0]
    assert read(HEADER + "x,AM,present\n" * 50).errors[20:] == ["… and 30 more lines like these"]


@for_any(some.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    found = session_file.read(HEADER.encode() + data, FIRST, LAST)
    assert bool(found.errors) is not bool(found.weeks) or not found.errors
    assert all(0 <= week.attended <= week.possible <= 14 for week in found.weeks)


@pytest.mark.parametrize(
    ("attended", "tone"),
    [(10, "Above both lines"), (9, "Persistent absence"), (5, "Severe absence"), (0, "Severe absence")],
)
def test_the_two_lines_are_ten_and_fifty_per_cent_missed(attended, tone):
    row = AttendanceWeek(
        organisation_id=1,
        referral_id=1,
        week_starting=MONDAY,
        possible=10,
        attended=attended,
        given_by_name="",
        given_at=dt.datetime.now(dt.UTC),
    )
    drawn = chart.attendance([attendance.Given(row, "Week 1")])
    assert attendance.Given(row, "Week 1").words == tone
    assert f"during support {attended * 10:g}%" in drawn.summary


@pytest.fixture
def address(reference) -> str:
    return f"/referrals/{reference}/attendance"


def rows(database, kind, reference):
    with database.system_transaction(write=False):
        found = db.session().scalars(select(Referral).where(Referral.reference == reference)).one()
        return db.session().scalars(select(kind).where(kind.referral_id == found.id)).all()


def kept(database, address):
    weeks = rows(database, AttendanceWeek, address.split("/")[2])
    return {each.week_starting: (each.possible, each.attended) for each in weeks}


def test_the_school_adds_a_week_and_the_chart_says_it_in_words_too(client_of, database, kept_world, address):
    client = client_of(kept_world.referrer)
    posted = client.post(address, data={"week_starting": "2026-11-16", "possible": "10", "attended": "4"})
    assert posted.status_code == 303
    assert kept(database, address) == {MONDAY: (10, 7), dt.date(2026, 11, 16): (10, 4)}
    page = client.get(address).text
    assert "before support 40%, during support 70%" in page
    assert "Attendance by week" in page
    assert "Severe absence" in page
    assert " style=" not in page


def test_a_week_whose_update_is_posted_keeps_what_was_read_and_one_to_come_takes_the_figure(
    database, kept_world, address, moment
):
    moment.advance(weeks=1)
    person, reference = kept_world.referrer, address.split("/")[2]
    with database.transaction(tenant=person.organisation_id):
        found = queries.open_own_support(person.actor, reference)
        attendance.add(person.actor, found, [Week(MONDAY, 10, 2), Week(MONDAY + dt.timedelta(weeks=1), 10, 8)])
    weeks = {each.number: each.attendance_percent for each in rows(database, CaseWeek, reference)}
    assert (weeks[1], weeks[2]) == (None, 80.0)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"possible": "10", "attended": "11"}, "cannot be more than the possible sessions"),
        ({"possible": "15", "attended": "1"}, "must be between 1 and 14"),
        ({"possible": "", "attended": ""}, "Enter how many sessions were possible"),
        ({"possible": "10", "attended": "1", "week_starting": "2027-01-04"}, "Select the week"),
    ],
)
def test_a_wrong_figure_is_refused_and_stays_in_the_form(client_of, database, kept_world, address, typed, told):
    client = client_of(kept_world.referrer)
    answer = client.post(address, data={"week_starting": "2026-11-16", **typed})
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{typed["possible"]}"' in answer.text or not typed["possible"]
    assert kept(database, address) == {MONDAY: (10, 7)}


def send(client, address, data: bytes):
    return client.post(f"{address}/file", data={"file": (io.BytesIO(data), "sessions.csv")})


def test_a_file_is_kept_whole_or_not_at_all(client_of, database, kept_world, address):
    client = client_of(kept_world.practitioner)
    right = HEADER.encode() + b"2026-11-16,AM,present\n2026-11-16,PM,absent\n"
    wrong = send(client, address, right + b"2026-11-17,XM,<script>\n")
    assert wrong.status_code == 422
    assert "Line 4: the session must be AM or PM" in wrong.text
    assert "Choose the CSV file" in client.post(f"{address}/file").text
    assert kept(database, address) == {MONDAY: (10, 7)}
    assert send(client, address, right).status_code == 303
    assert kept(database, address)[dt.date(2026, 11, 16)] == (2, 1)


def test_those_who_only_read_see_no_forms_and_others_find_nothing(client_of, kept_world, address):
    viewer = client_of(kept_world.viewer)
    assert "Add a week" not in viewer.get(address).text
    assert viewer.post(address).status_code == 403
    for person in (kept_world.outsider, kept_world.other_practitioner):
        assert [client_of(person).open(address, method=verb).status_code for verb in ("GET", "POST")] == [404, 404]


def test_the_weeks_offered_are_those_around_the_support_that_have_begun(database, kept_world, address):
    person = kept_world.referrer
    with database.transaction(tenant=person.organisation_id):
        case = queries.open_support(person.actor, address.split("/")[2]).case
        offered = attendance.mondays(case)
    assert (offered[0], offered[-1], len(offered)) == (MONDAY, MONDAY - dt.timedelta(weeks=12), 13)


def test_the_example_file_is_a_download(client_of, kept_world, address):
    answer = client_of(kept_world.referrer).get(f"{address}/template")
    assert re.match("attachment", answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"].startswith("no-store")
