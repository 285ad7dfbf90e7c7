"""What KSAF shares in the demo without consent: decided, authorised, followed up; or a refusal respected."""

from collections.abc import Callable
from datetime import timedelta

from portal.access.actor import Actor
from portal.access.models import Scope
from portal.referrals.models import Referral
from portal.referrals.sharing import deciding, duties, queries
from portal.referrals.sharing import service as sharing
from portal.referrals.sharing.deciding import Family, Wanted
from portal.referrals.sharing.models import Duty
from portal.referrals.sharing.rules import REFUSED
from portal.web.dates import today

Deed = Callable[[Actor, Referral, dict[str, str]], object]


def _decide(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    """Override a refusal; the family is told later, and why they refused is not known yet."""
    partners = {each.name: each for each in sharing.candidates(actor, referral)}
    wanted = Wanted(
        to=partners.get(words["with"]) or words["with"],
        reason=REFUSED,
        statutory_basis="safeguarding_condition",
        article_6="recognised_interest",
        article_9="substantial_public_interest",
        paragraph_18="would_prejudice",
        necessity=words["necessity"],
        scope=Scope(words["scope"]),
        months=words["months"],
        family=Family(not_told_why=words["not_told_why"], look_again_on=today() + timedelta(days=7)),
        parts={"safeguarding": words["why_safeguarding"]},
    )
    deciding.propose(actor, referral, wanted)


def _authorise(actor: Actor, referral: Referral, _words: dict[str, str]) -> None:
    deciding.authorise(actor, next(each for each in queries.of_referral(actor, referral) if each.waits))


def _tell_receiver(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    owing = (each for each in queries.of_referral(actor, referral) if Duty.TELL_RECEIVER in each.outstanding)
    duties.record(actor, next(owing), Duty.TELL_RECEIVER, words["text"])


def _respect(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    partners = {each.name: each for each in sharing.candidates(actor, referral)}
    deciding.respect(actor, referral, partners[words["with"]], words["why"], words["said"])


DEEDS: dict[str, Deed] = {
    "share_without": _decide,
    "authorise_sharing": _authorise,
    "tell_receiver": _tell_receiver,
    "respect_refusal": _respect,
}
