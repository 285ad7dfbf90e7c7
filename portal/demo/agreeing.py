"""What the demo's families and practitioners agree in the weeks of support, through the portal's own services."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from portal import clock
from portal.access.actor import Actor
from portal.cases import consent_again, contacts, goals, plan, queries, review
from portal.cases.consent_again import Answer
from portal.cases.contacts import Contact
from portal.cases.models import ContactKind, ContactResult
from portal.cases.plan import PARTS, Texts
from portal.cases.queries import Supported
from portal.cases.review import Held, Plans
from portal.consent import wording
from portal.consent.models import Position
from portal.consent.statements import Giver
from portal.referrals.models import Referral
from portal.web.dates import LONDON, today

Deed = Callable[[Actor, Referral, dict[str, str]], object]


def _support(actor: Actor, referral: Referral) -> Supported:
    found = queries.open_own_support(actor, referral.reference)
    if found is None:
        raise LookupError(referral.reference)
    return found


def _confirm(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    """Ask for consent again: `refused` names the purposes that are not agreed to."""
    refused, asked_on = words.get("refused", "").split(), today()
    positions = {
        each.key: Position.REFUSED if each.key in refused else Position.GIVEN for each in wording.current().purposes
    }
    giver = Giver(words["who"], "parental_responsibility", "face_to_face", asked_on)
    said = Answer(giver, consent_again.statements(positions, ""), words.get("note", ""), asked_on)
    consent_again.confirm(actor, _support(actor, referral), said)


def _plan(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    found = _support(actor, referral)
    texts = Texts(
        {part.key: words.get(part.key, "") for part in PARTS}, words["intervention"], words["why"], words["story"]
    )
    plan.save(actor, found, texts, plan.version_of(found.case))


def _goal(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    goals.add(actor, _support(actor, referral), words["text"], int(words["baseline"]))


def _contact(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    """Write down a contact that ended now."""
    said = Contact(
        happened_at=clock.now(),
        kind=ContactKind(words["kind"]),
        result=ContactResult(words["result"]),
        present=words.get("present", ""),
        observation=words.get("observation", ""),
        opinion=words.get("opinion", ""),
        child_voice=words.get("child_voice", ""),
    )
    contacts.log(actor, _support(actor, referral), said)


def _plan_review(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    """Plan the review for the Thursday of week 4, 3:30pm."""
    found = _support(actor, referral)
    thursday = found.case.starts_on + timedelta(weeks=plan.REVIEW_WEEK - 1, days=3)
    at = datetime.combine(thursday, time(15, 30), LONDON)
    plans = Plans(at, 60, words["place"], words["invited"].split())
    review.plan(actor, found, plans, review.version_of(review.of_case(actor, found.case)))


def _hold_review(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    """Record the review, held today."""
    held = Held(today(), words["present"], words["changed"], words["recommendation"])
    review.hold(actor, _support(actor, referral), held)


DEEDS: dict[str, Deed] = {
    "confirm_consent": _confirm,
    "plan": _plan,
    "goal": _goal,
    "contact": _contact,
    "plan_review": _plan_review,
    "hold_review": _hold_review,
}
