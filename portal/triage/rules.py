"""What a decision may be, what each outcome needs, and words to start its letter from."""

from collections.abc import Collection
from dataclasses import dataclass

from portal.triage.assessment.rules import missing_for
from portal.triage.models import Outcome

# Outreach is voluntary: a parent's agreement to this one purpose of the consent form opens Pathway 2.
OUTREACH_PURPOSE = "ksaf_support"
NO_OUTREACH = (
    "No parent’s agreement to support from KSAF is in force, and outreach is voluntary. Ask the referrer "
    "to talk to the "
    "family, or choose another outcome."
)


@dataclass(frozen=True)
class OutcomeWords:
    """One outcome: its name and when it fits (for KSAF), what the letter says it means, and wording to start from."""

    title: str
    fits: str
    in_the_letter: str
    what_happens_next: tuple[str, ...]
    explanation: str
    next_option: str


@dataclass(frozen=True)
class Reason:
    """A reason for not accepting: its name, wording to start from, and the next option it suggests for the family."""

    key: str
    label: str
    explanation: str
    next_option: str


OUTCOMES: dict[Outcome, OutcomeWords] = {
    Outcome.PATHWAY_1: OutcomeWords(
        "Pathway 1: Support and Advice Line",
        "Early advice and signposting by phone are enough for now.",
        "Advice by phone from our Support and Advice Line",
        (
            "The family can call the Support and Advice Line in our opening hours, and needs no appointment.",
            "If a call shows that more help is needed, we may ask you for a new referral.",
        ),
        "What you describe can be helped by early advice. We read your referral and found no sign that the "
        "family needs "
        "a longer piece of work at present.",
        "The family can call our Support and Advice Line. You can refer again if things change or advice is "
        "not enough.",
    ),
    Outcome.PATHWAY_2: OutcomeWords(
        "Pathway 2: Targeted Family Intervention",
        "Five weeks with a case manager and a family outreach practitioner. Needs a parent’s agreement.",
        "Five weeks of family outreach",
        (
            "We name a case manager and a family outreach practitioner, and tell you who they are.",
            "They meet the family, agree goals with them and keep in touch every week for five weeks.",
            "You get an update each week and a summary at the end.",
        ),
        "The family has agreed to support, and what you describe fits the focused work we can do with them "
        "in five weeks.",
        "Someone from KSAF contacts the family to arrange the first meeting. They can ask us anything before then on "
        "the Support and Advice Line.",
    ),
    Outcome.PATHWAY_3: OutcomeWords(
        "Pathway 3: Multi-Agency Support",
        "Another service fits better. KSAF helps to reach it and stays alongside until it accepts.",
        "Help to reach a service that fits better",
        (
            "We help with the referral to the service named in this letter.",
            "We stay alongside until that service confirms that it has accepted the family.",
        ),
        "Another service is better placed to meet the needs you describe than our own outreach.",
        "We talk to the family about the service we suggest and help with the referral to it.",
    ),
    Outcome.NOT_ACCEPTED: OutcomeWords(
        "Not accepted",
        "KSAF is not the right service now. Say why, and what the family can do instead.",
        "We cannot accept this referral",
        (
            "We close this referral. Nothing more is asked of you.",
            "You can refer the family again when things change.",
        ),
        "",
        "",
    ),
}

# DOMAIN: the prospectus lists when a referral is not accepted; each has somewhere else for the family to turn.
REASONS: dict[str, Reason] = {
    reason.key: reason
    for reason in (
        Reason(
            "emergency_or_statutory",
            "Emergency or statutory action is needed",
            "What you describe may need action by the police or children’s social care. Voluntary support must "
            "not stand in "
            "for it.",
            "Call the front door of the area where the child is, today. If the child is in danger now, call 999.",
        ),
        Reason(
            "clinical_or_specialist",
            "The need is clinical, a crisis, or specialist domestic abuse work",
            "The help that is needed here is clinical or specialist. KSAF does not give care of that kind.",
            "The family’s GP or the specialist service can assess this need. The Support and Advice Line can "
            "help the family "
            "find it.",
        ),
        Reason(
            "another_service_leads",
            "Another service already leads",
            "Another service already leads support for this family. A second plan could pull the family in two "
            "directions.",
            "Speak to the lead professional about what is still needed. They can ask us to join their plan.",
        ),
        Reason(
            "consent_insufficient",
            "Consent is not sufficient",
            "We do not have a parent’s informed agreement to what this referral asks for.",
            "Talk to the parent about what KSAF does and refer again if they agree. They can call the Support "
            "and Advice "
            "Line themselves at any time.",
        ),
        Reason(
            "information_insufficient",
            "There is not enough information",
            "We asked for more, and still do not know enough to decide safely what would help.",
            "Refer again when you can tell us what is missing. The family can call the Support and Advice Line "
            "meanwhile.",
        ),
    )
}


def closed_outcomes(purposes_in_force: Collection[str], level: int | None, why: str) -> dict[Outcome, str]:
    """Return the outcomes that cannot be chosen, each with why.

    They depend on the purposes a parent agrees to at present, and on the assessment: its `level` of need, and `why`.
    """
    closed = {each: missing for each in Outcome if (missing := missing_for(each, level, why))}
    return closed if OUTREACH_PURPOSE in purposes_in_force else closed | {Outcome.PATHWAY_2: NO_OUTREACH}


def incomplete(outcome: Outcome, reason: str | None, next_option: str) -> str | None:
    """Return what the referrer would miss in a decision, in words, or None: a refusal's reason, or a next option.

    USERS: every state, and every refusal, comes back with a reason and a next option.
    """
    if outcome is Outcome.NOT_ACCEPTED and reason not in REASONS:
        return "Select why it is not accepted"
    return None if next_option.strip() else "Enter what the family can do next"


def said(outcome: Outcome, reason: str | None) -> str:
    """Return a decision as the timeline says it: what was decided, and of a refusal why, without narrative."""
    words = OUTCOMES[outcome].in_the_letter
    if outcome is not Outcome.NOT_ACCEPTED or reason not in REASONS:
        return words
    return f"{words}. {REASONS[reason].label}. The written outcome says what the family can do next."


def suggestion(outcome: Outcome, reason: str | None) -> tuple[str, str]:
    """Return wording to start from: the explanation and the next option, empty while a refusal has no reason yet."""
    if outcome is Outcome.NOT_ACCEPTED:
        chosen = REASONS.get(reason or "")
        return (chosen.explanation, chosen.next_option) if chosen else ("", "")
    return OUTCOMES[outcome].explanation, OUTCOMES[outcome].next_option


def may_authorise(user_id: int, proposed_by_id: int) -> bool:
    """Say whether a manager may settle this decision: never the one they proposed themselves."""
    return user_id != proposed_by_id
