"""What the demo's families ask about their data: on their own page, or passed on by a school; and what KSAF does."""

from collections.abc import Callable

from portal.access.actor import Actor
from portal.accountability.requests import queries, service
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.rules import Kind, Question, Way
from portal.accountability.requests.service import Asked
from portal.demo.families import opened
from portal.referrals import progress
from portal.referrals.models import Referral
from portal.web.dates import today

Deed = Callable[[Actor, Referral, dict[str, str]], object]


def _family_asks(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    """Ask through the family's newest link."""
    link = opened(actor, referral)
    service.record(link.guest, _asked(link.referral, words, Way.LINK))


def _pass_on(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    service.record(actor, _asked(referral, words, Way.PARTNER))


def _asked(referral: Referral, words: dict[str, str], way: Way) -> Asked:
    return Asked(
        kind=Kind(words["kind"]),
        way=way,
        capacity="parent",
        asker=words["asker"],
        reply_to=words["reply_to"],
        about=progress.child_in_full(referral),
        asked=words["asked"],
        received_on=today(),
        referrals=(referral,),
    )


def _about(actor: Actor, referral: Referral) -> DataRequest:
    """Return the newest request that is to be answered about a referral."""
    listed = [each.request for each in queries.requests(actor, answered=False)]
    about = [each for each in listed if referral.id in {one.id for one in queries.referrals_of(actor, each)}]
    return max(about, key=lambda each: each.id or 0)


DEEDS: dict[str, Deed] = {
    "family_asks": _family_asks,
    "pass_on_request": _pass_on,
    "acknowledge_request": lambda actor, referral, words: service.acknowledge(
        actor, _about(actor, referral), words["text"]
    ),
    "know_who_asks": lambda actor, referral, words: service.reply(
        actor, _about(actor, referral), words["text"], today()
    ),
    "ask_which": lambda actor, referral, words: service.ask(
        actor, _about(actor, referral), Question.CLARIFICATION, words["text"]
    ),
}
