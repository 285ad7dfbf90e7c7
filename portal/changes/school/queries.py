"""Reading what is known of a child's change of school, and what follows: for KSAF, save that it may be recorded."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.roles import OrganisationKind
from portal.changes.school import rules
from portal.consent import queries as consent
from portal.consent.queries import LedgerLine
from portal.organisations import terms
from portal.organisations.models import Agreement, Organisation
from portal.organisations.queries import partners
from portal.referrals import sender
from portal.referrals.effects import OWED_BY_REFERRER
from portal.referrals.models import Referral
from portal.referrals.sharing import moved
from portal.referrals.sharing.models import SchoolMove
from portal.referrals.sharing.rules import ONE, PURPOSE
from portal.tenancy import as_system
from portal.timescales import queries as timescales
from portal.timescales.descriptions import Described, describe


class Basis(StrEnum):
    """What KSAF stands on, or lacks, to let the new school see the referral."""

    AGREED = "agreed"
    ASK_AGAIN = "ask_again"
    NOT_AGREED = "not_agreed"
    NOT_WITH_IT = "not_with_it"
    NOT_A_PARTNER = "not_a_partner"


@dataclass(frozen=True)
class Owed:
    """Something that is owed by or to the old school, and what becomes of it once that no longer sees the referral."""

    described: Described
    afterwards: str


@dataclass(frozen=True)
class Known:
    """A change of school as KSAF reads it: the schools, what the family says about sharing, and what that allows."""

    move: SchoolMove
    old_school: Organisation
    to: Organisation | None
    agreed: LedgerLine | None
    basis: Basis
    is_kept: bool
    """Whether the old school may not learn of the new one."""


def schools(actor: Actor, referral: Referral) -> list[Organisation]:
    """Return the schools on the portal a child can have moved to, for KSAF; none for a partner, who names it."""
    if not actor.is_operator:
        return []
    found = partners(actor)
    return [each for each in found if each.kind is OrganisationKind.EDUCATION and each.id != referral.organisation_id]


def known(actor: Actor, referral: Referral) -> Known | None:
    """Return the newest change of school, both schools and the family's word, for KSAF; None where none is recorded.

    Three queries.
    """
    old, new = aliased(Organisation), aliased(Organisation)
    accepted = select(Agreement.id).where(
        col(Agreement.organisation_id) == new.id, col(Agreement.version) == terms.current().id
    )
    wanted: Any = (
        select(SchoolMove, old, new, accepted.exists())
        .join(old, col(old.id) == col(SchoolMove.owner_organisation_id))
        .outerjoin(new, col(new.id) == col(SchoolMove.to_organisation_id))
        .where(col(SchoolMove.referral_id) == referral.id)
        .order_by(col(SchoolMove.id).desc())
        .limit(1)
    )
    with as_system(db.session()):  # the new school's acceptance of the terms is its own row
        found: Any = db.session().execute(wanted).first()
    if found is None:
        return None
    move, left, to, has_accepted = found
    standing = {line.purpose: line for line in consent.standing(actor, referral.id or 0)}
    is_kept = moved.is_kept_from_sender(referral, move.to_organisation_id, move.to_name)
    if to is None or not to.active or not has_accepted:
        return Known(move, left, to, standing.get(PURPOSE), Basis.NOT_A_PARTNER, is_kept)
    basis = _basis(move, to, standing)
    return Known(move, left, to, standing.get(PURPOSE), basis, is_kept)


def _basis(move: SchoolMove, to: Organisation, standing: dict[str, LedgerLine]) -> Basis:
    alone, line = standing.get(f"{ONE}{to.key}"), standing.get(PURPOSE)
    if alone is not None and not alone.permits:
        return Basis.NOT_WITH_IT
    if line is None or not line.permits:
        return Basis.NOT_AGREED
    return Basis.AGREED if line.recorded_at >= move.recorded_at else Basis.ASK_AGAIN


def owed(actor: Actor, referral: Referral) -> list[Owed]:
    """Return what is still open between KSAF and who sent `referral`, with what becomes of each; one line a kind."""
    if not sender.sees(referral):
        return []
    home, now, made = referral.organisation_id, clock.now(), dict[str, Owed]()
    for each in timescales.for_reference(actor, referral.reference):
        if each.ended_at is None and home in (each.owed_by_id, each.owed_to_id) and each.kind != "chase":
            is_question = each.kind in OWED_BY_REFERRER
            words = rules.afterwards(is_owed_by_sender=each.owed_by_id == home, is_question=is_question)
            made.setdefault(each.kind, Owed(describe(each, now, actor.organisation_id), words))
    return list(made.values())
