"""The list of referrals: whose rows, which rows, in which order, page by page."""

import pytest

from portal.access.roles import Role
from portal.referrals import searching
from portal.referrals.listing import Cursor, Group, Sort, Wanted
from portal.referrals.listing import referrals as listed
from portal.referrals.rules import Event
from portal.tenancy import enter
from tests.factories import people, referrals
from tests.factories.statements import counted, planned


@pytest.fixture
def school(database, moment):
    with database.transaction():
        return people.add_organisation(name="Larkfield Vale Academy")


@pytest.fixture
def helen(database, school):
    with database.transaction():
        return people.add_person(school, Role.REFERRER, "Helen Marsh")


def add(database, moment, person, given="Amira", family="Khan", make=referrals.sent):
    moment.advance(minutes=1)
    with database.transaction() as session:
        made = make(person)
        made.child_given_name, made.child_family_name = given, family
        made.child_given_key, made.child_family_key = given.lower(), family.lower()
        session.flush()
    return made.reference


def found(client, **query):
    page = client.get("/referrals", query_string=query)
    assert page.status_code == 200
    return page.text


def test_foreign_rows_are_never_listed(client_of, database, moment, helen):
    with database.transaction():
        other = people.add_person(people.add_organisation(name="Harbour Steps"), Role.REFERRER)
    theirs = add(database, moment, other, "Canary", "Yellow")
    mine = add(database, moment, helen)
    for query in ({}, {"q": "Canary"}, {"q": theirs}, {"show": "waiting-for-ksaf"}, {"sort": "due"}):
        text = found(client_of(helen), **query)
        assert "Canary Y." not in text
        assert f"/referrals/{theirs}" not in text
    assert mine in found(client_of(helen))


def test_a_draft_is_listed_for_its_own_writers_alone(client_of, database, moment, school, helen):
    draft = add(database, moment, helen, make=referrals.draft)
    with database.transaction():
        viewer = people.add_person(school, Role.VIEWER)
        triage = referrals.staff()
    assert f"/referrals/{draft}/tasks" in found(client_of(helen), show="drafts")
    assert draft not in found(client_of(viewer))
    assert draft not in found(client_of(triage))


@pytest.mark.parametrize("typed", ["mary", "Mary J", "wat", "mary jane watson", "Watson Mary", "Mary Jane W."])
def test_a_child_is_found_by_the_start_of_either_name(client_of, database, moment, helen, typed):
    wanted = add(database, moment, helen, "Mary Jane", "Watson")
    other = add(database, moment, helen, "Rosemary", "Atwater")
    text = found(client_of(helen), q=typed)
    assert wanted in text
    assert other not in text


@pytest.mark.parametrize("fit", [1, 4, 5])
def test_a_search_finds_the_same_whether_few_or_many_fit(database, moment, helen, monkeypatch, fit):
    monkeypatch.setattr(searching, "MANY", fit)
    wanted = [add(database, moment, helen, "Mary", f"Watson {number}") for number in range(4)]
    add(database, moment, helen, "Amira", "Khan")
    with database.transaction():
        triage = referrals.staff()
    for reader in (helen, triage):
        with database.transaction(tenant=reader.organisation_id, write=False):
            assert searching.fits_many("wat") is (fit <= len(wanted))
            first = listed(reader.actor, Wanted(search="wat"), limit=3)
            rest = listed(reader.actor, Wanted(search="wat", cursor=first.older), limit=3)
        assert [row.reference for row in (*first.rows, *rest.rows)] == wanted[::-1]


def test_many_that_fit_are_found_along_the_list_and_never_sorted(database, moment, helen, monkeypatch):
    add(database, moment, helen, "Mary", "Watson")
    with database.transaction():
        triage = referrals.staff()
    for most, is_sorted in ((1, False), (2, True)):
        monkeypatch.setattr(searching, "MANY", most)
        with database.transaction(tenant=triage.organisation_id, write=False), planned(database) as plans:
            listed(triage.actor, Wanted(search="wat"))
        for plan in plans[-1:]:  # on SQLite; one before it says whether they are many
            assert ("ix_referral_change" in plan) is not is_sorted, plan
            assert ("ix_referral_family_key" in plan) is is_sorted, plan


@pytest.mark.parametrize("typed", ["%", "_", "\0", "'; drop", "x" * 5000, "ksaf-"])
def test_odd_searches_find_nothing_and_break_nothing(client_of, database, moment, helen, typed):
    reference = add(database, moment, helen)
    page = client_of(helen).get("/referrals", query_string={"q": typed})
    assert page.status_code == 200
    assert (f"/referrals/{reference}" in page.text) is (typed == "\0")


def test_a_whole_reference_leads_straight_to_it_however_it_is_typed(client_of, database, moment, helen):
    reference = add(database, moment, helen)
    typed = reference.removeprefix("KSAF-").lower().replace("-", " ")
    client = client_of(helen)
    straight = client.get("/referrals", query_string={"q": typed})
    assert straight.status_code == 303
    assert straight.location == f"/referrals/{reference}"
    by_htmx = client.get("/referrals", query_string={"q": typed}, headers={"HX-Request": "true"})
    assert by_htmx.headers["HX-Redirect"] == f"/referrals/{reference}"


