"""A small stage on each engine: what grows has all that hangs on it, and its pages are served."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select

from portal import clock, tables
from portal.referrals.files import storage
from tests import postgres
from tests.bench import measures, spent, stage

REFERRALS = 60


@pytest.fixture
def small(
    engine_name: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[stage.Stage]:
    """A stage of some sixty: forty made one by one, the others repeated by the database."""
    monkeypatch.setattr(stage, "BLOCK", 40)
    monkeypatch.setattr(storage, "_folder", None)  # put back for the tests after this one
    at = list[datetime]()
    monkeypatch.setattr(clock, "set_to", at.append)
    monkeypatch.setattr(clock, "now", lambda: at[-1])
    made = stage.make(tmp_path / "stage", REFERRALS, _address(engine_name, request))
    yield made
    made.database.engine.dispose()


def _address(engine_name: str, request: pytest.FixtureRequest) -> str:
    if engine_name == "sqlite":
        return ""
    own = make_url(request.getfixturevalue("postgresql_url"))
    server = own.set(database="postgres").render_as_string(hide_password=False)
    return postgres.create_database(server, f"{own.database}_bench")


def test_what_grows_has_its_deadlines_events_and_parties(small: stage.Stage):
    table = {name: tables.metadata.tables[name].c for name in stage.LISTED}
    referral = table["referral"]
    repeated = referral.child_family_name.like("Copy%Copy%")  # a copy, by the database, of one that Python had made
    ids, references = select(referral.id).where(repeated), select(referral.reference).where(repeated)
    deadlines = select(table["deadline"].id).where(table["deadline"].reference.in_(references))
    with small.database.engine.connect() as connection:

        def number(column, among) -> int:
            return connection.scalar(select(func.count(column.distinct())).where(column.in_(among)))

        assert connection.scalar(select(func.count(referral.id))) >= REFERRALS
        copies = number(referral.id, ids)
        assert copies > 0
        assert number(table["referral_party"].referral_id, ids) == copies
        assert number(table["timeline_entry"].referral_id, ids) == copies
        assert number(table["deadline"].reference, references) == copies
        assert number(table["deadline_rung"].deadline_id, deadlines) == number(table["deadline"].id, deadlines)
        assert number(table["consent_event"].referral_id, ids) > 0


def test_its_pages_are_served_and_what_they_cost_is_known(small: stage.Stage):
    for name, page in measures._pages(small).items():
        assert page().status_code == 200, name
        assert spent.by(page) > 0
