"""The Family Support Plan: one page of what the family wants, who does what, and when it is looked at again.

Why the intervention was chosen and the family's story are KSAF's own: a partner's plan never holds them.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.cases import family_consent, goals, menu, need_to_know, queries
from portal.cases.family_consent import Agreed
from portal.cases.goals import Goal
from portal.cases.models import CaseReview, CaseWeek, SupportCase
from portal.cases.queries import Supported
from portal.referrals import telling, timeline, trail
from portal.web.dates import ago
from portal.web.errors import SomeoneWasFirstError

REVIEW_WEEK = 4
"""The plan is reviewed with the family and professionals by the end of week 4: KSAF prospectus, Pathway 2."""


@dataclass(frozen=True)
class Part:
    """One part of the plan: its title, and what helps to write it."""

    key: str
    title: str
    hint: str


PARTS = (
    Part("strengths", "What is going well", "What the family and the child do that helps already."),
    Part("family", "What the family will do", "One or two things, in their words."),
    Part("ksaf", "What KSAF will do", "Who, what, and how often."),
    Part("others", "What school and others will do", "Name who does it, as they have agreed to."),
)


@dataclass(frozen=True)
class Texts:
    """What the page of the plan holds by part, with KSAF's own: the choice of intervention, why, the family's story."""

    parts: dict[str, str]
    intervention: str
    why: str
    story: str


@dataclass(frozen=True)
class Own:
    """What KSAF alone reads beside the plan."""

    why: str
    story: str
    consent_note: str
    ended_goals: list[Goal]


@dataclass(frozen=True)
class Review:
    """When the plan is looked at again: by the end of week 4, at the time that was planned, and when it was held."""

    by: datetime
    planned_for: datetime | None
    held_at: datetime | None


@dataclass(frozen=True)
class Plan:
    """The plan as its reader may see it: `own` is None for everybody but KSAF.

    `is_shown` says whether the family lets this reader see it; without it nothing of the plan has been loaded.
    """

    supported: Supported
    agreed: Agreed
    is_shown: bool
    written_at: datetime | None = None
    intervention: str = ""
    goals: list[Goal] = field(default_factory=list[Goal])
    parts: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    withheld: str = ""
    """What stands in the place of parts that are closed to the reader; empty where there are none."""
    review: Review | None = None
    own: Own | None = None

    @property
    def is_begun(self) -> bool:
        """Say whether there is anything to read yet."""
        return bool(self.intervention or self.goals or self.parts or self.withheld)


def open_plan(actor: Actor, reference: str) -> Plan | None:
    """Return the plan of the newest support of `reference`, as far as `actor` may read it; None before allocation."""
    found = queries.open_support(actor, reference)
    return read(actor, found) if found else None


def read(actor: Actor, found: Supported) -> Plan:
    """Return the plan of a support that `actor` has loaded."""
    case, held = found.case, family_consent.agreed(actor, found.referral)
    if not family_consent.shows_to(actor, found.referral, held):
        return Plan(found, held, is_shown=False)
    closed = need_to_know.closed_to(actor, found.referral)
    shut = {key for key, part in need_to_know.PLAN.items() if part in closed}
    saved, all_goals = case.plan or {}, goals.of_case(actor, case)
    texts = {key: text for key, text in saved.items() if key not in shut}
    there = {*(key for key, text in saved.items() if text), *({"intervention"} if case.intervention else ())}
    return Plan(
        found,
        held,
        is_shown=True,
        written_at=case.plan_updated_at,
        intervention="" if "intervention" in shut else menu.name_of(case.intervention),
        withheld=need_to_know.WITHHELD if shut & there else "",
        goals=goals.running(all_goals),
        parts=[(part.title, texts[part.key]) for part in PARTS if texts.get(part.key)],
        review=_review(actor, case),
        own=_own(case, all_goals) if actor.is_operator else None,
    )


def _own(case: SupportCase, all_goals: list[Goal]) -> Own:
    return Own(
        why=case.intervention_why or "",
        story=case.family_story or "",
        consent_note=case.consent_note or "",
        ended_goals=[each for each in all_goals if each.row.dropped_at is not None],
    )


def _review(actor: Actor, case: SupportCase) -> Review | None:
    """Return when the plan is looked at again: one query."""
    if db.session().info["tenant"] != actor.organisation_id:
        return None
    planned = (
        select(CaseWeek.due_at, CaseReview.planned_for, CaseReview.held_at)
        .outerjoin(CaseReview, col(CaseReview.case_id) == col(CaseWeek.case_id))
        .where(col(CaseWeek.case_id) == case.id, col(CaseWeek.number) == REVIEW_WEEK)
    )
    row = db.session().execute(planned).first()
    return Review(*row) if row else None


def texts_of(case: SupportCase) -> Texts:
    """Return what is saved now."""
    saved = case.plan or {}
    return Texts(
        {part.key: saved.get(part.key, "") for part in PARTS},
        case.intervention or "",
        case.intervention_why or "",
        case.family_story or "",
    )


def version_of(case: SupportCase) -> str:
    """Return what tells two tabs apart: when the plan was last saved; empty before that."""
    return case.plan_updated_at.isoformat() if case.plan_updated_at else ""


def save(actor: Actor, found: Supported, texts: Texts, version: str) -> None:
    """Keep the plan, written on top of `version`. The first time whoever sent the referral is told, if they may be.

    Raises SomeoneWasFirstError when it was saved since, and what `family_consent.require` raises.
    """
    case, referral = found.case, found.referral
    held = family_consent.require(actor, referral, case)
    if version != version_of(case):
        raise SomeoneWasFirstError(f"The plan was saved by somebody else {_saved_ago(case)}.")
    is_first = case.plan_updated_at is None
    case.plan = {key: text for key, text in texts.parts.items() if text}
    case.intervention, case.intervention_why, case.family_story = texts.intervention, texts.why, texts.story or None
    case.plan_updated_at = clock.now()
    title = "The Family Support Plan is ready" if is_first else "The Family Support Plan was changed"
    timeline.add(actor, referral, "plan", title, audience=family_consent.audience_of(held))
    trail.record(actor, referral, Action.PLAN_SAVED)
    if is_first and held.to_updates:
        telling.referrer(referral, "cases/plan_ready")


def _saved_ago(case: SupportCase) -> str:
    return ago(clock.now(), case.plan_updated_at) if case.plan_updated_at else "just now"
