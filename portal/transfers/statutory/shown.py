"""A statutory referral as KSAF's people read it: its facts as rows, what is owed in plain words."""

from collections.abc import Sequence

from portal import clock
from portal.organisations.contacts import Contact
from portal.referrals.form.sections import question
from portal.timescales.descriptions import Described, describe
from portal.timescales.models import Deadline
from portal.transfers.statutory import rules
from portal.transfers.statutory.models import StatutoryReferral
from portal.web.dates import date_only, long_datetime

Rows = list[dict[str, str]]


def rows(made: StatutoryReferral) -> Rows:
    """Return what was said, on which basis and what came of it, as the component `summary_list` takes it."""
    pairs = [
        ("Told", f"{rules.WAYS[made.way]}, {long_datetime(made.made_at)}"),
        ("Who was spoken to", made.spoke_to),
        ("Recorded by", made.made_by_name),
        ("What they were told", made.told),
        ("Basis", rules.BASES[made.basis]),
        *_without(made),
        ("Why, on this basis", made.basis_why),
        ("Confirmed in writing", _by(made.confirmed_by_name, made.confirmed_at)),
        ("Acknowledged", _by(made.acknowledged_by_name, made.acknowledged_at)),
        ("Their reference", made.their_reference),
        ("Asked after", made.asked_after),
        ("Outcome", made.outcome),
        ("Outcome received", _by(made.outcome_by_name, made.outcome_at)),
    ]
    return [{"key": key, "value": value} for key, value in pairs if value]


def owed(running: Sequence[Deadline]) -> list[Described]:
    """Return what still runs on a statutory referral, in words."""
    now = clock.now()
    return [describe(each, now) for each in running]


def how_to_reach(door: Contact) -> str:
    """Return what a service is for and how to reach it, with the day that was last checked."""
    numbers = [door.phone, f"out of hours {door.out_of_hours_phone}" if door.out_of_hours_phone else "", door.email]
    reached = ", ".join(number for number in numbers if number)
    return f"{door.what_for} {reached}, checked on {date_only(door.checked_on)}."


def _without(made: StatutoryReferral) -> list[tuple[str, str | None]]:
    if made.reason is None:
        return []
    reasons = {each.value: each.label for each in question("sharing_reason").choices}
    return [
        ("Why it could not wait", reasons.get(made.reason, made.reason)),
        ("Authorised by", made.authorised_by),
        ("Family told", "Yes" if made.is_family_told else "No"),
        ("Why the family was not told", made.not_told_why),
    ]


def _by(name: str | None, at: object) -> str | None:
    return f"{long_datetime(at)}, recorded by {name}" if at else None  # type: ignore[arg-type]
