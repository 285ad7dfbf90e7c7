"""Every table goes with a record or is kept for a reason; so does every encrypted column: none can be forgotten."""

import re

import pytest
from sqlalchemy import Table

from portal import tables
from portal.accountability.keys.rotation import encrypted_columns
from portal.audit.detail import DETAIL
from portal.retention import parts
from tests.accountability.test_stolen_database import PLAIN

TABLES: dict[str, Table] = {table.name: table for table in tables.metadata.sorted_tables}
GOES = {(part.table, column) for part in parts.parts() for column in part.empty}
WHOLE = {part.table for part in parts.parts() if part.delete}
PROFESSIONALS = re.compile(
    r"referral\.(assigned_to|case_manager|practitioner|acceptance_overridden_by|closed_by)_name|support_case\.\w+_name"
)
"""Who did it stays with what was done: names of colleagues in their work, who can be asked about it."""


def test_every_table_is_accounted_for():
    known = {part.table for part in parts.parts()} | set(parts.kept())
    print(f"{len(TABLES)} tables: {len(known - set(parts.kept()))} lose something, {len(parts.kept())} are kept")
    assert set(TABLES) == known
    assert all(parts.kept().values())


def test_every_encrypted_column_goes_or_is_argued_for():
    encrypted = {(name, column) for name, table in TABLES.items() for column in encrypted_columns(table)}
    kept = {tuple(name.split(".")) for name in parts.kept_columns()}
    assert encrypted - GOES - kept == set()
    assert kept <= encrypted
    print(f"{len(encrypted)} encrypted columns: {len(encrypted & GOES)} are emptied, {len(kept)} stay or go whole")


def test_a_family_s_name_goes_everywhere():
    lists = [why for said, why in PLAIN.items() if "a child's name" in said]
    assert len(lists) == 1
    named = {
        (name, column.name)
        for name, table in TABLES.items()
        for column in table.columns
        if re.fullmatch(lists[0], f"{name}.{column.name}") or column.name.endswith("date_of_birth")
    }
    named |= {
        ("referral", column.name)
        for column in TABLES["referral"].columns
        if column.name.endswith("_name") and not PROFESSIONALS.fullmatch(f"referral.{column.name}")
    }
    assert named - {("referral", "born_year")} <= GOES
    assert len(named) >= 8


@pytest.mark.parametrize("part", parts.parts(), ids=lambda part: f"{part.of}-{part.table}")
def test_a_part_names_columns_that_are_there(part):
    columns = TABLES[part.table].columns
    assert bool(part.empty) is not part.delete
    assert all(name in columns for name in part.empty)
    assert part.through or part.by in columns
    if part.through:
        table, column = part.through
        assert column in columns
        assert any(each.table == table and each.of == part.of for each in parts.parts())


def test_every_subject_of_the_audit_whose_detail_can_speak_of_a_family_goes():
    speaking = {"reason", "comment", "evidence", "whom"}
    subjects = {action.split(":")[1] for action, keys in DETAIL.items() if keys & speaking}
    covered = {each.subject for kind in ("referral", "enquiry", "call_back") for each in parts.audit_parts_of(kind)}
    # A decision's and a context question's events are about the referral; a closure day is about nobody.
    assert subjects - {"decision", "context", "closure_day"} <= covered
