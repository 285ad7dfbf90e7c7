"""Carrying out again what the list of erasures holds and the database does not know: after a backup was brought back.

A hold that stands in the older copy does not keep it: it had been lifted before the record went.
"""

from typing import Any

from sqlmodel import SQLModel, col, select

from portal import db
from portal.db import Database
from portal.organisations.queries import operator
from portal.retention import erasures, service
from portal.retention.erasing import Subject
from portal.retention.erasures import Line
from portal.retention.models import Erasure
from portal.retention.service import Reason

_TABLES = {
    **{kind: kind for kind in ("referral", "enquiry", "call_back", "data_request")},
    "account": "user_account",
}


def carry_out(database: Database) -> int:
    """Erase again what the list says and the database does not know, oldest first; return how much of it was there.

    Raises DamagedListError when the list cannot be read.
    """
    with database.system_transaction(write=False):
        lines = erasures.missing()
    done = 0
    for line in lines:
        with database.system_transaction():
            done += _erase(line)
    return done


def _erase(line: Line) -> int:
    session = db.session()
    if session.scalar(select(Erasure.id).where(col(Erasure.key) == line.key)) is not None:
        return 0  # another process was first
    if _is_there(line):
        subject = Subject(line.kind, line.subject_id, line.reference)
        service.carry_out(subject, line.key, Reason(line.rule), at=line.at)
        return 1
    session.add(
        Erasure(
            key=line.key,
            organisation_id=operator().id or 0,
            kind=line.kind,
            subject_id=None,
            reference=line.reference,
            rule=line.rule,
            policy_version=line.policy_version,
            at=line.at,
        )
    )
    return 0


def _is_there(line: Line) -> bool:
    """Say whether the row is there, and the one that was meant: numbers can be given again, references never are."""
    table: Any = SQLModel.metadata.tables[_TABLES[line.kind]]
    wanted = select(table.c.id).where(table.c.id == line.subject_id)
    if line.kind != "account":
        wanted = wanted.where(table.c.reference == line.reference)
    erased = select(Erasure.id).where(col(Erasure.kind) == line.kind, col(Erasure.subject_id) == line.subject_id)
    return db.session().execute(wanted).first() is not None and db.session().execute(erased).first() is None
