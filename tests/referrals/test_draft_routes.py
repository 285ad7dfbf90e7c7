import re
from html import unescape

import pytest
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.accounts.models import AccountSession
from portal.referrals.form import forms
from portal.referrals.form.sections import SECTION_ORDER, SECTIONS, section
from portal.referrals.models import ReferralSection
from tests.factories import people, referrals
from tests.factories.answers import SCHOOL
from tests.factories.forms import fill, posted, start

HOSTILE = "Zoë 李 🌳 {{7*7}} <script>alert(1)</script> \u202e \" ' & &amp; =1+1\n\n  two lines"


@pytest.fixture
def school(database, moment):
    """Two writers and a viewer of one school, and a writer of another."""
    with database.transaction():
        referrals.operator()
        own, other = people.add_organisation(), people.add_organisation()
        roles = {"writer": Role.REFERRER, "colleague": Role.REFERRER, "viewer": Role.VIEWER}
        made = {name: people.add_person(own, role) for name, role in roles.items()}
        councillor = people.add_organisation(OrganisationKind.COUNCILLOR)
        return made | {"outsider": people.add_person(other), "councillor": people.add_person(councillor)}


@pytest.fixture
def writer(client_of, school):
    return client_of(school["writer"])


@pytest.fixture
def reference(writer):
    return start(writer)


def at(reference, key="reason", end=""):
    return f"/referrals/{reference}/sections/{key}{end}"


def shown(page, name):
    """Return what the text area called `name` holds, as a browser reads it."""
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', page.text, re.DOTALL)
    return unescape(found[1]).removeprefix("\n")


def version_of(page):
    return re.search(r'name="version" value="(\d+)"', page.text)[1]


def kept(database):
    with database.system_transaction(write=False) as session:
        return {row.section: row for row in session.scalars(select(ReferralSection))}


def test_eight_sections_are_filled_one_after_the_other(writer, reference):
    fill(writer, reference)
    page = writer.get(f"/referrals/{reference}/tasks")
    assert "8 of 8 sections completed" in page.text
    assert "Amira Khan" in page.text
    assert "Last saved" in page.text
    assert page.text.count("Completed") == len(SECTIONS)


def test_save_and_continue_leads_to_the_next_section_and_back_to_the_list(writer, reference):
    first = writer.post(at(reference, SECTION_ORDER[0]), data=posted(SECTIONS[0]))
    assert first.location == at(reference, SECTION_ORDER[1])
    listed = writer.post(at(reference), data=posted(section("reason")) | {"return_to_list": "yes"})
    last = writer.post(at(reference, SECTION_ORDER[-1]), data=posted(SECTIONS[-1]))
    assert listed.location == last.location == f"/referrals/{reference}/tasks"


def test_an_incomplete_section_is_saved(writer, reference):
    assert writer.post(at(reference), data={"attendance_barriers": "The bus.", "version": "0"}).status_code == 303
    page = writer.get(at(reference))
    assert shown(page, "attendance_barriers") == "The bus."
    assert section("reason").questions[0].missing in page.text
    assert "In progress" in writer.get(f"/referrals/{reference}/tasks").text


