"""The completion summary: drafted from what was recorded, edited, proposed, and authorised by another manager."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.cases import attendance, family_consent, owed_weeks, queries, summary_words
from portal.cases.family_consent import Agreed
from portal.cases.models import CompletionSummary, SummaryState, SupportCase
from portal.cases.queries import Supported
from portal.cases.summary_words import Recorded
from portal.notifications import service as notifications
from portal.referrals import effects, telling, timeline, trail
from portal.referrals.models import Audience, Referral
from portal.referrals.queries import get_own_referral
from portal.timescales import news
from portal.timescales import service as timescales
from portal.timescales.news import News
from portal.timescales.recipients import Member, staff_of
from portal.web.dates import ago
from portal.web.errors import SomeoneWasFirstError


class SummaryRefusedError(Exception):
    """A rule of the summary forbids the step; the message says which, to the person who tried."""


@dataclass(frozen=True)
class Texts:
    """What somebody typed: the partner's and the family's texts by heading, and the headings a partner may not see."""

    content: dict[str, str]
    family: dict[str, str]
    withheld: list[str]


@dataclass(frozen=True)
class Summarised:
    """The support as its reader opened it, and its summary as far as they may read it.

    `is_shown` says whether the family lets this reader see it; without it nothing of the summary has been loaded.
    """

    supported: Supported
    agreed: Agreed
    is_shown: bool
    summary: CompletionSummary | None


def of_case(actor: Actor, case: SupportCase) -> CompletionSummary | None:
    """Return the summary of a case that `actor` has loaded: for a partner, none until a manager has authorised it."""
    if db.session().info["tenant"] != actor.organisation_id:
        return None
    wanted = select(CompletionSummary).where(col(CompletionSummary.case_id) == case.id)
    if not actor.is_operator:
        wanted = wanted.where(col(CompletionSummary.state) == SummaryState.AUTHORISED)
    return db.session().scalars(wanted).first()


def open_summary(actor: Actor, reference: str) -> Summarised | None:
    """Return the support and its summary for reading; for a partner there is none until it is authorised.

    Nor is there one for who sent the referral while the family does not agree that they are told how it goes.
    """
    found = queries.open_support(actor, reference)
    if found is None:
        return None
    held = family_consent.agreed(actor, found.referral)
    shown = family_consent.shows_to(actor, found.referral, held)
    return Summarised(found, held, shown, of_case(actor, found.case) if shown else None)


def open_for_writing(actor: Actor, reference: str) -> Summarised | None:
    """Return as `open_summary` with the referral's lock, for its two sides; None for who looks on."""
    return open_summary(actor, reference) if get_own_referral(actor, reference) else None


def started(actor: Actor, case: SupportCase) -> Texts:
    """Return the first draft, from the updates, goals and attendance that were recorded."""
    recorded = Recorded(
        queries.weeks_of(actor, case), attendance.goal_lines(actor, case), attendance.given(actor, case)
    )
    return Texts(summary_words.draft(recorded), summary_words.draft_family(recorded), [])


def save(actor: Actor, found: Summarised, texts: Texts, version: int) -> CompletionSummary:
    """Keep `texts`, written on top of `version` (0 for the first), and return the summary.

    Raises SomeoneWasFirstError when it was changed since, or waits for a manager, or is authorised.
    """
    summary, case = found.summary, found.supported.case
    if summary is not None and (summary.version != version or summary.state is not SummaryState.DRAFT):
        raise SomeoneWasFirstError(_what_happened(summary))
    if summary is None:
        summary = CompletionSummary(
            organisation_id=case.organisation_id,
            referral_id=case.referral_id,
            case_id=case.id or 0,
            content={},
            family={},
            withheld=[],
            version=0,
            edited_at=clock.now(),
            edited_by_name=actor.name,
        )
    summary.content, summary.family, summary.withheld = texts.content, texts.family, texts.withheld
    summary.version += 1
    summary.edited_at, summary.edited_by_name = clock.now(), actor.name
    db.session().add(summary)
    db.session().flush()
    trail.record(actor, found.supported.referral, Action.SUMMARY_SAVED, version=summary.version)
    return summary


