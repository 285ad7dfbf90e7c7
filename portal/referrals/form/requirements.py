"""What a referral must say before it can be sent.

Which kinds of organisation must answer a question stands beside the question itself, in
``questions/*.toml``. A child who may be at risk never waits for the rest of the form.
"""

from datetime import date
from typing import Literal

from portal.referrals.form.answer_checks import malformed
from portal.referrals.form.sections import (
    EVERYONE,
    SECTIONS,
    Answers,
    Question,
    Section,
    chosen,
    is_answered,
    is_asked,
    question,
    words,
)

Status = Literal["not_started", "in_progress", "complete"]
Missing = tuple[Section, Question, str]

# A councillor signposts a constituent and sends no referral (KSAF prospectus).
KINDS_WITHOUT_FORM = frozenset({"councillor"})
REDUCED = (
    "You have told us that the child may not be safe. You can send this now with the child’s name "
    "and area and how to reach you. Tell us the rest afterwards."
)


def may_be_at_risk(answers: Answers) -> bool:
    """Whether the answers say that the child is, or may be, unsafe now."""
    return words(answers, "child_safe_now") in {"no", "not_sure"}


def why_reduced(answers: Answers) -> str | None:
    """The words that explain why less is required for this referral; None when all of it is."""
    return REDUCED if may_be_at_risk(answers) else None


def required_questions(kind: str, answers: Answers) -> frozenset[str]:
    """The keys that an organisation of ``kind`` must answer, given the answers so far."""
    if kind in KINDS_WITHOUT_FORM:
        return frozenset()
    at_risk = may_be_at_risk(answers)
    return frozenset(
        asked.key
        for each in SECTIONS
        for asked in each.questions
        if (asked.minimum if at_risk else _required(asked, kind)) and is_asked(asked, answers)
    )


def _required(asked: Question, kind: str) -> bool:
    return not asked.required_for.isdisjoint({kind, EVERYONE})


def asked_of(kind: str, section: Section) -> frozenset[str]:
    """The keys in ``section`` that an organisation of ``kind`` must answer wherever they are asked."""
    return frozenset(asked.key for asked in section.questions if _required(asked, kind))


def owed_after_sending(kind: str, answers: Answers) -> list[Question]:
    """What an urgent referral may leave out now and KSAF will ask for afterwards."""
    return [
        asked
        for each in SECTIONS
        for asked in each.questions
        if kind not in KINDS_WITHOUT_FORM
        and _required(asked, kind)
        and is_asked(asked, answers)
        and not is_answered(answers, asked.key)
    ]


def may_ask_for_outreach(answers: Answers) -> bool:
    """Whether a parent agreed to KSAF's support: without that there is no outreach."""
    agreed = words(answers, "consent_status") in {"given", "given_in_part"}
    return agreed and "ksaf_support" in chosen(answers, "consent_purposes")


def route(answers: Answers) -> Literal["", "outreach", "advice", "protection", "signpost"]:
    """What the consent position lets this referral ask for; empty until it is recorded."""
    if may_ask_for_outreach(answers):
        return "outreach"
    match words(answers, "consent_status"):
        case "":
            return ""
        case "given" | "given_in_part":
            return "advice"
        case _:
            chosen_route = words(answers, "without_consent_route")
            return "protection" if chosen_route == "protection" else "signpost"


def missing(kind: str, answers: Answers, today: date = date.max) -> list[Missing]:
    """What stands in the way of sending, in the order of the form, with what to do about each.

    An answer that cannot be used counts too, unless a child may be at risk and it can wait.
    """
    required = required_questions(kind, answers)
    at_risk = may_be_at_risk(answers)
    gaps: list[Missing] = []
    for each in SECTIONS:
        wrong = malformed(each.questions, answers, today)
        for asked in each.questions:
            if asked.key in required and not is_answered(answers, asked.key):
                gaps.append((each, asked, asked.missing))
            elif asked.key in wrong and (asked.key in required or not at_risk):
                gaps.append((each, asked, wrong[asked.key]))
    return gaps + _signpost_instead(answers) + _outreach_without_consent(answers)


def _signpost_instead(answers: Answers) -> list[Missing]:
    asked = question("without_consent_route")
    route = words(answers, asked.key)
    if route != "signpost" or not is_asked(asked, answers) or may_be_at_risk(answers):
        return []
    message = (
        "Give the family the number of the Support and Advice Line. To send this referral, record "
        "a parent’s agreement, or select that you share it to protect the child"
    )
    return [(SECTIONS[-1], asked, message)]


def _outreach_without_consent(answers: Answers) -> list[Missing]:
    if words(answers, "pathway_wished") != "outreach" or may_ask_for_outreach(answers):
        return []
    message = (
        "Select another kind of support, or record that a parent agreed to support from KSAF. "
        "Outreach cannot begin without it"
    )
    return [(SECTIONS[-1], question("pathway_wished"), message)]


def section_status(section: Section, kind: str, answers: Answers) -> Status:
    """How far one section is; without anything required in it, any answer completes it."""
    gaps = [gap for gap in missing(kind, answers) if gap[0] is section]
    started = any(is_answered(answers, asked.key) for asked in section.questions)
    if not started:
        return "not_started"
    return "in_progress" if gaps else "complete"
