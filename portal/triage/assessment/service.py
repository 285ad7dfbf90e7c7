"""Saving an assessment: a new version each time, if nobody else has saved one since."""

from dataclasses import dataclass

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.referrals import trail
from portal.referrals.models import Referral
from portal.referrals.rules import said_now
from portal.triage.assessment import queries, rules
from portal.triage.assessment.models import Assessment
from portal.web.errors import SomeoneWasFirstError


@dataclass(frozen=True)
class Found:
    """What somebody found: text by aspect, the level of need (None: not settled yet), the signs' keys, and why."""

    findings: dict[str, str]
    level: int | None
    signs: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Overtaken:
    """Nothing was saved: somebody has saved `current` since the version that was seen."""

    current: Assessment


def save(actor: Actor, referral: Referral, found: Found, seen_version: int) -> Assessment | Overtaken:
    """Keep `found`, finished or not, as the newest version, if none was saved since `seen_version` (0: there was none).

    What is kept already makes no new version. Raises SomeoneWasFirstError once a decision is with a manager or made.
    """
    if referral.state not in rules.WRITABLE:
        raise SomeoneWasFirstError(said_now(referral.state, is_operator=actor.is_operator))
    newest = queries.newest(actor, referral)
    if newest is not None and _same(newest, found):
        return newest
    if newest is not None and newest.version != seen_version:
        return Overtaken(newest)
    made = Assessment(
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        version=newest.version + 1 if newest else 1,
        findings=dict(found.findings),
        level=found.level,
        signs={"seen": list(found.signs)},
        why=found.why,
        saved_by_id=actor.user_id,
        saved_by_name=actor.name,
        saved_at=clock.now(),
    )
    db.session().add(made)
    db.session().flush()
    trail.record(actor, referral, Action.ASSESSMENT_SAVED, version=made.version)
    return made


def _same(kept: Assessment, found: Found) -> bool:
    same_level = (kept.level, kept.why) == (found.level, found.why)
    return same_level and kept.findings == found.findings and kept.signs == {"seen": list(found.signs)}