def test_filters_follow_state_and_person_and_stay_in_the_address(client_of, database, moment, school, helen):
    with database.transaction():
        dev = people.add_person(school, Role.REFERRER, "Dev Patel")
        triage = referrals.staff()
    by_helen = add(database, moment, helen)
    by_dev = add(database, moment, dev, make=lambda person: referrals.acknowledged(person, triage))
    with database.transaction() as session:
        enter(session, triage.organisation_id)
        row = listed(triage.actor, Wanted(search=by_dev)).rows[0]
        referrals.lifecycle.move(triage.actor, row, Event.ASK, "KSAF asked")
    client = client_of(helen)
    assert by_dev in found(client, show="waiting-for-referrer")
    assert by_helen not in found(client, show="waiting-for-referrer")
    assert by_dev not in found(client, show="waiting-for-ksaf")
    key = found(client).split('">Dev Patel</option>')[0].rsplit('"', 1)[1]
    narrowed = found(client, person=key, sort="due")
    assert by_dev in narrowed
    assert by_helen not in narrowed
    assert f"sort=due&amp;person={key}&amp;show=waiting-for-ksaf" in narrowed


def everything(actor, sort, size=4):
    pages, cursor = [], None
    while True:
        page = listed(actor, Wanted(sort=sort, cursor=cursor), limit=size)
        pages.append([row.reference for row in page.rows])
        if page.older is None:
            return pages, page
        cursor = page.older


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_hold_every_row_once_forwards_and_backwards(tx, moment, sort):
    person = people.add_person(people.add_organisation())
    made = []
    for number in range(11):
        if number % 3:  # ties and rows without a due time among them
            moment.advance(minutes=7)
        made.append((referrals.draft if number % 4 == 0 else referrals.sent)(person).reference)
    pages, last = everything(person.actor, sort)
    assert sorted(reference for page in pages for reference in page) == sorted(made)
    back, page = [pages[-1]], last
    while page.newer:
        page = listed(person.actor, Wanted(sort=sort, cursor=page.newer), limit=4)
        back.insert(0, [row.reference for row in page.rows])
    assert back == pages


@pytest.mark.parametrize("sort", list(Sort))
def test_the_list_of_all_is_walked_along_an_index_of_its_order(database, moment, helen, sort):
    with database.transaction():
        triage = referrals.staff()
    for backwards in (None, Cursor(older=False, at=moment.now, reference="KSAF-7F3K-9QRT")):
        with database.transaction(tenant=triage.organisation_id, write=False), planned(database) as plans:
            listed(triage.actor, Wanted(sort=sort, cursor=backwards))
        for plan in plans[-1:]:  # on SQLite
            assert f"referral USING INDEX ix_referral_{sort}" in plan, plan


def test_rows_that_arrive_meanwhile_neither_repeat_nor_hide_others(tx, moment):
    person = people.add_person(people.add_organisation())
    for _ in range(6):
        moment.advance(minutes=1)
        referrals.sent(person)
    first = listed(person.actor, Wanted(), limit=3)
    moment.advance(minutes=1)
    arrived = referrals.sent(person).reference
    second = listed(person.actor, Wanted(cursor=first.older), limit=3)
    seen = [row.reference for row in (*first.rows, *second.rows)]
    assert len(set(seen)) == 6
    assert arrived not in seen


@pytest.mark.parametrize("typed", ["", "x", "12.KSAF-0000-0001", "².", "9" * 40 + ".KSAF-0000-0000", "none."])
def test_a_cursor_of_somebody_elses_making_is_the_first_page(typed):
    assert Cursor.read(typed, older=True) is None


def test_the_list_asks_few_questions_and_no_more_for_more_rows(client_of, database, moment, helen):
    client = client_of(helen)
    add(database, moment, helen)
    with counted(database) as few:
        found(client)
    for _ in range(30):
        add(database, moment, helen)
    with counted(database) as many:
        text = found(client)
    assert "after=" in text
    assert len(few) == len(many) <= 8
    print(f"the list: {len(many)} queries")


def test_the_rows_are_not_sent_again_while_nothing_changes(client_of, database, moment, helen):
    client = client_of(helen)
    add(database, moment, helen)
    first = client.get("/referrals/rows")
    held = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/referrals/rows", headers=held).status_code == 304
    add(database, moment, helen)
    assert client.get("/referrals/rows", headers=held).status_code == 200


def test_filtering_by_htmx_answers_with_the_fragment_alone(client_of, helen):
    answer = client_of(helen).get("/referrals?show=closed", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert "No referrals here yet" in answer.text
    assert "HX-Request" in answer.headers["Vary"]


def test_groups_and_signed_out_readers(app, client_of, helen):
    client = client_of(helen)
    for group in [*Group, "no-such-group"]:
        assert client.get(f"/referrals?show={group}").status_code == 200
    assert app.test_client().get("/referrals").status_code != 200
