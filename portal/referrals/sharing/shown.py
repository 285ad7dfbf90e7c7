"""Decisions to share without consent as KSAF's people read them: a line, the facts as rows, what was done since."""

from dataclasses import dataclass
from datetime import datetime

from portal.referrals.form.parts import PART_WORDS, Part
from portal.referrals.progress import Tone
from portal.referrals.sharing import grounds, rules
from portal.referrals.sharing.models import Course, SharingDecision
from portal.referrals.sharing.queries import Decided
from portal.web.dates import long_date, long_datetime

Rows = list[dict[str, str]]

HINTS = {
    "statutory_basis": grounds.STATUTORY_BASIS.cites,
    "article_6": grounds.ARTICLE_6.cites,
    "article_9": grounds.ARTICLE_9.cites,
    "paragraph_18": grounds.PARAGRAPH_18.cites,
}


@dataclass(frozen=True)
class Line:
    """One decision in a list: with whom, how it stands, who decided, and what it still owes."""

    href: str
    to_name: str
    state: str
    tone: Tone
    decided_by: str
    decided_at: datetime
    owes: list[str]


def line(found: Decided) -> Line:
    """Return a decision as its line says it."""
    decision = found.decision
    state, tone = rules.standing(decision, found.settlement)
    return Line(
        href=f"/referrals/{found.referral.reference}/sharing/{decision.key}",
        to_name=decision.to_name,
        state=state,
        tone=tone,
        decided_by=decision.decided_by_name,
        decided_at=decision.decided_at,
        owes=[rules.DUTY_WORDS[duty] for duty in found.outstanding],
    )


def rows(found: Decided) -> Rows:
    """Return what was decided and how it was settled, as the component `summary_list` takes it."""
    decision, settled = found.decision, found.settlement
    respected = decision.course is Course.RESPECT
    pairs = [
        ("With", decision.to_name if decision.to_organisation_id else f"{decision.to_name}, not on the portal"),
        ("Why without consent", "" if respected else grounds.REASON.in_words(decision.reason)),
        ("What the family said", decision.refusal_reason),
        ("Why it is right to respect it" if respected else "Why it is necessary", decision.necessity),
        *(() if respected else _conditions(decision)),
        *(() if respected else _reach(decision)),
        *(() if respected else _family(decision)),
        ("Decided by", f"{decision.decided_by_name}, {long_datetime(decision.decided_at)}"),
    ]
    if settled:
        said = "Authorised by" if settled.is_authorised else "Returned by"
        pairs.append((said, f"{settled.settled_by_name}, {long_datetime(settled.settled_at)}"))
        pairs.append(("What should change", settled.comment))
    return [{"key": key, "value": value} for key, value in pairs if value]


def steps(found: Decided) -> Rows:
    """Return what was done since, as rows: the duty, then the words, who recorded them and when."""
    made: Rows = []
    for step in found.steps:
        again = f"\nTo be looked at again on {long_date(step.look_again_on)}." if step.look_again_on else ""
        key = rules.DUTY_WORDS[step.duty] if step.look_again_on else rules.DONE_WORDS[step.duty]
        by = f"{step.recorded_by_name}, {long_datetime(step.recorded_at)}"
        made.append({"key": key, "value": f"{step.evidence}{again}\n{by}"})
    return made


def _conditions(decision: SharingDecision) -> list[tuple[str, str | None]]:
    return [
        ("Legal basis", grounds.STATUTORY_BASIS.in_words(decision.statutory_basis)),
        ("UK GDPR Article 6", grounds.ARTICLE_6.in_words(decision.article_6)),
        ("UK GDPR Article 9", grounds.ARTICLE_9.in_words(decision.article_9)),
        ("Data Protection Act 2018", grounds.PARAGRAPH_18.in_words(decision.paragraph_18)),
    ]


def _reach(decision: SharingDecision) -> list[tuple[str, str | None]]:
    opened = [f"{PART_WORDS[Part(part)].title}: {why}" for part, why in (decision.parts or {}).items()]
    return [
        ("What it may see", rules.SCOPE_WORDS[decision.scope].capitalize() if decision.scope else ""),
        ("Opened on a need to know", "\n".join(opened)),
        ("For how long", f"{decision.months} months from the day it is authorised"),
    ]


def _family(decision: SharingDecision) -> list[tuple[str, str | None]]:
    again = long_date(decision.look_again_on) if decision.look_again_on else ""
    return [
        ("Family told", "Yes" if decision.is_family_told else "No"),
        ("How they were told", decision.told_how),
        ("Why not", decision.not_told_why),
        ("Looked at again on", again),
    ]
