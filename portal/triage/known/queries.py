"""Finding whom KSAF may know already, whoever referred them. A partner never learns that another referral exists."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.organisations.models import Organisation
from portal.referrals import progress
from portal.referrals.form.sections import Answers, words
from portal.referrals.models import Referral
from portal.referrals.queries import within_need
from portal.referrals.rules import State, label_for
from portal.triage.known.rules import Child, Link, Match, judge, near_dates

# Far more than share a birthday, a home or a whole name, in a county's referrals of ten years.
_MOST_COMPARED = 2000


@dataclass(frozen=True)
class Known:
    """Another referral that may concern the same child or home."""

    child: str
    born: dt.date | None
    reference: str
    state: str
    organisation: str
    match: Match

    @property
    def is_same_child(self) -> bool:
        """Say whether it is likely to be about the same child."""
        return self.match.link is Link.SAME_CHILD


def likely(actor: Actor, referral: Referral, answers: Answers) -> list[Known]:
    """Return what KSAF may know about the child and home of `referral`, the same child first, then the newest.

    One query over indexed keys; the comparing is done here. A practitioner finds only families they work with.
    """
    if not actor.is_operator or db.session().info["tenant"] != actor.organisation_id:
        return []
    mine = _child(referral, words(answers, "child_known_as"))
    found = db.session().execute(
        select(Referral, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Referral.organisation_id))
        .where(
            or_(*_keys(referral)),
            col(Referral.id) != referral.id,
            col(Referral.state) != State.DISCARDED,
            *within_need(actor),
        )
        .order_by(col(Referral.id).desc())
        .limit(_MOST_COMPARED)
    )
    judged = [_known(actor, other, sender, judge(mine, _child(other))) for other, sender in found.all()]
    linked = [each for each in judged if each is not None]
    return sorted(linked, key=lambda each: not each.is_same_child)


def _keys(referral: Referral) -> list[ColumnElement[bool]]:
    """Return what a likely match shares: a home, a birthday give or take a slip, or the whole name either way round."""
    given, family = referral.child_given_key, referral.child_family_key
    keys: list[ColumnElement[bool]] = [
        and_(col(Referral.child_family_key) == family, col(Referral.child_given_key) == given),
        and_(col(Referral.child_family_key) == given, col(Referral.child_given_key) == family),
    ]
    if referral.household_key:
        keys.append(col(Referral.household_key) == referral.household_key)
    if referral.child_date_of_birth:
        keys.append(col(Referral.child_date_of_birth).in_(near_dates(referral.child_date_of_birth)))
    return keys


def _child(referral: Referral, known_as: str = "") -> Child:
    return Child(
        referral.child_given_name,
        referral.child_family_name,
        referral.child_date_of_birth,
        referral.household_key,
        known_as,
    )


def _known(actor: Actor, other: Referral, sender: str, match: Match | None) -> Known | None:
    if match is None:
        return None
    return Known(
        child=progress.child_in_full(other),
        born=other.child_date_of_birth,
        reference=other.reference,
        state=label_for(other.state, is_operator=actor.is_operator),
        organisation=sender,
        match=match,
    )
