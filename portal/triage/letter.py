"""The written outcome, ready to print: what was decided, why, what comes next and whom to ask."""

from dataclasses import dataclass
from datetime import datetime

from portal.organisations import contacts
from portal.organisations.contacts import Contact
from portal.referrals import progress
from portal.triage import rules
from portal.triage.models import DecisionState, Outcome
from portal.triage.queries import File
from portal.triage.service import Proposal

# A refusal that sends the family to the front door carries its numbers, by the child's area.
_URGENT = frozenset({"emergency_or_statutory"})


@dataclass(frozen=True)
class Letter:
    """One written outcome; `authorised_at` is None while it is only a proposal."""

    reference: str
    child: str
    to: str
    outcome: str
    reason: str
    explanation: str
    next_option: str
    what_happens_next: tuple[str, ...]
    contacts: tuple[Contact, ...]
    decided_by: str
    authorised_by: str
    authorised_at: datetime | None


def of_decision(file: File) -> Letter:
    """Return the letter of the file's newest decision. Raises ValueError when nothing has been decided."""
    made = file.decision
    if made is None:
        raise ValueError("There is no decision to write about.")
    texts = Proposal(made.outcome, made.reason, made.rationale, made.explanation, made.next_option)
    settled = made.state is DecisionState.AUTHORISED
    by, at = (made.settled_by_name or "", made.settled_at) if settled else ("", None)
    return _write(file, texts, made.proposed_by_name, by, at)


def of_proposal(file: File, proposal: Proposal, proposed_by: str) -> Letter:
    """Return the letter that `proposal` would become, for a look before it is sent to a manager."""
    return _write(file, proposal, proposed_by, "", None)


def _write(file: File, texts: Proposal, decided_by: str, authorised_by: str, at: datetime | None) -> Letter:
    words = rules.OUTCOMES[texts.outcome]
    reason = rules.REASONS.get(texts.reason or "") if texts.outcome is Outcome.NOT_ACCEPTED else None
    urgent = [contact for contact, _number in contacts.immediate_danger(file.referral.area, is_out_of_hours=False)]
    return Letter(
        reference=file.referral.reference,
        child=progress.child_in_full(file.referral),
        to=", ".join(part for part in (file.referral.contact_name, file.organisation.name) if part),
        outcome=words.in_the_letter,
        reason=reason.label if reason else "",
        explanation=texts.explanation,
        next_option=texts.next_option,
        what_happens_next=words.what_happens_next,
        contacts=(*(urgent if reason and reason.key in _URGENT else ()), contacts.ksaf()),
        decided_by=decided_by,
        authorised_by=authorised_by,
        authorised_at=at,
    )
