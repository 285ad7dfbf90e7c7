"""A family in its weeks of support: the case and everything that hangs on it, in the session that is open."""

import secrets
from datetime import timedelta

from sqlmodel import select

from portal import clock, db
from portal.cases.models import (
    AttendanceWeek,
    CaseContact,
    CaseGoal,
    CaseReview,
    CaseWeek,
    CompletionSummary,
    ContactKind,
    ContactResult,
    Engagement,
    GoalScore,
    SummaryState,
    SupportCase,
)
from portal.consent.models import ConsentEvent, Position
from portal.referrals import lifecycle
from portal.referrals.models import Referral
from portal.referrals.rules import Event
from portal.timescales import closures, policy
from portal.web.dates import today
from tests.factories import people

PRIVATE = "unshared"
"""Follows the mark in what KSAF keeps to itself, so that a search finds it on a partner's page."""


def begin(referral: Referral, manager: people.Person, practitioner: people.Person, mark: str) -> SupportCase:
    """Allocate an accepted `referral` from this week's Monday, with a first week posted and something of everything."""
    session, now, monday = db.session(), clock.now(), today() - timedelta(days=today().weekday())
    hangs = {"organisation_id": referral.organisation_id, "referral_id": referral.id}
    referral.case_manager_id, referral.case_manager_name = manager.user_id, manager.name
    referral.practitioner_id, referral.practitioner_name = practitioner.user_id, practitioner.name
    referral.support_starts_on, referral.support_weeks = monday, 5
    case = SupportCase(
        **hangs,
        case_manager_id=manager.user_id,
        case_manager_name=manager.name,
        practitioner_id=practitioner.user_id,
        practitioner_name=practitioner.name,
        allocated_at=now,
        allocated_by_name=manager.name,
        starts_on=monday,
        intervention="routines",
        intervention_why=f"Why {mark}{PRIVATE}",
        family_story=f"Story {mark}{PRIVATE}",
        plan={"family": f"Plan {mark}"},
        plan_updated_at=now,
    )
    session.add_all([case, *agreements(referral, manager)])
    lifecycle.move(manager.actor, referral, Event.ALLOCATE, "Allocated")
    session.flush()
    hangs["case_id"] = case.id
    opens = closures.calendar().closing_on(monday)
    weeks = [
        CaseWeek(
            **hangs,
            number=number,
            starts_on=monday + timedelta(weeks=number - 1),
            due_at=policy.load().due_at("weekly_update", opens, closures.calendar(), number),
        )
        for number in range(1, 6)
    ]
    weeks[0].engagement, weeks[0].posted_at, weeks[0].posted_by_name = Engagement.FULL, now, practitioner.name
    weeks[0].progress, weeks[0].internal_note = f"Progress {mark}", f"Internal {mark}{PRIVATE}"
    weeks[0].contacts, weeks[0].has_concern = 2, False
    weeks[1].draft, weeks[1].draft_version = {"progress": f"Draft {mark}{PRIVATE}"}, 1
    weeks[1].drafted_at, weeks[1].drafted_by_name = now, practitioner.name
    session.add_all(weeks)
    goal = CaseGoal(**hangs, key=secrets.token_urlsafe(12), words=f"Goal {mark}", baseline=3, added_at=now)
    session.add_all(
        [
            goal,
            CaseContact(
                **hangs,
                key=secrets.token_urlsafe(12),
                happened_at=now,
                kind=ContactKind.HOME_VISIT,
                result=ContactResult.ATTENDED,
                present=f"Present {mark}{PRIVATE}",
                observation=f"Observation {mark}{PRIVATE}",
                opinion=f"Opinion {mark}{PRIVATE}",
                child_voice=f"Voice {mark}{PRIVATE}",
                recorded_at=now,
                recorded_by_name=practitioner.name,
            ),
            CaseReview(**hangs, planned_for=now, minutes=60, place=f"Place {mark}", invited=["referrer"]),
            CompletionSummary(
                **hangs,
                content={"engagement": f"Summary {mark}{PRIVATE}"},
                family={"engagement": f"Summary for the family {mark}{PRIVATE}"},
                withheld=[],
                edited_at=now,
                edited_by_name=practitioner.name,
            ),
        ]
    )
    session.flush()
    hangs.pop("case_id")
    session.add(GoalScore(**hangs, goal_id=goal.id, week_number=1, score=4))
    session.add(
        AttendanceWeek(
            **hangs, week_starting=monday, possible=10, attended=7, given_by_name=practitioner.name, given_at=now
        )
    )
    session.flush()
    return case


def agreements(referral: Referral, recorder: people.Person) -> list[ConsentEvent]:
    """Entries of the ledger for a family that agrees to support and to updates."""
    return [
        ConsentEvent(
            organisation_id=referral.organisation_id,
            referral_id=referral.id,
            purpose=purpose,
            position=Position.GIVEN,
            to_whom="KSAF",
            recorded_by_id=recorder.user_id,
            recorded_at=clock.now(),
        )
        for purpose in ("ksaf_support", "updates_to_referrer")
    ]


def keys_of(case: SupportCase) -> tuple[str, str]:
    """The keys by which the case's goal and the entry of its contact log are addressed."""
    session = db.session()
    return (
        session.scalars(select(CaseGoal.key).where(CaseGoal.case_id == case.id)).one(),
        session.scalars(select(CaseContact.key).where(CaseContact.case_id == case.id)).one(),
    )


def sum_up(case: SupportCase, manager: people.Person, mark: str) -> None:
    """Authorise the summary of `case`, with a part withheld from the partner and a part that is KSAF's own; end it."""
    session = db.session()
    summary = session.scalars(select(CompletionSummary).where(CompletionSummary.case_id == case.id)).one()
    summary.content = {
        "engagement": f"Summary {mark}",
        "barriers": f"Barriers {mark}{PRIVATE}",
        "concerns": f"Concerns {mark}{PRIVATE}",
    }
    summary.family, summary.withheld = {"engagement": f"For the family {mark}"}, ["barriers"]
    summary.state = SummaryState.AUTHORISED
    summary.authorised_by_name, summary.authorised_at = manager.name, clock.now()
    case.ended_at = clock.now()
    session.flush()