@pytest.mark.parametrize("place", SECTIONS, ids=lambda place: place.key)
def test_every_text_comes_back_to_the_letter(writer, reference, place):
    long = [asked.key for asked in place.questions if asked.kind == "long_text"]
    texts = dict.fromkeys(long, HOSTILE + "ж" * (10_000 - len(HOSTILE)))
    data = posted(place, SCHOOL | texts)
    assert writer.post(at(reference, place.key), data=data).status_code == 303
    page = writer.get(at(reference, place.key))
    assert {key: shown(page, key) for key in long} == texts
    assert "<script>alert" not in page.text
    assert "🌳 49" not in page.text


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [
        ("child-and-family", "parent_1_email", "sana at home"),
        ("child-and-family", "date_of_birth", "31/2/2014"),
        ("attendance", "attendance_percent", "about 70"),
        ("reason", "presenting_worries", "x" * 10_001),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_and_nothing_is_lost(writer, reference, database, key, name, value):
    place = section(key)
    page = writer.post(at(reference, key), data=posted(place, SCHOOL | {name: value}))
    assert page.status_code == 422
    assert "<title>Error: " in page.text.replace("\n", "").replace("  ", "")
    assert "There is something to put right" in page.text
    assert kept(database)[key].answers[name] == value
    again = writer.get(at(reference, key))
    for part in forms.date_parts(value) if name == "date_of_birth" else [value]:
        assert f'value="{part}"' in again.text or part in unescape(again.text)
    assert writer.post(at(reference, key), data=posted(place, version=int(version_of(page)))).status_code == 303


@pytest.mark.parametrize(
    ("bad", "shown_as"), [(b"%00", forms.REPLACEMENT), (b"%ED%A0%80", "%ED%A0%80"), (b"%FF%FE", "%FF%FE")]
)
def test_bytes_that_are_no_text_never_break_the_form(writer, reference, bad, shown_as):
    body = b"version=0&presenting_worries=before" + bad + b"after"
    for end in ("/autosave", ""):
        answer = writer.post(at(reference, end=end), data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in {204, 303, 422}
    assert shown(writer.get(at(reference)), "presenting_worries") == f"before{shown_as}after"


def test_two_tabs_are_shown_side_by_side_and_the_second_decides(client_of, school, writer, reference, database):
    colleague = client_of(school["colleague"])
    writer.post(at(reference), data={"presenting_worries": "Mine first", "version": "0"})
    page = colleague.post(at(reference), data={"presenting_worries": "Theirs, longer", "version": "0"})
    assert page.status_code == 409
    assert shown(page, "presenting_worries") == "Theirs, longer"
    assert "Mine first" in page.text
    assert school["writer"].name in page.text
    assert "data-autosave-url" not in page.text, "nothing is decided for them"
    assert kept(database)["reason"].answers == {"presenting_worries": "Mine first"}
    both = {"presenting_worries": "Mine first. Theirs, longer", "version": version_of(page)}
    assert colleague.post(at(reference), data=both).status_code == 303
    assert kept(database)["reason"].answers["presenting_worries"] == both["presenting_worries"]


def test_the_same_form_twice_is_no_conflict(writer, reference, database):
    data = {"presenting_worries": "Once", "version": "0"}
    assert [writer.post(at(reference), data=data).status_code for _ in range(2)] == [303, 303]
    assert kept(database)["reason"].version == 1


def test_autosave_keeps_what_is_typed_and_brings_the_version(writer, reference, database):
    first = writer.post(
        at(reference, "child-and-family", "/autosave"), data={"parent_1_email": "sana@", "version": "0"}
    )
    assert (first.status_code, first.headers["X-Draft-Version"]) == (204, "1")
    assert kept(database)["child-and-family"].answers == {"parent_1_email": "sana@"}
    stale = writer.post(
        at(reference, "child-and-family", "/autosave"), data={"parent_1_email": "other", "version": "0"}
    )
    assert stale.status_code == 409
    assert kept(database)["child-and-family"].answers == {"parent_1_email": "sana@"}


def test_typing_keeps_the_session_awake(writer, reference, moment, database):
    for version in range(5):
        moment.advance(minutes=20)
        data = {"presenting_worries": "x" * (version + 1), "version": str(version)}
        assert writer.post(at(reference, end="/autosave"), data=data).status_code == 204
    with database.system_transaction(write=False) as session:
        assert session.scalars(select(AccountSession.last_seen_at)).first() == moment.now


def test_the_quality_panel_is_quiet_and_asks_less_when_a_child_may_be_at_risk(writer, reference):
    first = writer.get(f"/referrals/{reference}/quality")
    assert "helpful details" in first.text
    assert "<html" not in first.text
    tag = {"If-None-Match": first.headers["ETag"]}
    assert writer.get(f"/referrals/{reference}/quality", headers=tag).status_code == 304
    writer.post(at(reference, "safeguarding-and-context"), data={"child_safe_now": "no", "version": "0"})
    changed = writer.get(f"/referrals/{reference}/quality", headers=tag)
    assert "the child may not be safe" in changed.text


@pytest.mark.parametrize("end", ["tasks", "quality", "discard", "sections/reason"])
def test_who_may_open_a_draft(client_of, school, reference, end):
    found = {name: client_of(school[name]).get(f"/referrals/{reference}/{end}").status_code for name in school}
    assert found == {"writer": 200, "colleague": 200, "viewer": 403, "outsider": 404, "councillor": 404}


@pytest.mark.parametrize("end", ["sections/reason", "sections/reason/autosave", "discard"])
def test_who_may_change_a_draft(client_of, school, reference, database, end):
    data = {"presenting_worries": "Not yours", "version": "0"}
    for name, status in {"viewer": 403, "outsider": 404, "councillor": 404}.items():
        assert client_of(school[name]).post(f"/referrals/{reference}/{end}", data=data).status_code == status
    assert kept(database) == {}


def test_what_is_not_there_is_not_found(client_of, school, writer, reference):
    assert writer.get(at(reference, "no-such-section")).status_code == 404
    assert writer.post(at(reference, "no-such-section", "/autosave"), data={"version": "0"}).status_code == 404
    foreign = client_of(school["outsider"]).get(at(reference))
    nowhere = client_of(school["outsider"]).get(at("KSAF-0000-0000"))
    assert foreign.status_code == nowhere.status_code == 404


def test_a_draft_is_deleted_after_a_question(writer, reference):
    fill(writer, reference)
    assert "cannot be brought back" in writer.get(f"/referrals/{reference}/discard").text
    assert writer.post(f"/referrals/{reference}/discard").status_code == 303
    assert writer.get(f"/referrals/{reference}/tasks").status_code == 404


def test_a_sent_referral_is_edited_no_more(client_of, school, database):
    with database.transaction():
        reference = referrals.sent(school["writer"]).reference
    client = client_of(school["writer"])
    for end in ("tasks", "discard", "sections/reason"):
        assert client.get(f"/referrals/{reference}/{end}").location == f"/referrals/{reference}"
    data = {"presenting_worries": "Too late", "version": "1"}
    assert client.post(at(reference), data=data).location == f"/referrals/{reference}"
    assert client.post(at(reference, end="/autosave"), data=data).status_code == 409
    assert client.post(f"/referrals/{reference}/discard").status_code == 409


def test_text_sent_after_the_session_ended_comes_back_after_signing_in(client_of, school, reference, moment):
    late = client_of(school["writer"])
    moment.advance(minutes=31)
    text = {"presenting_worries": "Typed for half an hour", "version": "0"}
    assert late.post(at(reference), data=text).status_code in {302, 303, 401}
    back = client_of(school["writer"])
    with back.session_transaction() as cookie:
        cookie["held"] = True
    page = back.get(at(reference))
    assert shown(page, "presenting_worries") == "Typed for half an hour"
    assert "back in the form" in page.text
    assert "data-autosave-unsaved" in page.text
