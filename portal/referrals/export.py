"""The list of referrals as a file: what a reader's list shows of every referral it would page through."""

from collections.abc import Iterator
from dataclasses import replace

from portal import db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.db import Database
from portal.referrals import list_page
from portal.referrals.listing import Wanted, referrals
from portal.referrals.models import Referral
from portal.web import spreadsheet
from portal.web.dates import in_london

HEADER = ("Child", "Reference", "Where it is", "Next", "Read first", "Sent (London)", "Last change (London)")


def note(actor: Actor, narrowed_by: list[str]) -> None:
    """Record that `actor` takes a copy of their list, narrowed by the filters of these names."""
    with db.own_transaction(actor.organisation_id):
        audit.record(actor, Action.REFERRALS_EXPORTED, subject=("referral", None), narrowed_by=narrowed_by)


def rows(database: Database, actor: Actor, wanted: Wanted) -> Iterator[tuple[str, ...]]:
    """Give the cells of every referral that is `wanted`, in its order, holding one batch and no transaction between."""

    def read(wanted: Wanted) -> tuple[list[tuple[str, ...]], Wanted | None]:
        found = referrals(actor, wanted, spreadsheet.BATCH)
        return [_cells(actor, each) for each in found.rows], found.older and replace(wanted, cursor=found.older)

    return spreadsheet.in_batches(database, actor.organisation_id, replace(wanted, cursor=None), read)


def _cells(actor: Actor, referral: Referral) -> tuple[str, ...]:
    row, sent = list_page.row_of(actor, referral), referral.submitted_at
    return (
        row.child,
        row.reference,
        row.where,
        row.following,
        "Yes" if row.is_urgent else "",
        f"{in_london(sent):%Y-%m-%d %H:%M}" if sent else "",
        f"{in_london(referral.last_change_at):%Y-%m-%d %H:%M}",
    )
