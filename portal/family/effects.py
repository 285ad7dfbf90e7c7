"""What follows at once from a family's answer: what rested on its agreement ends, and whoever must know is told.

The record itself stays: DOMAIN, withdrawing consent never erases a safeguarding record. What rests on another ground
than consent goes on.
"""

from collections.abc import Collection, Mapping

from portal.access.actor import Author
from portal.access.roles import Role
from portal.cases import queries as cases
from portal.cases import review
from portal.cases.family_consent import SUPPORT, UPDATES
from portal.consent.queries import LedgerLine
from portal.consent.statements import VIEW
from portal.organisations.queries import named
from portal.referrals import lifecycle, telling, timeline
from portal.referrals.models import Referral
from portal.referrals.sharing import service as sharing
from portal.referrals.sharing.rules import ONE
from portal.referrals.sharing.rules import PURPOSE as OTHERS
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.transfers import service as transfers

Standing = Mapping[str, LedgerLine]
_NOT_SHARED = "The family no longer agrees that KSAF shares with others."
_NOT_WITH_ONE = "The family no longer agrees that KSAF shares with this organisation."
_NOT_TOLD = "The family no longer agrees that the referrer is told how it goes."


def follow(by: Author, referral: Referral, said: Collection[str], before: Standing, after: Standing) -> None:
    """Do what follows from an answer about the purposes `said`: where consent stood `before`, and stands `after`."""
    ended = {each for each in said if _permits(before, each) and not _permits(after, each)}
    if OTHERS in ended:
        sharing.end_consented(by, referral)
        transfers.withdraw_all(by, referral, _NOT_SHARED)
    if OTHERS in said:
        transfers.follow_consent(by, referral, is_agreed=_permits(after, OTHERS), why=_NOT_SHARED)
    stopped = [each for each in said if each.startswith(ONE) and not _permits(after, each)]
    for each in stopped:
        _stop_with(by, referral, each.removeprefix(ONE))
    if UPDATES in ended:
        news.settle(News.UPDATE_POSTED, referral.reference, _NOT_TOLD, organisation_id=referral.organisation_id)
    _follow_support(by, referral, said, after)
    if ended or stopped or _is_narrower(said, before, after):
        telling.prompt_operator(referral, News.CONSENT_ENDED)
        telling.operator(referral, "family/changed")


def _stop_with(by: Author, referral: Referral, key: str) -> None:
    """End what one organisation sees and was offered by consent."""
    organisation = named(key)
    if organisation is not None:
        sharing.end_consented_with(by, referral, key)
        transfers.withdraw_all(by, referral, _NOT_WITH_ONE, organisation.id)


def _follow_support(by: Author, referral: Referral, said: Collection[str], after: Standing) -> None:
    """Let support in progress follow: its review, and those at KSAF who may end it."""
    case = cases.newest_case(by, referral)
    if case is None or case.ended_at is not None:
        return
    review.follow_consent(by, referral, case)
    if _permits(after, SUPPORT):
        news.settle(News.CONSENT_REFUSED, referral.reference, "The family agrees to support")
    elif SUPPORT in said:
        timeline.add(
            by,
            referral,
            "consent",
            "The family does not agree to go on with support",
            "Support is voluntary, so KSAF does not go on with it. KSAF tells you how the referral ends and what the"
            " family can do instead.",
        )
        operator_id = lifecycle.operator_id()
        managers = staff_of(operator_id).with_role(Role.MANAGER)
        news.tell(News.CONSENT_REFUSED, referral.reference, managers, organisation_id=operator_id)


def _permits(standing: Standing, purpose: str) -> bool:
    return purpose in standing and standing[purpose].permits


def _is_narrower(said: Collection[str], before: Standing, after: Standing) -> bool:
    """Say whether something that was agreed to is agreed to with other limits, or a young person has a view."""
    agreed = [each for each in said if _permits(before, each) and _permits(after, each)]
    limited = any(after[each].limits and after[each].limits != before[each].limits for each in agreed)
    return limited or any(each.startswith(VIEW) and not after[each].permits for each in said)
