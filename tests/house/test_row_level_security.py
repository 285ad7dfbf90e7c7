"""What raw SQL as the application's role can do on PostgreSQL, beyond what tests/whole_app/test_tenancy.py tries."""

import re

import pytest
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col, select

from portal import tenancy
from portal.access.models import ReferralParty
from portal.referrals.models import Referral
from tests.factories import people, referrals
from tests.factories.statements import planned

GRANT = (
    "insert into referral_party (referral_id, owner_organisation_id, organisation_id, role, scope, basis, valid_from)"
    " values (%s, %s, %s, 'shared', 'all', 'because', now())"
)


@pytest.fixture
def theirs(tx):
    """A referral of another school; the session is a stranger's. None on SQLite, which has no second line."""
    if tx.get_bind().dialect.name != "postgresql":
        return None
    row = referrals.sent(people.add_person(people.add_organisation()))
    known = (row.id, row.organisation_id)
    stranger = people.add_person(people.add_organisation())
    tenancy.enter(tx, stranger.organisation_id)
    return (*known, stranger.organisation_id)


def raw(tx):
    return super(tenancy.TenantSession, tx).connection()


def test_nobody_lets_themselves_into_anothers_referral(tx, theirs):
    if theirs is None:
        assert tx.get_bind().dialect.name == "sqlite"
        return
    with pytest.raises(ProgrammingError, match="row-level security"), tx.begin_nested():
        raw(tx).exec_driver_sql(GRANT, theirs)
    assert raw(tx).exec_driver_sql("select count(*) from referral").scalar() == 0


def test_nobody_widens_what_they_were_shown(tx, theirs):
    if theirs is None:
        assert tx.get_bind().dialect.name == "sqlite"
        return
    with tenancy.as_system(tx):
        raw(tx).exec_driver_sql(GRANT.replace("'all'", "'status'"), theirs)
    with pytest.raises(ProgrammingError, match="row-level security"), tx.begin_nested():
        raw(tx).exec_driver_sql("update referral_party set scope = 'all' where organisation_id = %s", (theirs[2],))
    with tenancy.as_system(tx):
        mine = select(ReferralParty.scope).where(col(ReferralParty.organisation_id) == theirs[2])
        assert tx.scalars(mine).all() == ["status"]


def test_whose_a_row_is_is_asked_of_each_row_and_never_listed(tx, theirs, database):
    if theirs is None:
        assert tx.get_bind().dialect.name == "sqlite"
        return
    newest = select(Referral.id).order_by(col(Referral.last_change_at).desc()).limit(25)
    with planned(database, "postgresql") as plans:
        tx.scalars(newest).all()
    plan = plans[-1]
    assert "own_party" in plan, plan
    assert not re.search("hashed|Nested Loop|Join", plan), plan


def test_no_query_is_compiled_by_the_database(tx, theirs):
    if theirs is not None:
        assert raw(tx).exec_driver_sql("show jit").scalar() == "off"
