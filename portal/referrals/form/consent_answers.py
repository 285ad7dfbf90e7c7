"""What the form's last section says about consent: as statements for the ledger, and in words for people."""

import datetime as dt

from portal.consent.models import Position
from portal.consent.statements import PROTECTION, Giver, Statement
from portal.referrals.form.answer_words import in_words
from portal.referrals.form.requirements import may_be_at_risk
from portal.referrals.form.sections import Answers, chosen, is_answered, is_asked, question, words
from portal.web.dates import date_only

_AGREED = frozenset({"given", "given_in_part"})
_GROUNDS = (
    "sharing_reason",
    "sharing_explained",
    "sharing_decided_by",
    "sharing_authorised_by",
    "statutory_basis",
    "family_told",
    "family_not_told_reason",
)
_AT_RISK = "the child may not be safe"


def statements(answers: Answers) -> list[Statement]:
    """Return what the answers say: one statement for each purpose the form asks about, one more for sharing without.

    A purpose that the person who agreed did not choose was not agreed to. While a child may be at risk and nobody has
    written anything about consent, only the sharing without it is stated.
    """
    status = words(answers, "consent_status")
    made = (
        [_purpose(choice.value, status, answers) for choice in question("consent_purposes").choices] if status else []
    )
    return made if status in _AGREED else [*made, _without(answers)]


def giver(answers: Answers) -> Giver | None:
    """Return who agreed, or None when nobody did."""
    if words(answers, "consent_status") not in _AGREED:
        return None
    relationship = words(answers, "consent_relationship")
    name = words(answers, "consent_given_by")
    return Giver(
        name=f"{name} ({relationship})" if relationship else name,
        capacity=words(answers, "consent_capacity"),
        method=words(answers, "consent_method"),
        effective_on=_date(answers),
    )


def basis(answers: Answers) -> str:
    """Return on what footing KSAF sees the referral, without a name in it."""
    if words(answers, "consent_status") in _AGREED:
        given_on = _date(answers)
        return f"Consent given on {date_only(given_on)}" if given_on else "Consent given"
    reason = (
        in_words(question("sharing_reason"), answers) if _asked_and_answered("sharing_reason", answers) else _AT_RISK
    )
    return f"Shared for protection, without consent: {reason[0].lower()}{reason[1:]}"


def summary(answers: Answers) -> list[str]:
    """Return the consent position in sentences, for whoever is about to send."""
    who = giver(answers)
    if who is None:
        return _summary_without(answers)
    purposes = {choice.value: choice.label for choice in question("consent_purposes").choices}
    agreed = chosen(answers, "consent_purposes")
    told = [f"{who.name or 'Somebody'} agreed{_when_and_how(answers)}."]
    if agreed:
        told.append("Agreed that " + "; ".join(purposes[key] for key in purposes if key in agreed) + ".")
    if left := [purposes[key] for key in purposes if key not in agreed]:
        told.append("Did not agree that " + "; ".join(left) + ".")
    if limits := words(answers, "consent_limits"):
        told.append(f"Limits: {limits}")
    return told


def _summary_without(answers: Answers) -> list[str]:
    status = question("consent_status")
    position = in_words(status, answers) if is_answered(answers, status.key) else "Not recorded yet"
    told = [f"Has a parent or carer agreed? {position}."]
    if may_be_at_risk(answers) or words(answers, "without_consent_route") == "protection":
        told.append(f"{basis(answers)}.")
    told.append("Without a parent’s agreement KSAF cannot offer outreach.")
    return told


def _when_and_how(answers: Answers) -> str:
    on, method = _date(answers), in_words(question("consent_method"), answers).lower()
    return (f" on {date_only(on)}" if on else "") + (f", {method}" if method else "")


def _purpose(key: str, status: str, answers: Answers) -> Statement:
    if status not in _AGREED:
        return Statement(key, Position.REFUSED if status == "refused" else Position.NOT_ASKED)
    if key not in chosen(answers, "consent_purposes"):
        return Statement(key, Position.REFUSED)
    only = words(answers, "consent_share_with") if key == "named_others" else ""
    limits = "\n".join(
        part for part in (f"Only with: {only}" if only else "", words(answers, "consent_limits")) if part
    )
    return Statement(key, Position.LIMITED if limits else Position.GIVEN, limits or None)


def _without(answers: Answers) -> Statement:
    grounds = tuple(
        (question(key).label, in_words(question(key), answers)) for key in _GROUNDS if _asked_and_answered(key, answers)
    )
    return Statement(PROTECTION, Position.SHARED_WITHOUT, grounds=grounds or (("Why it was shared now", _AT_RISK),))


def _asked_and_answered(key: str, answers: Answers) -> bool:
    return is_asked(question(key), answers) and is_answered(answers, key)


def _date(answers: Answers) -> dt.date | None:
    try:
        return dt.date.fromisoformat(words(answers, "consent_date"))
    except ValueError:
        return None
