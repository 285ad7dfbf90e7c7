"""Reading statutory referrals: KSAF's people who may, and of allegations fewer still."""

from dataclasses import dataclass

from sqlalchemy import and_
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.organisations import contacts
from portal.organisations.contacts import Contact
from portal.referrals.models import Referral
from portal.referrals.queries import get_own_referral
from portal.timescales.models import Deadline
from portal.transfers.statutory import rules
from portal.transfers.statutory.models import SUBJECT, StatutoryReferral


@dataclass(frozen=True)
class Made:
    """One statutory referral with the referral it is about."""

    referral: Referral
    statutory: StatutoryReferral


def owed_on(actor: Actor, referral: Referral) -> list[tuple[StatutoryReferral, list[Deadline]]]:
    """Return what KSAF has told front doors about a referral that `actor` has loaded, as far as they may read it.

    Each comes with what still runs on it, the first due first.
    """
    if not actor.may(Permission.STATUTORY_READ) or db.session().info["tenant"] != actor.organisation_id:
        return []
    runs = and_(
        col(Deadline.subject_type) == SUBJECT,
        col(Deadline.subject_id) == StatutoryReferral.id,
        col(Deadline.ended_at).is_(None),
    )
    made = (
        select(StatutoryReferral, Deadline)
        .outerjoin(Deadline, runs)
        .where(col(StatutoryReferral.referral_id) == referral.id)
        .order_by(col(StatutoryReferral.id).desc(), col(Deadline.due_at))
    )
    found: dict[int | None, tuple[StatutoryReferral, list[Deadline]]] = {}
    for each, deadline in db.session().execute(made).all():
        if rules.may_read(actor.role, is_about_staff=each.is_about_staff):
            _, running = found.setdefault(each.id, (each, []))
            running += [deadline] if deadline else []
    return list(found.values())


def open_statutory(actor: Actor, reference: str, key: str) -> Made | None:
    """Return the statutory referral `key` about `reference`, or None; a writing request locks the latter."""
    referral = get_own_referral(actor, reference)
    if referral is None:
        return None
    found = next((each for each, _ in owed_on(actor, referral) if each.key == key), None)
    return Made(referral, found) if found else None


def has_unsettled(actor: Actor, referral: Referral) -> bool:
    """Say whether something KSAF referred may not have arrived, whoever of KSAF asks; never to anybody else."""
    return actor.is_operator and any(rules.is_unsettled(each) for each in _all_of(referral))


def doors(actor: Actor, area: str) -> list[Contact]:
    """Return the services `actor` can have referred to, those of the child's `area` first."""
    known = [each for each in contacts.CONTACTS if each.statutory]
    readable = [each for each in known if rules.may_read(actor.role, is_about_staff=each.about_staff)]
    return sorted(readable, key=lambda each: each.area != area)


def _all_of(referral: Referral) -> list[StatutoryReferral]:
    made = select(StatutoryReferral).where(col(StatutoryReferral.referral_id) == referral.id)
    return list(db.session().scalars(made.order_by(col(StatutoryReferral.id).desc())).all())
