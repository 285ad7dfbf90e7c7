"""Erasing one record: what says who it was about goes, everywhere; what figures count stays where it is.

The statements are made from parts.toml. They need a system transaction: a record's rows belong to several
organisations. The erasure itself is written first: without it the guards of the insert-only tables refuse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, delete, literal, select, type_coerce, union_all, update
from sqlmodel import SQLModel

from portal import clock, db
from portal.audit.models import AuditEvent, AuditPayload
from portal.crypto import EncryptedJSON, EncryptedText
from portal.referrals.files import storage
from portal.retention import parts
from portal.retention.parts import AuditPart, Part
from portal.timescales.models import DeadlineState

LEFT = "Somebody who has left"


@dataclass(frozen=True)
class Subject:
    """The record: its kind, its row's id, and the reference people know it by."""

    kind: str
    id: int
    reference: str


def carry_out(subject: Subject) -> None:
    """Take away what says who `subject` is about. Its erasure must be on record; doing it again changes nothing."""
    session = db.session()
    if subject.kind == "referral":
        _prepare_referral(subject)
    if subject.kind in {"referral", "enquiry"}:
        _let_rest(subject)
    for statement in (*_details(subject), *_parts(subject)):
        session.execute(statement, execution_options={"synchronize_session": False})
    if subject.kind == "account":
        _close_account(subject)
    session.expire_all()


def _prepare_referral(subject: Subject) -> None:
    """Keep the year of birth, mark it, close what waits about it, and have its files go once this is committed."""
    session, referral = db.session(), table_called("referral")
    found = session.execute(select(referral.c.child_date_of_birth).where(referral.c.id == subject.id)).scalar_one()
    marked: dict[str, Any] = {"version": referral.c.version + 1}
    if found is not None:
        marked["born_year"] = found.year
    session.execute(update(referral).where(referral.c.id == subject.id).values(marked))
    unmarked = (referral.c.id == subject.id, referral.c.anonymised_at.is_(None))
    session.execute(update(referral).where(*unmarked).values(anonymised_at=clock.now()))
    for file in (table_called("attachment"), table_called("disagreement_file")):
        _remove_files(subject, file)


def _let_rest(subject: Subject) -> None:
    """Close what waits about it and end what still runs, under references of its own too: nothing of it opens any more.

    A draft that was never sent, or a call that nobody confirmed in writing, owes that until then.
    """
    session, prompt, deadline = db.session(), table_called("prompt"), table_called("deadline")
    about = (prompt.c.reference == subject.reference) | prompt.c.reference.in_(_besides(subject))
    session.execute(update(prompt).where(about, prompt.c.closed_at.is_(None)).values(closed_at=clock.now()))
    about_it = (deadline.c.reference == subject.reference) | deadline.c.reference.in_(_besides(subject))
    runs = (about_it, deadline.c.ended_at.is_(None))
    ended = {"state": DeadlineState.CANCELLED, "ended_at": clock.now()}
    session.execute(update(deadline).where(*runs).values(ended))


def _remove_files(subject: Subject, file: Table) -> None:
    session, mine = db.session(), file.c.referral_id == subject.id
    for name in session.scalars(select(file.c.stored_name).where(mine)).all():
        storage.remove_after_commit(name)
    session.execute(update(file).where(mine, file.c.removed_at.is_(None)).values(removed_at=clock.now()))


def _close_account(subject: Subject) -> None:
    """Nobody signs in with it again, and its address is free for somebody else."""
    account = table_called("user_account")
    gone = {"email": f"left-{subject.id}@nobody.invalid", "name": LEFT, "disabled_at": clock.now()}
    db.session().execute(update(account).where(account.c.id == subject.id).values(gone))


def _details(subject: Subject) -> Iterator[Any]:
    """Give the statements that remove the details of events: before the rows that lead to them are emptied."""
    event, payload = (
        SQLModel.metadata.tables[str(AuditEvent.__tablename__)],
        table_called(str(AuditPayload.__tablename__)),
    )
    for each in parts.audit_parts_of(subject.kind):
        about = (event.c.subject_type == each.subject, event.c.subject_id.in_(_ids(each, subject)))
        yield delete(payload).where(payload.c.event_id.in_(select(event.c.id).where(*about)))


def _ids(part: AuditPart, subject: Subject) -> Any:
    way = next(each for each in parts.parts_of(subject.kind) if each.table == part.through)
    table = table_called(way.table)
    return select(table.c.id).where(rows_of(way, table, subject))


def _parts(subject: Subject) -> Iterator[Any]:
    for part in parts.parts_of(subject.kind):
        table = table_called(part.table)
        mine = rows_of(part, table, subject)
        yield delete(table).where(mine) if part.delete else update(table).where(mine).values(_emptied(part, table))


def rows_of(part: Part, table: Table, subject: Subject) -> ColumnElement[bool]:
    """Return the SQL that is true of the rows of `table` that go with `subject`."""
    if part.through is None:
        if part.on == "id":
            return table.c[part.by] == subject.id
        mine = (table.c[part.by] == subject.reference) | table.c[part.by].in_(_besides(subject))
        return mine & table.c.kind.startswith(part.kind, autoescape=True) if part.kind else mine
    name, column = part.through
    way = next(each for each in parts.parts_of(subject.kind) if each.table == name)
    return table.c[column].in_(select(table_called(name).c.id).where(rows_of(way, table_called(name), subject)))


def _besides(subject: Subject) -> Any:
    """Return the select of the references of what has prompts and mail of its own: concerns, and disagreements."""
    mine = subject.id if subject.kind == "referral" else None
    tables = (table_called("concern"), table_called("disagreement"))
    return union_all(*(select(table.c.reference).where(table.c.referral_id == mine) for table in tables))


def _emptied(part: Part, table: Table) -> dict[str, Any]:
    return {name: _nothing(table.c[name]) for name in part.empty}


def _nothing(column: Any) -> Any:
    """Return what an emptied column holds: NULL where it may, else no bytes or no letters."""
    if column.nullable:
        return type_coerce(literal(None, LargeBinary), LargeBinary) if is_encrypted(column) else None
    return type_coerce(literal(b"", LargeBinary), LargeBinary) if is_encrypted(column) else ""


def is_encrypted(column: Any) -> bool:
    """Say whether a column holds ciphertext."""
    return isinstance(column.type, EncryptedText | EncryptedJSON)


def table_called(name: str) -> Table:
    """Return the table of this name."""
    return SQLModel.metadata.tables[name]
