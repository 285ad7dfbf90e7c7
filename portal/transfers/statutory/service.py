"""The verbs of a statutory referral, each in the open transaction; on which basis it was made is kept with it."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.referrals import timeline, trail
from portal.referrals.models import Audience, Referral
from portal.safeguarding import telling as concerns
from portal.timescales import service as timescales
from portal.timescales.service import Subject
from portal.transfers.statutory import rules
from portal.transfers.statutory.models import SUBJECT, Basis, StatutoryReferral, Way
from portal.web.dates import short_datetime
from portal.web.errors import SomeoneWasFirstError

KIND = "statutory"


@dataclass(frozen=True)
class Door:
    """The service that was told: its key among the contacts, its name, whether it takes allegations about staff."""

    key: str
    name: str
    is_about_staff: bool = False


@dataclass(frozen=True)
class WithoutConsent:
    """What is recorded where nobody agreed: why it could not wait, who authorised it, whether the family knows."""

    reason: str
    authorised_by: str
    is_family_told: bool
    not_told_why: str


@dataclass(frozen=True)
class Told:
    """What KSAF told a front door, how, when and on which basis; `without` where the family did not agree."""

    door: Door
    way: Way
    made_at: datetime
    spoke_to: str
    words: str
    basis_why: str
    without: WithoutConsent | None = None


def log(actor: Actor, referral: Referral, told: Told) -> StatutoryReferral:
    """Record a referral to a statutory service and start its deadlines from when it was made; return it."""
    without = told.without
    made = StatutoryReferral(
        key=secrets.token_urlsafe(18),
        organisation_id=actor.organisation_id,
        owner_organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        door=told.door.key,
        to_name=told.door.name,
        is_about_staff=told.door.is_about_staff,
        way=told.way,
        made_at=told.made_at,
        spoke_to=told.spoke_to or None,
        told=told.words,
        basis=Basis.PROTECTION if without else Basis.AGREEMENT,
        basis_why=told.basis_why,
        reason=without.reason if without else None,
        authorised_by=without.authorised_by if without else None,
        is_family_told=without.is_family_told if without else None,
        not_told_why=(without.not_told_why or None) if without else None,
        made_by_id=actor.user_id,
        made_by_name=actor.name,
    )
    db.session().add(made)
    db.session().flush()
    for kind in rules.starts(told.way):
        _owe(actor, referral, made, kind)
    _note(actor, referral, made, "KSAF made a statutory referral", Action.STATUTORY_LOGGED)
    concerns.cpoms_owed(actor.organisation_id)
    return made


def confirm(actor: Actor, referral: Referral, made: StatutoryReferral) -> None:
    """Record that what was phoned has been confirmed in writing.

    Raises SomeoneWasFirstError when that is recorded already.
    """
    _require_new(made.confirmed_at, made.confirmed_by_name)
    made.confirmed_at, made.confirmed_by_name = clock.now(), actor.name
    said = "Statutory referral confirmed in writing"
    timescales.meet(subject_of(made), rules.CONFIRM, said)
    _note(actor, referral, made, said, Action.STATUTORY_CONFIRMED)


def acknowledge(actor: Actor, referral: Referral, made: StatutoryReferral, their_reference: str) -> None:
    """Record that the service has acknowledged, with `their_reference` where it gave one.

    Raises SomeoneWasFirstError when that is recorded already.
    """
    _require_new(made.acknowledged_at, made.acknowledged_by_name)
    made.acknowledged_at, made.acknowledged_by_name = clock.now(), actor.name
    made.their_reference = their_reference or None
    said = "Statutory referral acknowledged"
    timescales.meet(subject_of(made), rules.ACKNOWLEDGE, said)
    timescales.cancel(subject_of(made), rules.MANAGER, said)
    _note(actor, referral, made, said, Action.STATUTORY_ACKNOWLEDGED)


def chase(actor: Actor, referral: Referral, made: StatutoryReferral, reached: str, *, is_manager: bool) -> None:
    """Record that KSAF asked after it and whom it `reached`; `is_manager` meets what is owed after three working days.

    Raises SomeoneWasFirstError when the outcome is there already.
    """
    _require_new(made.outcome_at, made.outcome_by_name)
    said = "KSAF asked after a statutory referral"
    line = f"{short_datetime(clock.now())}, {actor.name}: {reached}"
    made.asked_after = f"{made.asked_after}\n\n{line}" if made.asked_after else line
    if is_manager:
        timescales.meet(subject_of(made), rules.MANAGER, said)
    _note(actor, referral, made, said, Action.STATUTORY_CHASED)


def record_outcome(actor: Actor, referral: Referral, made: StatutoryReferral, outcome: str) -> None:
    """Record the outcome the service gave in writing; with it, the referral has evidently arrived.

    Raises SomeoneWasFirstError when that is recorded already.
    """
    _require_new(made.outcome_at, made.outcome_by_name)
    made.outcome, made.outcome_at, made.outcome_by_name = outcome, clock.now(), actor.name
    said = "Outcome of a statutory referral received"
    timescales.meet(subject_of(made), rules.OUTCOME, said)
    for kind in (rules.ACKNOWLEDGE, rules.MANAGER):
        timescales.cancel(subject_of(made), kind, said)
    _note(actor, referral, made, said, Action.STATUTORY_OUTCOME)


def subject_of(made: StatutoryReferral) -> Subject:
    """Return what its deadlines are about."""
    return Subject(SUBJECT, made.id or 0)


def _owe(actor: Actor, referral: Referral, made: StatutoryReferral, kind: str) -> None:
    """Start a deadline between KSAF and itself: whoever referred the family is not told that there is one."""
    ksaf = actor.organisation_id
    timescales.start(
        kind,
        subject_of(made),
        referral.reference,
        owed_by_id=ksaf,
        owed_to_id=ksaf,
        person_id=actor.user_id,
        since=made.made_at,
    )


def _note(actor: Actor, referral: Referral, made: StatutoryReferral, said: str, action: Action) -> None:
    """Put it on KSAF's own timeline, without the service's name: an allegation is read by fewer than that is."""
    timeline.add(actor, referral, KIND, said, audience=Audience.OPERATOR)
    trail.record(actor, referral, action, key=made.key)


def _require_new(at: datetime | None, by: str | None) -> None:
    if at is not None:
        raise SomeoneWasFirstError(f"{by} recorded this on {short_datetime(at)}.")
