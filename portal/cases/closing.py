"""How support ends: extended, closed, moved on to Pathway 3, and opened again. Each is a manager's, with its reason."""

from datetime import timedelta

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.cases import family_consent, queries, review, summaries
from portal.cases.models import CaseWeek, SummaryState, SupportCase
from portal.enquiries.call_backs import queries as call_backs
from portal.referrals import effects, endings, lifecycle, telling, timeline, trail
from portal.referrals.endings import Ending, Standing
from portal.referrals.models import Audience, Referral
from portal.referrals.rules import Event, State
from portal.timescales import closures, policy
from portal.timescales import service as timescales
from portal.timescales.service import Subject
from portal.transfers import service as transfers
from portal.transfers.statutory import queries as statutory
from portal.web.dates import count_of, long_date
from portal.web.errors import SomeoneWasFirstError


class EndingRefusedError(Exception):
    """A rule of endings forbids the step; the message says which, to the person who tried."""


def standing(actor: Actor, referral: Referral) -> Standing:
    """Return what closing `referral` depends on."""
    case = queries.newest_case(actor, referral) if referral.state is State.IN_SUPPORT else None
    summary = summaries.of_case(actor, case) if case else None
    return Standing(
        state=referral.state,
        pathway=referral.pathway,
        open_transfers=referral.open_transfers,
        accepted_transfers=referral.accepted_transfers,
        is_overridden=referral.acceptance_overridden_at is not None,
        has_unsettled_statutory=statutory.has_unsettled(actor, referral),
        is_summary_authorised=summary is not None and summary.state is SummaryState.AUTHORISED,
        is_advice_owed=referral.state is State.ADVICE and call_backs.is_advice_owed(actor, referral),
    )


def close(actor: Actor, referral: Referral, ending: Ending, rationale: str, told: str) -> None:
    """Close `referral` with `ending`: KSAF's own `rationale`, and `told`, which the referrer reads and is mailed about.

    Raises EndingRefusedError where a rule forbids it, SomeoneWasFirstError when it has moved on.
    """
    if referral.state in endings.OFFERED and (why := endings.why_not(ending, standing(actor, referral))):
        raise EndingRefusedError(why)
    referral.closing_outcome, referral.closing_rationale = ending.value, rationale
    lifecycle.move(actor, referral, Event.CLOSE, "KSAF closed the referral", told)
    # After a manager's override a service may still be asked: nobody is left to answer it.
    transfers.withdraw_all(actor, referral, "KSAF closed the referral")
    _end_case(actor, referral)
    trail.record(actor, referral, Action.REFERRAL_CLOSED, outcome=ending.value)
    telling.referrer(referral, "cases/closed")


def move_on(actor: Actor, referral: Referral, why: str) -> None:
    """Move the family on to Pathway 3, for `why`, KSAF's own; the support ends and the onward referral begins.

    Raises SomeoneWasFirstError when the referral has moved on already.
    """
    lifecycle.move(
        actor,
        referral,
        Event.MOVE_ON,
        "KSAF is moving the family to another service",
        "KSAF stays with the family until the next service has confirmed that it accepts them.",
    )
    timeline.add(actor, referral, "note", "Why the family moves on", why, audience=Audience.OPERATOR)
    referral.pathway = endings.PATHWAY_3
    _end_case(actor, referral)
    telling.referrer(referral, "cases/moved_on")


def reopen(actor: Actor, referral: Referral, why: str) -> None:
    """Open an ended referral again for `why`, which the referrer reads; it is decided afresh.

    Raises SomeoneWasFirstError when it is open already.
    """
    lifecycle.move(actor, referral, Event.REOPEN, "KSAF opened the referral again", why)
    telling.referrer(referral, "cases/reopened")


def extend(actor: Actor, referral: Referral, weeks: int, why: str) -> None:
    """Add `weeks` (1 or 2) to the support, once, for `why`, KSAF's own; its updates and the summary fall due later.

    Raises EndingRefusedError without open support, SomeoneWasFirstError when it has been extended already, and
    NoConsentError when the family does not agree to go on.
    """
    case = queries.newest_case(actor, referral)
    if case is None or case.ended_at is not None or referral.state is not State.IN_SUPPORT:
        raise EndingRefusedError("There is no support to extend now.")
    if case.extended_at is not None:
        raise SomeoneWasFirstError(f"{case.extended_by_name} has extended this support already. It can be done once.")
    family_consent.require_agreement(actor, referral)
    case.extended_at, case.extended_by_name, case.extended_why = clock.now(), actor.name, why
    added = _add_weeks(case, weeks)
    case.weeks = referral.support_weeks = case.weeks + weeks
    _owe(referral, case, added)
    last = long_date(added[-1].due_at)
    timeline.add(actor, referral, "extended", f"Support goes on for {count_of(weeks, 'more week')}, until {last}")
    trail.record(actor, referral, Action.SUPPORT_EXTENDED, weeks=weeks)
    telling.referrer(referral, "cases/extended")


def may_extend(referral: Referral, case: SupportCase | None) -> bool:
    """Say whether the support can still be extended: while it runs, and once."""
    return (
        referral.state is State.IN_SUPPORT and case is not None and case.ended_at is None and case.extended_at is None
    )


def _end_case(actor: Actor, referral: Referral) -> None:
    case = queries.newest_case(actor, referral)
    if case is not None and case.ended_at is None:
        review.call_off(actor, referral, case)
        case.ended_at = clock.now()
    db.session().flush()


def _add_weeks(case: SupportCase, count: int) -> list[CaseWeek]:
    calendar = closures.calendar()
    opens = calendar.opening_on(case.starts_on)
    added = [
        CaseWeek(
            organisation_id=case.organisation_id,
            referral_id=case.referral_id,
            case_id=case.id or 0,
            number=number,
            starts_on=case.starts_on + timedelta(weeks=number - 1),
            due_at=policy.load().due_at("weekly_update", opens, calendar, number),
        )
        for number in range(case.weeks + 1, case.weeks + count + 1)
    ]
    db.session().add_all(added)
    db.session().flush()
    return added


def _owe(referral: Referral, case: SupportCase, added: list[CaseWeek]) -> None:
    """Start what is owed in the weeks `added`, and let the summary fall due after the last of them."""
    sides = {"owed_by_id": lifecycle.operator_id(), "owed_to_id": referral.organisation_id}
    opens = closures.calendar().opening_on(case.starts_on)
    for week in added:
        timescales.start(
            "weekly_update",
            Subject("case_week", week.id or 0),
            referral.reference,
            **sides,
            person_id=case.practitioner_id,
            since=opens,
            week=week.number,
        )
    subject = summaries.subject_of(case)
    timescales.cancel(subject, "completion_summary", "The support was extended")
    timescales.start(
        "completion_summary",
        subject,
        referral.reference,
        **sides,
        person_id=case.case_manager_id,
        since=added[-1].due_at,
    )
    effects.keep_next_due(referral)
