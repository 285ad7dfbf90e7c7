"""What changes around families in the demo: a child's school, a school's trust, and an organisation that closes."""

from collections.abc import Callable
from datetime import timedelta

from portal.access.actor import Actor
from portal.changes.closing import service as closing
from portal.changes.school import queries, service
from portal.changes.school.service import Told
from portal.organisations import changing
from portal.organisations.queries import system_named
from portal.referrals.models import Referral
from portal.referrals.sharing import moved
from portal.web.dates import today

Deed = Callable[[Actor, Referral, dict[str, str]], object]


def _change_school(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    on_portal = {each.name: each for each in queries.schools(actor, referral)}
    to = on_portal.get(words["to"]) or words["to"]
    service.record(actor, referral, Told(today() - timedelta(days=int(words["days_ago"])), to, words["said_by"]))


def _keep_access(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    move = moved.newest(referral)
    if move is None:
        raise LookupError(referral.reference)
    service.keep_access(actor, referral, move, today() + timedelta(days=int(words["days"])))


def _note_trust(actor: Actor, _referral: Referral, words: dict[str, str]) -> None:
    if school := system_named(words["school"]):
        changing.move_to_trust(actor, school, words["trust"], today())


def _close_organisation(actor: Actor, _referral: Referral, words: dict[str, str]) -> None:
    """Close an organisation; its open referrals, this one among them, stay with KSAF."""
    if organisation := system_named(words["name"]):
        closing.close(actor, organisation, words["reason"], today())


DEEDS: dict[str, Deed] = {
    "change_school": _change_school,
    "keep_access": _keep_access,
    "note_trust": _note_trust,
    "close_organisation": _close_organisation,
}
