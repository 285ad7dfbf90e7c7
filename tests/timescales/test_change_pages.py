"""The pages on which a timescale is changed, and on which everyone reads what was changed."""

import re

import pytest
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.timescales.models import PolicyChange
from portal.timescales.pauses import Pause
from tests.factories import people

CHANGE = "/timescales/change"
SET = {
    "kind": "allocate",
    "seen": "0",
    "length": "3",
    "lead": "6",
    "source": "KSAF prospectus (000), which promises named contacts and gives no figure",
    "ours": "y",
    "guidance": "KSAF prospectus, 2026 edition",
    "checked_on": ["23", "11", "2026"],
    "reason": "Two case managers are away until January.",
}


class Scene:
    """An administrator, a second one, a manager and a referrer."""

    def __init__(self, database) -> None:
        with database.system_transaction():
            ksaf, school = people.add_organisation(OrganisationKind.OPERATOR, "KSAF"), people.add_organisation()
            self.administrator = people.add_person(ksaf, Role.ADMINISTRATOR, "Anika Rao")
            self.second = people.add_person(ksaf, Role.ADMINISTRATOR, "Jo Reed")
            self.manager = people.add_person(ksaf, Role.MANAGER, "Ruth Bell")
            self.referrer = people.add_person(school, Role.REFERRER, "Dana Price")
        self.database = database

    def changes(self):
        with self.database.system_transaction(write=False) as session:
            return list(session.scalars(select(PolicyChange)).all())


@pytest.fixture
def scene(app, database, moment):
    return Scene(database)


def test_a_figure_is_tried_before_it_is_set(scene, client_of):
    client = client_of(scene.administrator)
    first = client.get(f"{CHANGE}?kind=allocate")
    assert first.status_code == 200
    assert "Put it in force" not in first.text
    tried = client.get(f"{CHANGE}?kind=allocate&length=3&lead=6")
    for words in (
        "Wednesday 25 November 2026 at 5pm",
        "Thursday 26 November 2026 at 5pm",
        "None is open",
        "Put it in force",
    ):
        assert words in tried.text
    assert scene.changes() == []


def test_it_is_set_shown_to_everyone_and_in_force(scene, client_of):
    done = client_of(scene.administrator).post(CHANGE, data=SET)
    assert (done.status_code, done.headers["Location"]) == (303, "/timescales/changes")
    for person, sees_who in ((scene.manager, True), (scene.referrer, False)):
        client = client_of(person)
        page = client.get("/timescales/changes").text
        assert "from 2 working days to 3 working days" in page
        assert "from 4 working hours before it is due to 6 working hours before it is due" in page
        assert SET["reason"] in page
        assert ("Anika Rao" in page) is sees_who
        assert "3 working days" in client.get("/timescales").text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("kind=data_request&length=2&lead=40", "It cannot be longer than 1 month"),
        ("kind=allocate&length=soon&lead=4", "Enter a whole number"),
        ("kind=allocate&length=2&lead=soon", "Enter a number"),
        ("kind=allocate&length=2&lead=99", "between the start and the end"),
        ("kind=allocate&length=&lead=2", "Enter how long it may take"),
        ("kind=allocate&length=2&lead=NaN", "Enter a number"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_where_it_was_typed(scene, client_of, query, says):
    page = client_of(scene.administrator).get(f"{CHANGE}?{query}")
    assert page.status_code == 422
    assert says in page.text
    assert "<title>Error: " in page.text.replace("\n", "").replace("  ", "")


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"reason": " "}, "Say why it changes"),
        ({"source": ""}, "Say where the figure comes from"),
        ({"checked_on": ["24", "11", "2026"]}, "cannot be in the future"),
        ({"length": "2", "lead": "4", "checked_on": ["22", "11", "2026"]}, "Nothing is different"),
        ({"kind": "decide", "length": "2", "lead": "3"}, "gives no more than 1"),
        ({"length": "0"}, "from 1 to 366"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(scene, client_of, other, says):
    typed = {
        **SET,
        **({"guidance": "Working Together 2018, procedures reviewed January 2022"} if "kind" in other else {}),
    }
    page = client_of(scene.administrator).post(CHANGE, data={**typed, **other})
    assert page.status_code == 422
    assert says in page.text
    assert {**typed, **other}["source"] in page.text
    assert other.get("reason", SET["reason"]).strip() in page.text
    assert scene.changes() == []


def test_what_is_rarely_changed_is_folded_away_and_changed_there(scene, client_of):
    client = client_of(scene.administrator)
    first = client.get(f"{CHANGE}?kind=decide").text
    assert '<details class="govuk-details">' in first
    for pause in Pause.INFORMATION, Pause.CONTEXT:
        assert re.search(rf'value="{pause}"\s+checked', first)
    assert "An acknowledgement never waits" in client.get(f"{CHANGE}?kind=acknowledge").text
    rare = {"wait": "2", "wait_unit": "elapsed_hours", "pauses": "context_requested", "work_1": "case_manager"}
    figure = {"kind": "decide", "length": "1", "lead": "2", **rare}
    asked = "&".join(f"{name}={value}" for name, value in figure.items())
    tried = client.get(f"{CHANGE}?{asked}&work_2=manager").text
    assert '<details class="govuk-details" open>' in tried
    for words in ("Tuesday 24 November 2026 at 7pm", "case manager, else manager", 'value="context_requested"'):
        assert words in tried
    guidance = {"guidance": "Working Together 2018, procedures reviewed January 2022"}
    done = client.post(CHANGE, data={**SET, **guidance, **figure})
    assert done.status_code == 303
    page = client.get("/timescales/changes").text
    assert "from 1 working day later to 2 hours later" in page
    assert "to while the family or school is asked about attendance" in page
    assert "from triage officer, else manager to case manager" in page


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("kind=concern&length=1&lead=0.25&unit=elapsed_hours", "unit", "could make it longer"),
        ("kind=allocate&length=2&lead=4&unit=fortnights", "unit", "coerce"),
        ("kind=allocate&length=2&lead=4&wait=soon", "wait", "Enter a number"),
        ("kind=allocate&length=2&lead=4&wait=1.5", "wait", "whole number of working days"),
        ("kind=acknowledge&length=1&lead=2&pauses=information_requested", "pauses", "An acknowledgement never waits"),
        ("kind=concern&length=1&lead=0.25&work_1=triage_officer", "work_1", "roles that may do it"),
    ],
)
def test_an_error_among_them_opens_them_and_leads_to_the_field(scene, client_of, query, field, says):
    page = client_of(scene.administrator).get(f"{CHANGE}?{query}")
    assert page.status_code == 422
    assert '<details class="govuk-details" open>' in page.text
    assert f'href="#{field}"' in page.text
    assert says in page.text


