"""The weeks of a family's support as rows, and what KSAF owes in them: when it begins and when it is extended."""

from collections.abc import Iterable
from datetime import datetime

from portal import db
from portal.cases import rules
from portal.cases.models import CaseWeek, SupportCase
from portal.referrals import lifecycle, sender
from portal.referrals.models import Referral
from portal.timescales import closures, in_force
from portal.timescales import service as timescales
from portal.timescales.service import Subject


def subject_of(case: SupportCase) -> Subject:
    """Return what the deadlines of the whole support are about."""
    return Subject("support_case", case.id or 0)


def add(case: SupportCase, numbers: range) -> list[CaseWeek]:
    """Add the weeks of `case` with these `numbers`, counted from 1, and return them."""
    calendar, opens = closures.calendar(), opening(case)
    mondays = rules.week_starts(case.starts_on, numbers.stop - 1)
    added = [
        CaseWeek(
            organisation_id=case.organisation_id,
            referral_id=case.referral_id,
            case_id=case.id or 0,
            number=number,
            starts_on=mondays[number - 1],
            due_at=in_force.rules().due_at("weekly_update", opens, calendar, number),
        )
        for number in numbers
    ]
    db.session().add_all(added)
    db.session().flush()
    return added


def owe_updates(referral: Referral, case: SupportCase, weeks: Iterable[CaseWeek]) -> None:
    """Start the deadline of each week's update, on the practitioner."""
    for week in weeks:
        timescales.start(
            "weekly_update",
            Subject("case_week", week.id or 0),
            referral.reference,
            owed_by_id=lifecycle.operator_id(),
            owed_to_id=sender.side(referral),
            person_id=case.practitioner_id,
            since=opening(case),
            week=week.number,
        )


def owe(kind: str, referral: Referral, case: SupportCase, since: datetime) -> None:
    """Start a deadline of the whole support, on the case manager: `kind` of policy.toml, its time running from `since`.

    What is running of that kind must have ended before.
    """
    timescales.start(
        kind,
        subject_of(case),
        referral.reference,
        owed_by_id=lifecycle.operator_id(),
        owed_to_id=sender.side(referral),
        person_id=case.case_manager_id,
        since=since,
    )


def opening(case: SupportCase) -> datetime:
    """Return when KSAF opens on the day on which support begins: what is owed in its weeks is counted from then."""
    return closures.calendar().opening_on(case.starts_on)
