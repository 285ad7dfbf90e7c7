"""What partners challenge in the demo, what is answered, and who takes it further."""

from collections.abc import Callable

from portal.access.actor import Actor
from portal.disagreements import queries, service
from portal.disagreements.queries import Opened
from portal.disagreements.rules import Challenged, Stage, Stance
from portal.disagreements.service import Challenge, Said
from portal.referrals.models import Referral

Deed = Callable[[Actor, Referral, dict[str, str]], object]


def _challenge(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    made = Challenge(Challenged(words["about"]), words["position"], words["wanted"], words["speaker"])
    service.challenge(actor, referral, made)


def _answer(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    opened = _newest(actor, referral)
    service.answer(actor, opened, _said(opened, words), Stance(words["stance"]))


def _take_further(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    opened = _newest(actor, referral)
    service.escalate(actor, opened, _said(opened, words))


def _newest(actor: Actor, referral: Referral) -> Opened:
    return Opened(queries.of_referral(actor, referral)[0], referral)


def _said(opened: Opened, words: dict[str, str]) -> Said:
    return Said(words["text"], words["speaker"], Stage(opened.row.stage))


DEEDS: dict[str, Deed] = {
    "challenge": _challenge,
    "answer_challenge": _answer,
    "take_further": _take_further,
}
