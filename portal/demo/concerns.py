"""Safeguarding concerns in the demo: raised on a record or with an update, looked at and decided by the team."""

from collections.abc import Callable

from portal.access.actor import Actor
from portal.referrals.models import Referral
from portal.safeguarding import patterns, queries, service
from portal.safeguarding.queries import OpenedConcern
from portal.safeguarding.rules import Danger, Outcome
from portal.safeguarding.service import Decided, Raised

Deed = Callable[[Actor, Referral, dict[str, str]], object]


def raised(actor: Actor, words: dict[str, str], week: int | None = None) -> Raised:
    """Return what a story lets `actor` raise: `concern` is what was seen, the rest may be left out."""
    return Raised(
        danger=Danger(words.get("danger", "no")),
        seen=words["concern"],
        said=words.get("said", ""),
        opinion=words.get("opinion", ""),
        witness=words.get("witness", actor.name),
        week_number=week,
    )


def _newest(actor: Actor, referral: Referral) -> OpenedConcern:
    found = queries.open_concern(actor, patterns.about(actor, referral)[-1].reference)
    if found is None:
        raise LookupError(referral.reference)
    return found


def _decide(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    concern = _newest(actor, referral).concern
    decided = Decided(Outcome(words["outcome"]), words["rationale"], words.get("spoke_to", ""), words["manager"])
    service.decide(actor, concern, decided, len(queries.decisions_of(actor, concern)))


DEEDS: dict[str, Deed] = {
    "raise_concern": lambda actor, referral, words: service.raise_concern(actor, referral, raised(actor, words)),
    "look_at_concern": lambda actor, referral, _words: service.look_at(actor, _newest(actor, referral).concern),
    "decide_concern": _decide,
}
