"""Reading referrals: whoever asks comes first, and a row out of their reach is not there."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import ReferralParty, Scope
from portal.access.roles import Role
from portal.referrals.form.parts import Part
from portal.referrals.form.sections import SECTIONS, AnswerValue, section
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

    DOMAIN: need to know. Everybody else reads what their organisation is a party to. What has been anonymised nobody
    needs: it is there for the figures alone.
    """
    return needed_by(actor.role, actor.user_id)


def needed_by(role: Role, me: Any) -> list[ColumnElement[bool]]:
    """Return the SQL of `within_need` for whoever has this role: of an id or a parameter."""
    kept = col(Referral.anonymised_at).is_(None)
    if role is Role.FAMILY_OUTREACH_PRACTITIONER:
        return [kept, col(Referral.practitioner_id) == me]
    return [kept]


def get_own_referral(actor: Actor, reference: str) -> Referral | None:
    """Return as `get_referral` what `actor`'s organisation sent itself, or has as KSAF; None where it only looks on."""
    found = get_referral(actor, reference)
    return found if found and concerns(actor, found) else None


def concerns(actor: Actor, referral: Referral) -> bool:
    """Say whether `actor` acts for one of the two sides of `referral`: who sent it, and KSAF."""
    return actor.is_operator or referral.organisation_id == actor.organisation_id


def saved_sections(actor: Actor, referral: Referral) -> dict[str, ReferralSection]:
    """Return what is saved of the form, by the section's key; a section nobody has saved is not in it.

    An organisation that only looks on gets the parts that are open to it, and nothing of the others leaves the query;
    nothing at all where it sees the status or the updates alone.
    """
    saved = select(ReferralSection).where(col(ReferralSection.referral_id) == referral.id)
    if concerns(actor, referral):
        return {row.section: row for row in db.session().scalars(saved)}
    if not (shown := _shown_all(actor, referral)):
        return {}
    closed = set(Part) - _opened(shown)
    away = [section.key for section in SECTIONS if {each.part for each in section.questions} <= closed]
    rows = db.session().scalars(saved.where(col(ReferralSection.section).not_in(away))).all()
    return {row.section: _without(row, closed) for row in rows}


def open_parts(actor: Actor, referral: Referral) -> set[Part]:
    """Return the parts of a need to know that are open to `actor`'s organisation: all of them to the two sides."""
    if concerns(actor, referral):
        return set(Part)
    return _opened(_shown_all(actor, referral))


def _shown_all(actor: Actor, referral: Referral) -> Sequence[ReferralParty]:
    """Return what shows `actor`'s organisation, which only looks on, all of `referral` but its closed parts."""
    mine = select(ReferralParty).where(
        col(ReferralParty.referral_id) == referral.id,
        col(ReferralParty.organisation_id) == actor.organisation_id,
        col(ReferralParty.scope) == Scope.ALL,
        ReferralParty.is_live(clock.now()),
    )
    return db.session().scalars(mine).all()


def _opened(shown: Iterable[ReferralParty]) -> set[Part]:
    return {Part(part) for party in shown for part in party.parts or {}}


def _without(row: ReferralSection, closed: set[Part]) -> ReferralSection:
    """Return a section without the answers of its `closed` parts, let go so that nobody saves it so."""
    db.session().expunge(row)
    shut = {asked.key for asked in section(row.section).questions if asked.part in closed}
    row.answers = {key: value for key, value in row.answers.items() if key not in shut}
    return row


def answers_of(sections: Iterable[ReferralSection]) -> dict[str, AnswerValue]:
    """Return the answers of all `sections` as one mapping, as the rules read them."""
    return {key: value for row in sections for key, value in row.answers.items()}
