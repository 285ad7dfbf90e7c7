"""How support ends: extended, closed, moved on to Pathway 3, and opened again. Each is a manager's, with its reason."""

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.cases import family_consent, owed_weeks, queries, review, summaries
from portal.cases.models import SummaryState, SupportCase
from portal.enquiries.call_backs import queries as call_backs
from portal.referrals import effects, endings, lifecycle, telling, timeline, trail
from portal.referrals.endings import Ending, Standing
from portal.referrals.models import Audience, Referral
from portal.referrals.rules import Event, State
from portal.timescales import service as timescales
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
    added = owed_weeks.add(case, range(case.weeks + 1, case.weeks + weeks + 1))
    case.weeks = referral.support_weeks = case.weeks + weeks
    owed_weeks.owe_updates(referral, case, added)
    timescales.cancel(owed_weeks.subject_of(case), "completion_summary", "The support was extended")
    owed_weeks.owe("completion_summary", referral, case, added[-1].due_at)
    effects.keep_next_due(referral)
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
