"""The audit as a file: every event that a question finds, read batch by batch while the answer leaves."""

from collections.abc import Iterator
from dataclasses import replace

from portal import db
from portal.access.actor import Actor
from portal.accountability.viewer import queries, shown
from portal.accountability.viewer.queries import Wanted
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.db import Database
from portal.web import spreadsheet


def note(actor: Actor, narrowed_by: list[str]) -> None:
    """Record that `actor` takes a copy of the audit, narrowed by the filters of these names."""
    with db.own_transaction(actor.organisation_id):
        audit.record(actor, Action.AUDIT_EXPORTED, subject=("audit", None), narrowed_by=narrowed_by)


def rows(database: Database, actor: Actor, wanted: Wanted) -> Iterator[tuple[str, ...]]:
    """Give the cells of every event that is `wanted`, newest first, holding one batch and no transaction between."""

    def read(wanted: Wanted) -> tuple[list[tuple[str, ...]], Wanted | None]:
        found = queries.events(actor, wanted, spreadsheet.BATCH)
        return list(map(shown.cells, found.lines)), found.older and replace(wanted, place=found.older)

    return spreadsheet.in_batches(database, actor.organisation_id, replace(wanted, place=None), read)
