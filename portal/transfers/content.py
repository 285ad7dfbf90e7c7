"""What a receiving service reads: chosen item by item, frozen as plain data when the offer is made."""

from collections.abc import Collection
from typing import Any

from portal.access.actor import Actor
from portal.referrals import queries
from portal.referrals.form import answer_words
from portal.referrals.form.answer_words import AnswerLine
from portal.referrals.form.sections import Section
from portal.referrals.models import Referral

Answered = list[tuple[Section, list[AnswerLine]]]


def answered(actor: Actor, referral: Referral) -> Answered:
    """Return the sections of `referral` with the questions that have an answer: what can be handed over."""
    answers = queries.answers_of(queries.saved_sections(actor, referral).values())
    found = [(section, [each for each in lines if each.answer]) for section, lines in answer_words.all_lines(answers)]
    return [(section, lines) for section, lines in found if lines]


def frozen(referral: Referral, note: str, items: Collection[str], found: Answered) -> dict[str, Any]:
    """Return what the receiver reads: the reference, the covering `note`, and the answers whose keys are in `items`."""
    chosen = [
        {
            "title": section.title,
            "rows": [[each.question.label, each.answer] for each in lines if each.question.key in items],
        }
        for section, lines in found
    ]
    return {"reference": referral.reference, "note": note, "sections": [each for each in chosen if each["rows"]]}
