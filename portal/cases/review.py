"""The review of week 4: planned with the people who know the family, moved or called off, and what it changed.

Whoever is invited (`guests`) gets a mail with a calendar file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor, Author
from portal.audit.actions import Action
from portal.cases import family_consent, guests, owed_weeks, queries
from portal.cases.family_consent import ENDED, Agreed
from portal.cases.models import CaseReview, SupportCase
from portal.cases.queries import Supported
from portal.referrals import effects, telling, timeline, trail
from portal.referrals.models import Referral
from portal.timescales import service as timescales
from portal.web.dates import LONDON, long_datetime
from portal.web.errors import SomeoneWasFirstError

_NOON = time(12)  # a review is recorded by its day; its hour was planned


@dataclass(frozen=True)
class Plans:
    """When, for how many minutes and where the review is to be, and the keys of who is invited."""

    starts_at: datetime
    minutes: int
    place: str
    invited: list[str]


@dataclass(frozen=True)
class Held:
    """What a review came to: `present` is KSAF's own, the rest is for everybody who may read the plan."""

    on: date
    present: str
    changed: str
    recommendation: str


@dataclass(frozen=True)
class Own:
    """What KSAF alone reads of a review: the keys of who is invited, who attended and who recorded it."""

    invited: list[str]
    present: str
    recorded_by: str


@dataclass(frozen=True)
class Reviewed:
    """The review as its reader may see it: `own` is None for everybody but KSAF, `place` empty where it is not theirs.

    `is_shown` says whether the family lets this reader see it; without it nothing of the review has been loaded.
    """

    supported: Supported
    agreed: Agreed
    is_shown: bool
    planned_for: datetime | None = None
    minutes: int | None = None
    place: str = ""
    held_at: datetime | None = None
    changed: str = ""
    recommendation: str = ""
    own: Own | None = None


def open_review(actor: Actor, reference: str) -> Reviewed | None:
    """Return the review of the newest support of `reference`, as far as `actor` may read it; None before allocation."""
    found = queries.open_support(actor, reference)
    if found is None:
        return None
    held = family_consent.agreed(actor, found.referral)
    shown = family_consent.shows_to(actor, found.referral, held)
    row = of_case(actor, found.case) if shown else None
    if row is None:
        return Reviewed(found, held, shown)
    own = Own(row.invited or [], row.present or "", row.recorded_by_name or "") if actor.is_operator else None
    return Reviewed(
        found,
        held,
        shown,
        planned_for=row.planned_for,
        minutes=row.minutes,
        place=guests.place_for(actor, found.referral, row),
        held_at=row.held_at,
        changed=row.changed or "",
        recommendation=row.recommendation or "",
        own=own,
    )


def of_case(actor: Author, case: SupportCase) -> CaseReview | None:
    """Return the review of a case that `actor` has loaded, planned or held; None before it was planned."""
    if db.session().info["tenant"] != actor.organisation_id:
        return None
    return db.session().scalars(select(CaseReview).where(col(CaseReview.case_id) == case.id)).first()


def version_of(row: CaseReview | None) -> str:
    """Return what tells two tabs apart; empty before the review was planned."""
    return str(row.sequence) if row else ""


def plan(actor: Actor, found: Supported, plans: Plans, version: str) -> None:
    """Plan the review, or move it, on top of `version`; whoever is invited, still invited or no longer, is mailed.

    Raises SomeoneWasFirstError when it was changed since, held or the support has ended, and NoConsentError.
    """
    case, referral = found.case, found.referral
    held = family_consent.require(actor, referral, case)
    row = of_case(actor, case)
    _require(row, version)
    invited = [key for key in guests.can_be_invited(actor, found, held) if key in plans.invited]
    before = row.planned_for if row else None
    if row is None:
        row = CaseReview(organisation_id=case.organisation_id, referral_id=case.referral_id, case_id=case.id or 0)
    else:
        row.sequence += 1
        _uninvite(referral, case, row, [key for key in row.invited or () if key not in invited])
    known = set(row.invited or ()) if before else set[str]()
    is_moved = (row.planned_for, row.minutes, row.place) != (plans.starts_at, plans.minutes, plans.place)
    row.planned_for, row.minutes, row.place, row.invited = plans.starts_at, plans.minutes, plans.place, invited
    db.session().add(row)
    guests.mail("cases/review_invitation", referral, case, row, [key for key in invited if key not in known])
    if is_moved:
        guests.mail("cases/review_moved", referral, case, row, [key for key in invited if key in known])
    if is_moved:
        title = "The week 4 review was moved" if before else "The week 4 review is planned"
        body = f"{long_datetime(plans.starts_at)}. Where it is stands under Support, Review, for those invited."
        timeline.add(actor, referral, "review", title, body, audience=family_consent.audience_of(held))
    trail.record(actor, referral, Action.REVIEW_PLANNED, sequence=row.sequence)


