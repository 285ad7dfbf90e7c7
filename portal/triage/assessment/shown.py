"""An assessment as it is read: beside a decision, in the queue, and on its own page."""

from dataclasses import dataclass
from datetime import datetime

from portal.organisations import contacts
from portal.organisations.contacts import Contact
from portal.referrals.form import answer_words
from portal.referrals.form.sections import Answers, is_answered, is_asked, question
from portal.referrals.models import Referral
from portal.triage.assessment import rules
from portal.triage.assessment.models import Assessment
from portal.triage.assessment.needs import ASPECTS, DOMAINS, SIGNS, Aspect, Level, Scale, scale_for


@dataclass(frozen=True)
class Shown:
    """One version in words; `front_door` holds whom to call where the level is for the statutory services."""

    scale: Scale
    level: Level | None
    why: str
    signs: tuple[tuple[str, tuple[str, ...]], ...]
    findings: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    front_door: tuple[Contact, ...]
    saved_by: str
    saved_at: datetime

    @property
    def level_name(self) -> str:
        """Return the level as people say it."""
        return self.level.name if self.level else "Not settled yet"


def describe(referral: Referral, kept: Assessment | None) -> Shown | None:
    """Return `kept`, the assessment of `referral`, in words; None where there is none."""
    if kept is None:
        return None
    scale, seen = scale_for(referral.area), kept.signs["seen"]
    level = scale.level(kept.level)
    return Shown(
        scale=scale,
        level=level,
        why=kept.why,
        signs=_signs(seen),
        findings=tuple((each.title, kept.findings[each.key]) for each in ASPECTS if kept.findings.get(each.key)),
        warnings=tuple(rules.warnings(scale, kept.level, seen)),
        front_door=front_doors(referral.area) if rules.is_for_front_door(level) else (),
        saved_by=kept.saved_by_name,
        saved_at=kept.saved_at,
    )


def front_doors(area: str) -> tuple[Contact, ...]:
    """Return the statutory front door of `area`; of an area whose contacts we do not hold, none."""
    return tuple(each for each in contacts.for_area(area) if each.front_door)


def says(aspect: Aspect, answers: Answers) -> list[dict[str, str]]:
    """Return what the referral says about `aspect`, answered questions only, as rows of label and answer."""
    asked = [question(key) for key in aspect.says]
    return [
        {"key": each.label, "value": answer_words.in_words(each, answers)}
        for each in asked
        if is_asked(each, answers) and is_answered(answers, each.key)
    ]


def _signs(seen: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    by_domain = (
        (domain.title, tuple(SIGNS[each.key].words for each in domain.signs if each.key in seen)) for domain in DOMAINS
    )
    return tuple((title, words) for title, words in by_domain if words)
