"""What sharing asks for, in words and as deadlines; pure."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from portal.access.models import Scope
from portal.referrals.form.parts import Part
from portal.referrals.progress import Tone
from portal.referrals.sharing.models import Course, Duty, SharingDecision, SharingSettlement, SharingStep
from portal.timescales.news import News

PURPOSE = "named_others"
"""The purpose of the consent form that lets KSAF share with others the family names."""
ONE = f"{PURPOSE}:"
"""Before an organisation's key: what the family says about sharing with that one. A no counts before a general yes."""
REFUSED = "refused_but_needed"
"""The reason that overrides a refusal: a choice of the form's question sharing_reason."""
LONGEST = {"3": timedelta(weeks=13), "6": timedelta(weeks=26), "12": timedelta(weeks=52)}
"""How long a sharing may run, by about how many months: ours, no document gives a figure."""
FURTHEST = timedelta(days=28)
"""How far ahead telling the family may be put off before it is thought about again: ours, as LONGEST."""
WARNING = timedelta(days=14)
"""How long before the end of a sharing KSAF is reminded of it: ours, as LONGEST."""
SCOPE_WORDS = {
    Scope.STATUS: "its status only",
    Scope.UPDATES: "its status, and what happens",
    Scope.ALL: "all of it",
}

AUTHORISE = "sharing_decision"
"""The kind of deadline by which a manager settles a decision. A duty's own kind is the duty's word."""
NEWS = {
    Duty.REFUSAL_REASON: News.REFUSAL_REASON_OWED,
    Duty.TELL_RECEIVER: News.RECEIVER_TO_TELL,
    Duty.TELL_FAMILY: News.FAMILY_TO_TELL,
}
DUTY_WORDS = {
    Duty.REFUSAL_REASON: "Record why the family refused",
    Duty.TELL_RECEIVER: "Tell the receiving team that consent was refused",
    Duty.TELL_FAMILY: "Tell the family that it was shared",
}
DONE_WORDS = {
    Duty.REFUSAL_REASON: "The reason for the refusal is recorded",
    Duty.TELL_RECEIVER: "The receiving team knows that consent was refused",
    Duty.TELL_FAMILY: "The family has been told",
}


def is_whole(scope: Scope, parts: Collection[str]) -> bool:
    """Say whether every part is open, so that files and messages, which may hold anything, can be shown as well."""
    return scope is Scope.ALL and set(Part) <= {Part(part) for part in parts}


def duties(decision: SharingDecision) -> tuple[Duty, ...]:
    """Return what an authorised decision owes.

    DOMAIN: where a parent refuses and a referral is still needed, the reason is recorded, the receiving team is told
    that consent was refused, and the parent is told that a referral was made. Without a refusal, whoever has not been
    told is still owed that.
    """
    if decision.reason == REFUSED:
        known = decision.refusal_reason
        return (*(() if known else (Duty.REFUSAL_REASON,)), Duty.TELL_RECEIVER, Duty.TELL_FAMILY)
    return () if decision.is_family_told else (Duty.TELL_FAMILY,)


def outstanding(decision: SharingDecision, steps: Sequence[SharingStep]) -> list[Duty]:
    """Return which duties of an authorised decision nobody has recorded as done."""
    done = {step.duty for step in steps if step.look_again_on is None}
    return [duty for duty in duties(decision) if duty not in done]


def may_settle(actor_id: int, decided_by_id: int) -> bool:
    """Say whether a manager may settle a decision: nobody settles their own."""
    return actor_id != decided_by_id


def returned(newest_first: Sequence[tuple[SharingDecision, SharingSettlement | None]]) -> list[SharingDecision]:
    """Return which decisions of a referral were returned and not decided again for the same organisation."""
    again: set[int | str] = set()
    found: list[SharingDecision] = []
    for decision, settlement in newest_first:
        to = decision.to_organisation_id or decision.to_name.casefold()
        if to not in again and settlement is not None and not settlement.is_authorised:
            found.append(decision)
        again.add(to)
    return found


def standing(decision: SharingDecision, settlement: SharingSettlement | None) -> tuple[str, Tone]:
    """Return how a decision stands in a few words, and the tone of them."""
    if decision.course is Course.RESPECT:
        return "Refusal respected", "neutral"
    if settlement is None:
        return "With a manager", "waiting"
    return ("Authorised", "on_track") if settlement.is_authorised else ("Returned", "soon")
