"""The contacts with a family that belong in CPOMS, as its list takes them, and which of them are there."""

from collections.abc import Iterable

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.cases.contacts import KINDS, RESULTS
from portal.cases.models import CaseContact
from portal.referrals.models import Referral
from portal.safeguarding import cpoms_items
from portal.safeguarding.cpoms_items import Item
from portal.safeguarding.models import CpomsRecord
from portal.safeguarding.queries import may_read
from portal.web.dates import long_datetime

KIND = "contact"


def for_cpoms(actor: Actor, recorded: bool) -> list[Item]:  # noqa: FBT001 - a Source
    """Return the contacts marked for CPOMS that are there, or are not yet: for who reads concerns.

    One that was corrected since is left out while it is not there: the correction stands in its place.
    """
    if not may_read(actor):
        return []
    later = aliased(CaseContact)
    made = (
        select(CaseContact, Referral)
        .join(Referral, col(Referral.id) == col(CaseContact.referral_id))
        .where(col(CaseContact.belongs_in_cpoms), col(Referral.anonymised_at).is_(None))
    )
    if not recorded:
        made = made.outerjoin(later, col(later.corrects_id) == col(CaseContact.id)).where(col(later.id).is_(None))
    key, row_id = col(CaseContact.key), col(CaseContact.id)
    wanted = cpoms_items.narrowed(made, KIND, key, row_id, recorded=recorded)
    return [_item(*row) for row in db.session().execute(wanted).all()]


def marks(actor: Actor, contacts: Iterable[CaseContact]) -> dict[str, str]:
    """Return for each of KSAF's `contacts` that belongs in CPOMS, by its key, whether it is there and by whom."""
    keys = [each.key for each in contacts if each.belongs_in_cpoms]
    if not keys or not actor.is_operator:
        return {}
    wanted = select(CpomsRecord).where(col(CpomsRecord.kind) == KIND, col(CpomsRecord.item_key).in_(keys))
    there = {row.item_key: row for row in db.session().scalars(wanted).all()}
    return {
        key: f"Recorded by {there[key].recorded_by_name}, {long_datetime(there[key].recorded_at)}"
        if key in there
        else "Not recorded yet"
        for key in keys
    }


def _item(contact: CaseContact, referral: Referral) -> Item:
    title = f"{KINDS[contact.kind]}, {long_datetime(contact.happened_at)}"
    rows = [
        {"key": "What came of it", "value": RESULTS[contact.result]},
        {"key": "Present", "value": contact.present},
        {"key": "Observation", "value": contact.observation},
        {"key": "Professional opinion", "value": contact.opinion},
        {"key": "The child’s voice", "value": contact.child_voice},
        {"key": "Why it was corrected", "value": contact.correction_why or ""},
        {"key": "Recorded", "value": f"{contact.recorded_by_name}, {long_datetime(contact.recorded_at)}"},
    ]
    href = f"/referrals/{referral.reference}/contacts"
    return cpoms_items.item(KIND, contact.key, title, referral, contact.happened_at, rows, href)
