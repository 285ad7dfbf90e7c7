"""What of the support pages is shown on a need to know: each part of them with its class.

The classes are the referral form's (referrals/form/parts.py); which of them are open to an organisation stands on its
sharing. The two sides of a referral, who sent it and KSAF, read every part: docs/decisions/0009.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, null
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import PartyRole, ReferralParty, Scope
from portal.cases.family_consent import UPDATES
from portal.cases.models import CaseWeek
from portal.consent.models import ConsentEvent
from portal.consent.statements import PERMITTING
from portal.organisations.models import Organisation
from portal.referrals.form.parts import Part
from portal.referrals.models import Referral
from portal.referrals.queries import concerns, open_parts
from portal.tenancy import as_system

ANY = "any"
"""The mark of a text that tells of more than one class: it is read where every class is open."""
MARKS = {
    "": "Everybody who reads the updates",
    Part.SAFEGUARDING.value: "Only those to whom safeguarding is open",
    Part.HEALTH.value: "Only those to whom health is open",
    Part.THIRD_PARTIES.value: "Only those to whom other people’s matters are open",
    ANY: "Only those to whom all three are open",
}
WITHHELD = "Part of this is shown on a need to know, and is not shared with your organisation."
"""What stands in its place. Not which part it is: that there is something about safeguarding would tell enough."""

TEXTS = {"progress": "Progress", "barriers": "What stands in the way", "next_steps": "Next steps"}
"""The texts of a week's update, which their writer marks; its figures and the goals' scores belong to no class."""
PLAN: Mapping[str, Part | None] = {
    "intervention": Part.HEALTH,
    "goals": None,
    "strengths": None,
    "family": None,
    "ksaf": None,
    "others": Part.THIRD_PARTIES,
}
"""What was chosen names what the child finds hard; what others do names them. The goals are the family's own words."""
REVIEW: Mapping[str, Part | None] = {"planned_for": None, "held_at": None, "changed": None, "recommendation": None}
"""Who is invited and who came is KSAF's own already."""
ATTENDANCE: Mapping[str, Part | None] = {"possible": None, "attended": None}
SUMMARY: Mapping[str, Part | None] = dict.fromkeys(
    ("engagement", "progress", "barriers", "attendance", "recommendations", "next_steps")
)
"""A manager authorises it for everybody who reads it; marked texts of updates are not taken over into its draft."""


@dataclass(frozen=True)
class Reader:
    """An organisation that reads a week's update: its name, and the titles of the texts it does not read."""

    name: str
    without: tuple[str, ...]


def closed_to(actor: Actor, referral: Referral) -> frozenset[Part]:
    """Return the classes that are closed to `actor`'s organisation; none to KSAF and to who sent the referral."""
    return frozenset() if concerns(actor, referral) else frozenset(set(Part) - open_parts(actor, referral))


def is_closed(mark: str | None, closed: Iterable[Part]) -> bool:
    """Say whether a text with this mark is withheld from somebody to whom these classes are `closed`."""
    shut = {part.value for part in closed}
    return bool(mark) and bool(shut) and (mark == ANY or mark in shut)


def readable(name: str, closed: frozenset[Part]) -> Any:
    """Return the SQL of a text of CaseWeek for somebody to whom `closed` is closed: nothing, where it is marked so."""
    text: Any = getattr(CaseWeek, name)
    shut = [ANY, *(part.value for part in closed)]
    return case((col(getattr(CaseWeek, f"{name}_part")).in_(shut), null()), else_=text)


def readers(actor: Actor, referral: Referral, marks: Mapping[str, str]) -> list[Reader]:
    """Return which organisations would read an update with these `marks` (by text), and what of it they would not.

    One query, for somebody of KSAF who has loaded the referral: who sees it is no secret among those who do.
    """
    del actor
    agreed = select(ConsentEvent.position).where(
        col(ConsentEvent.referral_id) == referral.id, col(ConsentEvent.purpose) == UPDATES
    )
    newest = agreed.order_by(col(ConsentEvent.id).desc()).limit(1).scalar_subquery()
    asked: Any = select(ReferralParty, Organisation.name).add_columns(newest)
    asked = (
        asked.join(Organisation, col(Organisation.id) == col(ReferralParty.organisation_id))
        .where(col(ReferralParty.referral_id) == referral.id, ReferralParty.is_live(clock.now()))
        .where(col(ReferralParty.role) != PartyRole.OPERATOR, col(ReferralParty.scope) != Scope.STATUS)
        .order_by(col(ReferralParty.id))
    )
    with as_system(db.session()):
        found: list[Any] = list(db.session().execute(asked).all())
    return [
        Reader(name, _without(party, marks))
        for party, name, position in found
        if party.role is not PartyRole.OWNER or position in PERMITTING
    ]


def _without(party: ReferralParty, marks: Mapping[str, str]) -> tuple[str, ...]:
    opened = {Part(each) for each in (party.parts or {}) if party.scope is Scope.ALL}
    shut = set[Part]() if party.role is PartyRole.OWNER else set(Part) - opened
    return tuple(title for name, title in TEXTS.items() if is_closed(marks.get(name), shut))
