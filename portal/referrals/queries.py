"""Reading referrals: whoever asks comes first, and a row out of their reach is not there."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.roles import Role
from portal.referrals.form.sections import AnswerValue
from portal.referrals.models import Referral, ReferralSection
from portal.referrals.rules import State


def get_referral(actor: Actor, reference: str) -> Referral | None:
    """Return the referral `reference` if `actor`'s organisation is a party to it now, else None.

    A writing request takes the row's lock with it, so that two people act one after the other.
    """
    session = db.session()
    wanted = select(Referral).where(col(Referral.reference) == reference, col(Referral.state) != State.DISCARDED)
    wanted = wanted.where(*within_need(actor))
    if session.info["writes"]:
        wanted = wanted.with_for_update()
    if session.info["tenant"] != actor.organisation_id:
        return None
    return session.scalars(wanted).first()


def within_need(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the SQL for what of their organisation's referrals `actor` needs to know: a practitioner, only their own.

    DOMAIN: need to know. Everybody else reads what their organisation is a party to.
    """
    if actor.role is Role.FAMILY_OUTREACH_PRACTITIONER:
        return [col(Referral.practitioner_id) == actor.user_id]
    return []


def get_own_referral(actor: Actor, reference: str) -> Referral | None:
    """Return as `get_referral` what `actor`'s organisation sent itself, or has as KSAF; None where it only looks on."""
    found = get_referral(actor, reference)
    return found if found and concerns(actor, found) else None


def concerns(actor: Actor, referral: Referral) -> bool:
    """Say whether `actor` acts for one of the two sides of `referral`: who sent it, and KSAF."""
    return actor.is_operator or referral.organisation_id == actor.organisation_id


def saved_sections(actor: Actor, referral: Referral) -> dict[str, ReferralSection]:
    """Return what is saved of the form, by the section's key; a section nobody has saved is not in it."""
    rows = db.session().scalars(select(ReferralSection).where(col(ReferralSection.referral_id) == referral.id))
    return {row.section: row for row in rows}


def answers_of(sections: Iterable[ReferralSection]) -> dict[str, AnswerValue]:
    """Return the answers of all `sections` as one mapping, as the rules read them."""
    return {key: value for row in sections for key, value in row.answers.items()}