def cancel(actor: Actor, found: Supported) -> None:
    """Call the planned review off and tell whoever was invited. Its deadline runs on: a review is still owed.

    Raises SomeoneWasFirstError when none is planned now.
    """
    row = of_case(actor, found.case)
    if row is None or row.planned_for is None or row.held_at is not None:
        raise SomeoneWasFirstError("No review is planned now.")
    held = family_consent.agreed(actor, found.referral)
    call_off(actor, found.referral, found.case)
    audience = family_consent.audience_of(held)
    timeline.add(actor, found.referral, "review", "The week 4 review was called off", audience=audience)
    trail.record(actor, found.referral, Action.REVIEW_CANCELLED, sequence=row.sequence)


def call_off(actor: Author, referral: Referral, case: SupportCase) -> None:
    """Take a review that is still to come out of everybody's calendar; nothing where there is none."""
    row = of_case(actor, case)
    if row is None or row.planned_for is None or row.held_at is not None:
        return
    row.sequence += 1
    _uninvite(referral, case, row, row.invited or ())
    row.planned_for = None


def follow_consent(actor: Author, referral: Referral, case: SupportCase) -> None:
    """Let a review that is still to come follow what the family has just said: without its agreement it is called off.

    Where it no longer agrees that the referrer is told how it goes, the referrer is no longer invited.
    """
    held, row = family_consent.agreed(actor, referral), of_case(actor, case)
    if not held.to_support:
        call_off(actor, referral, case)
    elif row and row.held_at is None and guests.REFERRER in (row.invited or ()) and not held.to_updates:
        row.sequence += 1
        _uninvite(referral, case, row, [guests.REFERRER])
        row.invited = [key for key in row.invited or () if key != guests.REFERRER]


def hold(actor: Actor, found: Supported, what: Held) -> None:
    """Record the review that was held: its deadline is met, and the referrer is told where the family agrees.

    Raises SomeoneWasFirstError when it is recorded already, or the support has ended.
    """
    case, referral = found.case, found.referral
    if case.ended_at is not None:
        raise SomeoneWasFirstError(ENDED)
    row = of_case(actor, case) or CaseReview(
        organisation_id=case.organisation_id, referral_id=case.referral_id, case_id=case.id or 0
    )
    _require_not_held(row)
    held = family_consent.agreed(actor, referral)
    row.held_at, row.present = datetime.combine(what.on, _NOON, LONDON), what.present
    row.changed, row.recommendation, row.recorded_by_name = what.changed, what.recommendation, actor.name
    db.session().add(row)
    title = "The week 4 review was held"
    timescales.meet(owed_weeks.subject_of(case), "week_4_review", title)
    effects.keep_next_due(referral)
    timeline.add(actor, referral, "review", title, audience=family_consent.audience_of(held))
    trail.record(actor, referral, Action.REVIEW_HELD)
    if held.to_updates:
        telling.referrer(referral, "cases/review_held")


def _require(row: CaseReview | None, version: str) -> None:
    if row is not None:
        _require_not_held(row)
    if version != version_of(row):
        raise SomeoneWasFirstError("Somebody else has changed the review since you opened it.")


def _require_not_held(row: CaseReview) -> None:
    if row.held_at is not None:
        raise SomeoneWasFirstError(f"{row.recorded_by_name} has recorded the review already.")


def _uninvite(referral: Referral, case: SupportCase, row: CaseReview, keys: Iterable[str]) -> None:
    if row.planned_for is not None and row.planned_for > clock.now():
        guests.mail("cases/review_cancelled", referral, case, row, keys, is_cancelled=True)
