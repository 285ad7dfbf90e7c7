"""What the demo's families say themselves, through the links they were given."""

from collections.abc import Callable

from portal.access.actor import Actor
from portal.consent.models import Position
from portal.family import answering, links, shown, steps
from portal.family.links import Link, Wanted
from portal.family.models import ForWhom, Way
from portal.family.steps import ABOUT_YOU, NAMES
from portal.referrals.models import Referral

Deed = Callable[[Actor, Referral, dict[str, str]], object]


def _make(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    links.make(actor, referral, Wanted(ForWhom.PARENT, Way.EMAIL, words["email"]))


def _answer(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    """Answer through the newest link: yes to all but what is `refused`; `limited` names what the `limits` are about."""
    link = opened(actor, referral)
    about = {"name": words["name"], "capacity": "parental_responsibility"}
    answering.keep(link, ABOUT_YOU, about)
    for each in steps.questions(link).shown.purposes:
        answering.keep(link, each.key, _typed(each.key, words))
    answering.send(link, steps.questions(link))


def _take_back(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    """Take back one purpose that was agreed to."""
    link = opened(actor, referral)
    answering.change(link, steps.questions(link), words["purpose"], {"position": Position.REFUSED.value})


def _stop_with(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    """End the sharing with one organisation alone."""
    link = opened(actor, referral)
    one = next(shown.one(link, each.key) for each in shown.seers(link) if each.name == words["with"])
    about = {"name": words["name"], "capacity": "parental_responsibility"}
    if one is not None:
        answering.answer_one(link, steps.questions(link), about, one, is_agreed=False)


def _typed(key: str, words: dict[str, str]) -> dict[str, str]:
    names = {"names": words["names"]} if key == NAMES else {}
    if key in words.get("refused", "").split():
        return {"position": Position.REFUSED.value, **names}
    if key == words.get("limited"):
        return {"position": Position.LIMITED.value, "limits": words["limits"], **names}
    return {"position": Position.GIVEN.value, **names}


def opened(actor: Actor, referral: Referral) -> Link:
    """Return the newest link as the family's browser opens it: the session becomes the owner's."""
    path = links.path_of(links.made_for(actor, referral)[0]) or ""
    found = links.find(path.rpartition("/")[2])
    if found is None:
        raise LookupError(referral.reference)
    return found


DEEDS: dict[str, Deed] = {
    "consent_link": _make,
    "family_answers": _answer,
    "family_takes_back": _take_back,
    "family_stops_with": _stop_with,
}
