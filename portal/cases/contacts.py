"""The contact log: KSAF's own record of each contact with the family, what was seen kept apart from what is thought.

Insert only: a correction is a new entry that says why and takes the old one's place; the old one stays as it was. The
database refuses to change or remove either.
"""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.cases import queries
from portal.cases.models import CaseContact, ContactKind, ContactResult, SupportCase
from portal.cases.queries import Supported
from portal.referrals import trail
from portal.safeguarding import telling as safeguarding
from portal.web.dates import LONDON
from portal.web.errors import SomeoneWasFirstError

KINDS = {
    ContactKind.HOME_VISIT: "Home visit",
    ContactKind.SCHOOL: "At school",
    ContactKind.PHONE: "Phone",
    ContactKind.VIDEO: "Video call",
    ContactKind.MESSAGE: "Message",
    ContactKind.OTHER: "Other",
}
RESULTS = {
    ContactResult.ATTENDED: "Took place",
    ContactResult.NOT_AT_HOME: "Not at home, or no answer",
    ContactResult.CANCELLED: "Cancelled",
}


@dataclass(frozen=True)
class Contact:
    """What somebody recorded of one contact. `present` and the rest are narrative."""

    happened_at: datetime
    kind: ContactKind
    result: ContactResult
    present: str
    observation: str
    opinion: str
    child_voice: str
    belongs_in_cpoms: bool = False


@dataclass
class Logged:
    """One contact as the log shows it: what holds now, and what was recorded before it, newest first."""

    row: CaseContact
    earlier: list[CaseContact] = field(default_factory=list[CaseContact])


@dataclass(frozen=True)
class OpenedContact:
    """One entry with the support it belongs to."""

    supported: Supported
    row: CaseContact


def open_contact(actor: Actor, reference: str, key: str) -> OpenedContact | None:
    """Return the entry `key` of the newest support of `reference`, with the referral's lock.

    For KSAF alone by its permission; whoever else is within reach of the referral learns no more than that.
    """
    found = queries.open_own_support(actor, reference)
    if found is None:
        return None
    wanted = select(CaseContact).where(col(CaseContact.key) == key, col(CaseContact.case_id) == found.case.id)
    row = db.session().scalars(wanted).first()
    return OpenedContact(found, row) if row else None


def log_of(actor: Actor, case: SupportCase) -> list[Logged]:
    """Return the contacts of a case that `actor`, one of KSAF's, has loaded: the newest contact first, in one query."""
    if not actor.is_operator or db.session().info["tenant"] != actor.organisation_id:
        return []
    wanted = select(CaseContact).where(col(CaseContact.case_id) == case.id)
    rows = db.session().scalars(wanted.order_by(col(CaseContact.id).desc())).all()
    standing: dict[int | None, Logged] = {}
    for row in rows:  # a correction comes before what it corrects
        entry = standing.get(row.id)
        if entry is None:
            entry = Logged(row)
            standing[row.id] = entry
        else:
            entry.earlier.append(row)
        if row.corrects_id is not None:
            standing[row.corrects_id] = entry
    unique = {id(entry): entry for entry in standing.values()}
    return sorted(unique.values(), key=lambda entry: (entry.row.happened_at, entry.row.id), reverse=True)


def counts(actor: Actor, case: SupportCase, monday: date) -> Counter[ContactResult]:
    """Return how many contacts came to what in the week that begins on `monday`: for KSAF, one query."""
    found: Counter[ContactResult] = Counter()
    if not actor.is_operator or db.session().info["tenant"] != actor.organisation_id:
        return found
    begins = datetime(monday.year, monday.month, monday.day, tzinfo=LONDON)
    correction = aliased(CaseContact)
    counted = (
        select(col(CaseContact.result), func.count())
        .outerjoin(correction, col(correction.corrects_id) == col(CaseContact.id))
        .where(
            col(CaseContact.case_id) == case.id,
            col(correction.id).is_(None),
            col(CaseContact.happened_at) >= begins,
            col(CaseContact.happened_at) < begins + timedelta(weeks=1),
        )
        .group_by(col(CaseContact.result))
    )
    for result, number in db.session().execute(counted).all():
        found[result] = number
    return found


def log(actor: Actor, found: Supported, contact: Contact) -> CaseContact:
    """Enter one contact into the log and return it. It may still be written up after the support has ended."""
    made = _add(actor, found, contact)
    trail.record(actor, found.referral, Action.CONTACT_LOGGED, key=made.key)
    return made


def correct(actor: Actor, found: OpenedContact, contact: Contact, why: str) -> CaseContact:
    """Enter what is right in place of an entry, with why, and return the new one.

    Raises SomeoneWasFirstError when the entry has been corrected already.
    """
    later = select(CaseContact).where(col(CaseContact.corrects_id) == found.row.id)
    if first := db.session().scalars(later).first():
        raise SomeoneWasFirstError(f"{first.recorded_by_name} has corrected this entry already.")
    made = _add(actor, found.supported, contact, corrects=found.row, why=why)
    trail.record(actor, found.supported.referral, Action.CONTACT_CORRECTED, key=made.key)
    return made


def _add(
    actor: Actor, found: Supported, contact: Contact, *, corrects: CaseContact | None = None, why: str | None = None
) -> CaseContact:
    case = found.case
    made = CaseContact(
        key=secrets.token_urlsafe(12),
        organisation_id=case.organisation_id,
        referral_id=case.referral_id,
        case_id=case.id or 0,
        happened_at=contact.happened_at,
        kind=contact.kind,
        result=contact.result,
        present=contact.present,
        observation=contact.observation,
        opinion=contact.opinion,
        child_voice=contact.child_voice,
        belongs_in_cpoms=contact.belongs_in_cpoms,
        recorded_at=clock.now(),
        recorded_by_name=actor.name,
        corrects_id=corrects.id if corrects else None,
        correction_why=why,
    )
    db.session().add(made)
    db.session().flush()
    if made.belongs_in_cpoms:
        safeguarding.cpoms_owed(actor.organisation_id)
    return made
