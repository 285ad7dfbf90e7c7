"""Every way around the tenant filter that SQLAlchemy is known to leave open, tried on both engines."""

import gc

import pytest
from sqlalchemy import insert, text, update
from sqlmodel import col, select

from portal import clock, references, tenancy
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.access.roles import OrganisationKind
from portal.accounts.models import User
from portal.referrals.models import Referral, TimelineEntry
from tests.factories import people

TABLE = Referral.__table__


def add_referral(session, person, given="Canary") -> Referral:
    tenancy.enter(session, person.organisation_id)
    now = clock.now()
    referral = Referral(
        organisation_id=person.organisation_id,
        reference=references.new(),
        child_given_name=given,
        created_by_id=person.user_id,
        created_at=now,
        last_change_at=now,
    )
    session.add(referral)
    session.flush()
    session.add(
        ReferralParty(
            referral_id=referral.id,
            owner_organisation_id=person.organisation_id,
            organisation_id=person.organisation_id,
            role=PartyRole.OWNER,
            scope=Scope.ALL,
            ground=Ground.OWN,
            basis="owner",
            valid_from=now,
        )
    )
    session.flush()
    return referral


@pytest.fixture
def world(tx):
    """Two schools with a referral each; the session is the first school's."""
    mine = people.add_person(people.add_organisation())
    theirs = people.add_person(people.add_organisation())
    their_referral = add_referral(tx, theirs)
    my_referral = add_referral(tx, mine, "Mine")
    tx.flush()
    return tx, mine, my_referral, their_referral


def test_a_select_sees_only_own_rows(world):
    session, _, mine, _ = world
    assert session.scalars(select(Referral)).all() == [mine]
    assert session.scalars(select(Referral).where(col(Referral.id).in_(select(ReferralParty.referral_id)))).all() == [
        mine
    ]
    assert session.execute(select(Referral.reference)).scalars().all() == [mine.reference]


def test_an_ended_party_sees_nothing(world, moment):
    session, _, _, _ = world
    party = session.scalars(select(ReferralParty)).one()
    party.valid_to = clock.now()
    session.flush()
    assert session.scalars(select(Referral)).all() == []


def test_update_and_delete_touch_only_own_rows(world):
    session, _, mine, theirs = world
    changed = session.execute(update(Referral).values(contact_name="x").execution_options(synchronize_session=False))
    assert changed.rowcount == 1
    with tenancy.as_system(session):
        rows = dict(session.execute(select(Referral.id, Referral.contact_name)).all())
    assert rows == {mine.id: "x", theirs.id: ""}


@pytest.mark.parametrize(
    "bypass",
    [
        lambda s, mine, theirs: s.execute(TABLE.select()),
        lambda s, mine, theirs: s.execute(text("select * from referral")),
        lambda s, mine, theirs: s.execute(select(Referral).from_statement(TABLE.select())),
        lambda s, mine, theirs: s.get(Referral, theirs),
        lambda s, mine, theirs: s.connection().execute(TABLE.select()),
        lambda s, mine, theirs: s.execute(update(Referral), [{"id": theirs, "contact_name": "x"}]),
        lambda s, mine, theirs: s.bulk_update_mappings(Referral, [{"id": theirs, "contact_name": "x"}]),
        lambda s, mine, theirs: s.bulk_insert_mappings(Referral, [{}]),
        lambda s, mine, theirs: s.bulk_save_objects([]),
        lambda s, mine, theirs: s.execute(insert(TimelineEntry).values(referral_id=theirs)),
    ],
)
def test_ways_around_the_filter_are_refused(world, bypass):
    session, _, mine, theirs = world
    with pytest.raises(tenancy.TenancyError):
        bypass(session, mine.id, theirs.id)


def test_a_row_loaded_for_one_organisation_is_let_go_when_the_session_changes(world):
    session, _, mine, _ = world
    other = people.add_organisation()
    tenancy.enter(session, other.id)
    assert mine not in session
    assert session.scalars(select(Referral)).all() == []


def test_rows_cannot_be_written_into_another_organisations_referral(world):
    session, person, _, theirs = world
    for owner in (person.organisation_id, theirs.organisation_id):
        session.add(TimelineEntry(organisation_id=owner, referral_id=theirs.id, at=clock.now(), kind="x", title="x"))
        with pytest.raises(tenancy.TenancyError):
            session.flush()
        session.expunge_all()


def test_nobody_sees_nothing(world):
    session, *_ = world
    tenancy.enter(session, None)
    with pytest.raises(tenancy.TenancyError):
        session.scalars(select(Referral)).all()


def test_row_level_security_holds_under_raw_sql(world):
    session, person, _, _ = world
    if session.get_bind().dialect.name != "postgresql":
        assert OrganisationKind.EDUCATION is person.kind  # SQLite has no second line; the filter is tested above
        return
    raw = super(tenancy.TenantSession, session).connection()
    assert raw.exec_driver_sql("select count(*) from referral").scalar() == 1
    assert raw.exec_driver_sql("select current_user").scalar() == "portal_app"
    tenancy.enter(session, None)
    assert raw.exec_driver_sql("select count(*) from referral").scalar() == 0


def test_row_level_security_asks_of_each_row_by_itself(world):
    """What asks for a referral's parties has the OFFSET that keeps PostgreSQL from listing all of them (0055)."""
    session, *_ = world
    if session.get_bind().dialect.name != "postgresql":
        return
    raw = super(tenancy.TenantSession, session).connection()
    asked = "select tablename, qual like '%%OFFSET 0%%' from pg_policies where qual like '%%referral_party party%%'"
    by_itself = dict(raw.exec_driver_sql(asked).all())
    assert {"referral", "timeline_entry", "transfer", "disagreement"} <= by_itself.keys()
    assert {table for table, does in by_itself.items() if not does} == set()


def test_what_has_been_looked_into_goes_with_its_statement(tx):
    tenancy.enter(tx, people.add_organisation().id)
    gc.collect()
    before = len(tenancy._known)
    for number in range(50):
        tx.execute(select(User).where(col(User.id) == number))
        tx.execute(select(Referral).where(col(Referral.id) == number))
    gc.collect()
    # SQLAlchemy keeps one of each of the two shapes, however many were asked.
    assert len(tenancy._known) <= before + 2