def test_an_error_elsewhere_leaves_what_was_typed_among_them_in_sight(scene, client_of):
    page = client_of(scene.administrator).get(f"{CHANGE}?kind=allocate&length=2&unit=elapsed_hours&lead=4").text
    assert "The reminder has to come between the start and the end" in page
    assert '<details class="govuk-details" open>' in page
    assert re.findall(r'input__suffix" aria-hidden="true">([^<]*)<', page)[0] == "hours"


def test_the_second_of_two_is_told_who_was_first_and_keeps_the_words(scene, client_of):
    assert client_of(scene.administrator).post(CHANGE, data=SET).status_code == 303
    late = client_of(scene.second).post(CHANGE, data={**SET, "length": "4", "reason": "Mine"})
    assert late.status_code == 409
    assert "Anika Rao changed this on Monday 23 November 2026 at 10am" in late.text
    assert "Mine" in late.text
    assert len(scene.changes()) == 1


def test_only_administrators_change_a_timescale(scene, client_of):
    for person in (scene.manager, scene.referrer):
        client = client_of(person)
        assert client.get(f"{CHANGE}?kind=allocate").status_code == 403
        assert client.post(CHANGE, data=SET).status_code == 403
        assert CHANGE + "?" not in client.get("/timescales").text
    assert CHANGE + "?kind=allocate" in client_of(scene.administrator).get("/timescales").text


@pytest.mark.parametrize("kind", ["tea", "", "hours"])
def test_a_timescale_that_is_not_kept_is_not_found(scene, client_of, kind):
    client = client_of(scene.administrator)
    assert client.get(f"{CHANGE}?kind={kind}").status_code == 404
    assert client.post(CHANGE, data={**SET, "kind": kind}).status_code == 404


def test_a_long_history_goes_by_pages(scene, client_of):
    client = client_of(scene.administrator)
    for number in range(26):
        answer = client.post(CHANGE, data={**SET, "seen": str(number), "length": str(3 + number % 2)})
        assert answer.status_code == 303
    newest = client.get("/timescales/changes").text
    assert 'id="change-2"' in newest
    assert 'id="change-1"' not in newest
    oldest = client.get("/timescales/changes?before=2").text
    assert 'id="change-1"' in oldest
    assert 'id="change-2"' not in oldest
