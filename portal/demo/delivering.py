"""How the weeks of support go for the demo's families: updates posted, read and answered, through the services."""

from collections.abc import Callable

from portal.access.actor import Actor
from portal.cases import need_to_know, opened_week, update_drafts, updates
from portal.cases.models import Engagement
from portal.cases.opened_week import OpenedWeek
from portal.cases.update_form import Content
from portal.demo import concerns
from portal.referrals import record_reviews
from portal.referrals.models import Referral

Deed = Callable[[Actor, Referral, dict[str, str]], object]


def _week(actor: Actor, referral: Referral, words: dict[str, str]) -> OpenedWeek:
    found = opened_week.open_week(actor, referral.reference, int(words["week"]))
    if found is None:
        raise LookupError(referral.reference)
    return found


def _post(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    """Post the update of a week: `scores` are those of the goals in order, `concern` what was seen, if there is one."""
    opened = _week(actor, referral, words)
    scores = zip(opened.goals, words.get("scores", "").split(), strict=False)
    content = Content(
        engagement=Engagement(words["engagement"]),
        contacts=int(words["contacts"]),
        attendance=float(words["attendance"]) if "attendance" in words else None,
        progress=words["progress"],
        barriers=words.get("barriers", ""),
        next_steps=words["next_steps"],
        scores={goal.id: int(score) for goal, score in scores},
        note=words.get("note", ""),
        marks={name: words[f"{name}_part"] for name in need_to_know.TEXTS if f"{name}_part" in words},
        concern=concerns.raised(actor, words, opened.row.number) if "concern" in words else None,
    )
    updates.post(actor, opened, content, {}, opened.row.draft_version)


def _draft(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    opened = _week(actor, referral, words)
    typed = {key: text for key, text in words.items() if key != "week"}
    update_drafts.save_draft(actor, opened, typed, opened.row.draft_version)


def _review_record(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    newest = next(iter(record_reviews.earlier(actor, referral)), None)
    seen = newest.id or 0 if newest else 0
    record_reviews.record(actor, referral, words["text"], is_outstanding="outstanding" in words, seen=seen)


DEEDS: dict[str, Deed] = {
    "review_record": _review_record,
    "post_update": _post,
    "draft_update": _draft,
    "read_update": lambda actor, referral, words: updates.mark_read(actor, _week(actor, referral, words)),
}
