"""What happens on the family's page: typed step by step, sent, changed, taken back; a call asked for; a copy sent."""

from typing import Any

from portal import clock, db
from portal.audit.actions import Action
from portal.consent.models import Position
from portal.consent.queries import LedgerLine
from portal.consent.statements import Statement
from portal.family import changes, links, steps
from portal.family.links import Link
from portal.family.shown import One
from portal.family.steps import ABOUT_YOU, Questions, Typed
from portal.referrals import telling, timeline, trail
from portal.referrals.models import Audience
from portal.timescales import news
from portal.timescales.news import News


def keep(link: Link, step: str, typed: Typed) -> None:
    """Keep what was typed into a step until it is sent."""
    link.row.draft = {**(link.row.draft or {}), step: dict(typed)}
    db.session().flush()


def send(link: Link, asked: Questions) -> None:
    """Enter every answer of the draft into the ledger; nothing where it was sent already by a second click."""
    typed = {each.key: asked.draft[each.key] for each in asked.shown.purposes if each.key in asked.draft}
    if asked.missing() or not typed:
        return
    before = changes.standing(link.guest, link.referral)
    said = [
        steps.statement(link, key, each, was_agreed=_permits(before, steps.ledger_key(link, key)))
        for key, each in typed.items()
    ]
    _enter(link, asked, asked.draft[ABOUT_YOU], said)


def change(link: Link, asked: Questions, purpose: str, typed: Typed) -> None:
    """Enter a new answer to one question."""
    before = changes.standing(link.guest, link.referral)
    was_agreed = _permits(before, steps.ledger_key(link, purpose))
    said = steps.statement(link, purpose, typed, was_agreed=was_agreed)
    _enter(link, asked, asked.draft[ABOUT_YOU], [said])


def stop(link: Link, asked: Questions, about: Typed) -> None:
    """Take back everything that is agreed to now."""
    before = changes.standing(link.guest, link.referral)
    agreed = [each.key for each in asked.shown.purposes if _permits(before, steps.ledger_key(link, each.key))]
    _enter(link, asked, about, [steps.stopped(link, key) for key in agreed])


def answer_one(link: Link, asked: Questions, about: Typed, one: One, *, is_agreed: bool) -> None:
    """Enter whether KSAF may share with one organisation; what it sees by consent ends where it may not."""
    position = Position.GIVEN if is_agreed else Position.WITHDRAWN
    _enter(link, asked, about, [steps.about_one(link, one.key, one.name, position)])


def ask_for_call(link: Link, said: dict[str, Any]) -> None:
    """Let KSAF know that the family would like a call, with the number: for KSAF alone."""
    body = "\n".join(each for each in (said["name"], said["phone"], said["when"]) if each)
    title = f"{link.guest.name} asks for a call about consent"
    timeline.add(link.guest, link.referral, "consent", title, body, audience=Audience.OPERATOR)
    telling.prompt_operator(link.referral, News.FAMILY_CALL)
    telling.operator(link.referral, "family/call")
    trail.record(link.guest, link.referral, Action.CONSENT_CALL_ASKED, key=link.row.key)


def ask_for_link(link: Link) -> bool:
    """Give whoever holds a link that has run out a new one; return whether it was mailed to where the old one went.

    Otherwise KSAF has it among what waits, since a link on paper has nowhere to go.
    """
    if link.row.email:
        links.renew(link)
        return True
    telling.prompt_operator(link.referral, News.FAMILY_LINK)
    telling.operator(link.referral, "family/link_wanted")
    return False


def _enter(link: Link, asked: Questions, about: Typed, said: list[Statement]) -> None:
    changes.record(link.guest, link.referral, said, steps.giver(link, about), asked.shown)
    link.row.draft, link.row.answered_at = {ABOUT_YOU: dict(about)}, clock.now()
    timeline.add(link.guest, link.referral, "consent", f"{link.guest.name} answered about consent")
    for each in links.WAITING:
        news.settle(each, link.referral.reference, f"{link.guest.name} answered")
    telling.operator(link.referral, "family/answered")
    telling.referrer(link.referral, "family/answered")


def _permits(before: dict[str, LedgerLine], purpose: str) -> bool:
    return purpose in before and before[purpose].permits
