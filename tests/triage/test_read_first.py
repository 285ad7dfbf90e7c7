"""A child who may be at risk: first in the queue on every page of it, and marked for KSAF's people alone."""

import re

import pytest

from portal.referrals.models import WaitingOn
from portal.triage import queries
from portal.triage.queries import Place
from tests.factories import referrals

TAG = "Read first: a child may be at risk"


def urgent(person):
    made = referrals.sent(person)
    made.is_urgent = True
    return made


def rows_of(page: str) -> list[str]:
    return re.findall(r'id="row-(KSAF-[0-9A-Z-]+)"', page)


def test_the_queue_begins_with_it_though_others_are_overdue(client_of, database, kept_world, moment):
    with database.transaction():
        overdue = referrals.sent(kept_world.referrer)
    moment.advance(days=3)
    with database.transaction():
        first = urgent(kept_world.referrer)
    page = client_of(kept_world.officer).get("/queue").text
    assert rows_of(page) == [first.reference, overdue.reference]
    assert page.count(TAG) == 1


def test_ksaf_reads_it_wherever_the_referral_stands_and_the_referrer_nowhere(client_of, database, kept_world):
    with database.transaction():
        made = urgent(kept_world.referrer)
    pages = ("/referrals", f"/referrals/{made.reference}")
    officer, referrer = client_of(kept_world.officer), client_of(kept_world.referrer)
    for page in (*pages, f"/queue/{made.reference}/summary"):
        assert TAG in officer.get(page).text, page
    assert "1 to read first: a child may be at risk" in officer.get("/").text
    for page in ("/", *pages):
        shown = referrer.get(page)
        assert (shown.status_code, TAG in shown.text) == (200, False), page
    assert "1 to read first" in officer.get("/home/queue").text


def test_once_it_has_ended_nobody_is_told_to_read_it_first(client_of, database, kept_world):
    with database.transaction():
        made = urgent(kept_world.referrer)
    client_of(kept_world.referrer).post(f"/referrals/{made.reference}/withdraw", data={"text": "The family has moved."})
    page = client_of(kept_world.officer).get(f"/referrals/{made.reference}").text
    assert "Withdrawn" in page
    assert TAG not in page


def test_pages_move_by_key_across_urgent_and_dated_and_undated_rows(world, tx, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    for number in range(9):
        made = referrals.sent(world.referrer)
        made.is_urgent = number % 2 == 0
        made.waiting_on = WaitingOn.REFERRER if number % 3 == 0 else WaitingOn.OPERATOR
        made.next_due_at = None if number % 4 == 1 else made.next_due_at
        tx.flush()
    referrals.load_for(world.officer, made.id)
    found, place, pages = [], None, 0
    while place or not pages:
        page = queries.queue(world.officer.actor, after=place)
        found += [row for row, *_ in page.rows]
        place, pages = Place.read(str(page.following or "")), pages + 1
    keys = [
        (not row.is_urgent, row.waiting_on.value, row.next_due_at is not None, row.next_due_at, row.reference)
        for row in found
    ]
    assert keys == sorted(keys)
    assert (len({row.reference for row in found}), len(found), pages) == (9, 9, 5)


@pytest.mark.parametrize("text", ["", "first", "operator~~KSAF-7F3K-9QRT", "first~nobody-else~~KSAF-7F3K-9QRT"])
def test_a_place_that_is_none_is_the_beginning(text):
    assert Place.read(text) is None


def test_a_place_is_read_as_it_was_written(moment):
    for is_urgent in (True, False):
        place = Place(is_urgent, WaitingOn.OPERATOR, moment.now, "KSAF-7F3K-9QRT")
        assert Place.read(str(place)) == place