def propose(actor: Actor, found: Summarised, texts: Texts, version: int) -> CompletionSummary:
    """Save `texts` and put them before the managers, all but `actor`, who are told.

    Raises as `save`.
    """
    summary, referral = save(actor, found, texts, version), found.supported.referral
    summary.state, summary.comment = SummaryState.PROPOSED, None
    summary.proposed_by_id, summary.proposed_at = actor.user_id, clock.now()
    news.settle(News.SUMMARY_RETURNED, referral.reference, "The summary was sent to a manager")
    timeline.add(actor, referral, "summary", "Completion summary sent to a manager", audience=Audience.OPERATOR)
    trail.record(actor, referral, Action.SUMMARY_PROPOSED)
    managers = staff_of(actor.organisation_id).with_role(Role.MANAGER)
    _tell(actor, referral, News.SUMMARY_WAITING, [each for each in managers if each.user_id != actor.user_id])
    return summary


def authorise(actor: Actor, found: Summarised, read: str | None = None) -> CompletionSummary:
    """Authorise the proposed summary: the referrer may read it and is told, where the family agrees.

    `read` is the version that the manager has read, where a page carries it: no other is settled.
    Raises SomeoneWasFirstError when it is settled already, SummaryRefusedError for one's own proposal.
    """
    summary, referral = _require_proposed(actor, found, read), found.supported.referral
    summary.state = SummaryState.AUTHORISED
    summary.authorised_by_name, summary.authorised_at = actor.name, clock.now()
    title = "The completion summary is ready"
    timescales.meet(owed_weeks.subject_of(found.supported.case), "completion_summary", title)
    news.settle(News.SUMMARY_WAITING, referral.reference, title)
    timeline.add(actor, referral, "summary", title, audience=family_consent.audience_of(found.agreed))
    effects.keep_next_due(referral)
    trail.record(actor, referral, Action.SUMMARY_AUTHORISED)
    if found.agreed.to_updates:
        telling.referrer(referral, "cases/summary_ready")
    db.session().flush()
    return summary


def send_back(actor: Actor, found: Summarised, comment: str, read: str | None = None) -> CompletionSummary:
    """Return the proposed summary, with a comment, to whoever proposed it; they are told.

    Takes `read` and raises as `authorise`.
    """
    summary, referral = _require_proposed(actor, found, read), found.supported.referral
    summary.state, summary.comment = SummaryState.DRAFT, comment
    news.settle(News.SUMMARY_WAITING, referral.reference, "The summary was returned")
    timeline.add(actor, referral, "summary", "Completion summary returned", comment, audience=Audience.OPERATOR)
    trail.record(actor, referral, Action.SUMMARY_RETURNED)
    told = telling.proposer(referral, summary.proposed_by_id or 0, Permission.SUMMARY_WRITE)
    _tell(actor, referral, News.SUMMARY_RETURNED, told)
    db.session().flush()
    return summary


def may_settle(actor: Actor, summary: CompletionSummary) -> bool:
    """Say whether `actor` may authorise or return it: nobody settles their own proposal."""
    return summary.state is SummaryState.PROPOSED and summary.proposed_by_id != actor.user_id


def _require_proposed(actor: Actor, found: Summarised, read: str | None) -> CompletionSummary:
    summary = found.summary
    if summary is None or summary.state is not SummaryState.PROPOSED:
        raise SomeoneWasFirstError(
            _what_happened(summary) if summary else "There is no completion summary to authorise yet."
        )
    if read not in {None, str(summary.version)}:
        raise SomeoneWasFirstError(
            f"{summary.edited_by_name} changed this summary since you opened it, so nothing was settled."
        )
    if not may_settle(actor, summary):
        raise SummaryRefusedError("You proposed this summary, so another manager settles it.")
    return summary


def _what_happened(summary: CompletionSummary) -> str:
    if summary.state is SummaryState.AUTHORISED and summary.authorised_at:
        return f"{summary.authorised_by_name} authorised this summary {ago(clock.now(), summary.authorised_at)}."
    if summary.state is SummaryState.PROPOSED:
        return "This summary waits for a manager. It can be changed once it is returned."
    return f"{summary.edited_by_name} changed this summary {ago(clock.now(), summary.edited_at)}."


def _tell(actor: Actor, referral: Referral, about: News, people: list[Member]) -> None:
    """Prompt `people` at KSAF and mail them the template of the same name."""
    news.tell(about, referral.reference, people, organisation_id=actor.organisation_id)
    for member in people:
        notifications.queue(
            f"cases/{about}", member.email, organisation_id=actor.organisation_id, reference=referral.reference
        )
