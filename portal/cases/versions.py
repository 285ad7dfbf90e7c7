"""The two versions of a completion summary that leave KSAF: a partner's, and the family's in plain English."""

from portal.cases import summary_words
from portal.cases.pdf import Document
from portal.cases.summaries import Summarised
from portal.organisations import contacts
from portal.referrals import progress
from portal.web.dates import long_date

_FAMILY_SIZE = 14  # points: what the RNIB's clear print guidance asks for at least is 12


def of(found: Summarised, version: str) -> Document | None:
    """Return the "partner" or the "family" version; None while there is no summary for the reader."""
    summary, case, referral = found.summary, found.supported.case, found.supported.referral
    if summary is None:
        return None
    is_family, line = version == "family", contacts.ksaf()
    settled = summary.authorised_at
    facts = [
        ("Reference", referral.reference),
        ("About", progress.child_in_full(referral)),
        ("Support", f"{case.weeks} weeks from {long_date(case.starts_on)}"),
        ("Who helped", f"{case.practitioner_name} and {case.case_manager_name}, KSAF"),
        (
            "Authorised",
            f"{summary.authorised_by_name}, KSAF, {long_date(settled)}"
            if settled
            else "Not yet: a draft for KSAF only",
        ),
    ]
    return Document(
        title=f"{'Summary for the family' if is_family else 'Completion summary'} {referral.reference}",
        heading="Your family’s summary" if is_family else "Completion summary",
        facts=facts,
        parts=summary_words.for_family(summary.family)
        if is_family
        else summary_words.for_partner(summary.content, summary.withheld),
        contact=f"{line.service}: {line.phone}, {line.hours}. If a child is in danger now, call 999.",
        size=_FAMILY_SIZE if is_family else 11,
    )
