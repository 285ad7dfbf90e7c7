"""Who reads which events, narrowed and page by page."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from portal import db, tenancy
from portal.access.roles import Role
from portal.accountability.viewer import asking, looks, queries, shown
from portal.accountability.viewer.queries import Place, Wanted, Whose
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.audit.detail import DETAIL
from portal.audit.models import AuditPayload
from portal.audit.wording import DETAILS, WORDS, details
from tests.factories import people, referrals
from tests.factories.statements import counted

PRIVATE = {"reason", "comment", "evidence"}


def read(database, person, wanted=None, limit=queries.PAGE):
    with database.transaction(tenant=person.organisation_id, write=False):
        return queries.events(person.actor, wanted or Wanted(), limit)


def words(found):
    return [shown.row_of(line).what for line in found.lines]


def test_every_action_has_plain_words_and_none_has_two():
    assert WORDS.keys() == {action.value for action in Action}
    assert len(set(WORDS.values())) == len(WORDS)


def test_what_people_wrote_is_no_detail_of_the_viewer():
    declared = set().union(*DETAIL.values())
    assert declared & PRIVATE == PRIVATE
    assert DETAILS.keys() & PRIVATE == set()
    assert details({"reason": "Canary", "page": "timeline", "old": "viewer", "new": "organisation_admin"}) == (
        "page: timeline, from: viewer, to: organisation admin"
    )


def test_administrators_do_not_read_that_a_concern_was_raised(database, cast):
    with database.transaction():
        administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    with database.transaction(tenant=cast.officer.organisation_id):
        audit.record(cast.officer.actor, Action.CONCERN_RAISED, subject=("concern", 1), reference="KSAF-7F3K-9QRT")
    assert "Raised a safeguarding concern" in words(read(database, cast.safeguarding))
    seen = words(read(database, administrator))
    assert seen
    assert "Raised a safeguarding concern" not in seen


def test_a_partner_reads_its_own_chain_alone(database, cast):
    own = read(database, cast.admin)
    assert "Moved a referral on" in words(own)
    assert {line.event.organisation_id for line in own.lines} == {cast.admin.organisation_id}
    assert read(database, cast.stranger).lines == []


def test_a_partner_learns_who_else_looked_at_its_referrals_but_not_at_which_page(database, cast):
    [first, second] = read(database, cast.admin, Wanted(whose=Whose.OTHERS)).lines
    assert (first.person, first.reference, first.detail) == ("Sam Osei", cast.referral.reference, {})
    assert second.event.action == Action.REFERRAL_VIEWED
    assert read(database, cast.stranger, Wanted(whose=Whose.OTHERS)).lines == []


def test_ksaf_reads_every_chain_with_its_details(database, cast):
    found = read(database, cast.manager)
    assert {line.event.organisation_id for line in found.lines} >= {
        cast.admin.organisation_id,
        cast.officer.organisation_id,
    }
    assert "page: assessment" in {shown.row_of(line).detail for line in found.lines}


def test_who_may_not_read_the_audit_is_refused(database, cast):
    for person in (cast.referrer, cast.officer):
        with database.transaction(tenant=person.organisation_id, write=False), pytest.raises(PermissionError):
            queries.events(person.actor, Wanted())


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ({"person": "sam o"}, 3),
        ({"person": "nobody"}, 0),
        ({"person": "%"}, 0),
        ({"actions": frozenset({Action.REFERRAL_VIEWED.value})}, 2),
        ({"reference": "own"}, 4),
        ({"reference": "KSAF-0000-0000"}, 0),
    ],
)
def test_the_audit_is_narrowed(database, cast, narrowed, count):
    if narrowed.get("reference") == "own":
        narrowed = {"reference": cast.referral.reference}
    assert len(read(database, cast.manager, Wanted(**narrowed)).lines) == count


def test_days_are_london_days_and_the_last_one_is_whole(database, cast, moment):
    day = moment.now.date()
    for typed, there in (((day, day), True), ((day + timedelta(1), day + timedelta(2)), False)):
        asked = asking.read({"from": typed[0].isoformat(), "to": typed[1].isoformat()})
        assert bool(read(database, cast.manager, asked.wanted).lines) is there


def test_pages_meet_without_a_gap_both_ways(database, cast):
    whole = [line.event.id for line in read(database, cast.manager).lines]
    place, walked, backwards = None, [], []
    while True:
        page = read(database, cast.manager, Wanted(place=place), limit=2)
        walked += [line.event.id for line in page.lines]
        if page.older is None:
            break
        place = Place.read(str(page.older), older=True)
    while page.newer:
        page = read(database, cast.manager, Wanted(place=Place.read(str(page.newer), older=False)), limit=2)
        backwards = [line.event.id for line in page.lines] + backwards
    assert walked == whole
    assert len(whole) > 2
    assert backwards == whole[: len(backwards)]
    assert len(backwards) >= len(whole) - 2


@pytest.mark.parametrize("typed", ["", ".", "1.x", "9" * 30 + ".1", "9" * 19 + "." + "9" * 19, "²³.1", "-1.1"])
def test_a_place_that_is_none_is_no_place(typed):
    assert Place.read(typed, older=True) is None


def test_an_erased_or_unreadable_detail_leaves_the_event(database, cast):
    with database.system_transaction() as session:
        session.delete(session.scalars(select(AuditPayload)).first())
        session.flush()
        session.connection().execute(text("update audit_payload set detail = :junk"), {"junk": b"not ours"})
    assert len(words(read(database, cast.manager))) >= 4


def test_who_has_seen_a_record_is_said_once_a_person(database, cast):
    for person in (cast.admin, cast.manager):
        with database.transaction(tenant=person.organisation_id, write=False):
            [one] = looks.lookers(person.actor, cast.referral)
        assert (one.name, one.times, one.is_own) == ("Sam Osei", 2, person is cast.manager)


def test_who_has_seen_a_record_is_for_its_two_sides(database, cast):
    for person in (cast.stranger, cast.referrer, cast.officer):
        with database.transaction(tenant=person.organisation_id, write=False), pytest.raises(PermissionError):
            looks.lookers(person.actor, cast.referral)


def test_a_page_of_the_audit_is_one_query(database, cast):
    with counted(database) as asked:
        read(database, cast.manager, Wanted(person="sam", reference=cast.referral.reference))
    assert len(asked) == 1, asked


def test_reading_leaves_the_session_the_readers_own(database, cast):
    with database.transaction(tenant=cast.admin.organisation_id, write=False) as session:
        queries.events(cast.admin.actor, Wanted(whose=Whose.OTHERS))
        assert session.info["system"] is False
        assert db.session().info["tenant"] == cast.admin.organisation_id
        with pytest.raises(tenancy.TenancyError):
            session.connection()
