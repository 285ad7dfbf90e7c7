"""What a referral's page shows, tab by tab."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal import clock
from portal.access.actor import Actor
from portal.access.models import Ground, Scope
from portal.access.policy import Permission
from portal.consent import queries as consent
from portal.consent.forms import AsOfForm
from portal.notifications.queries import failed_mail_for
from portal.referrals import (
    actions,
    beside,
    conversation,
    lifecycle,
    progress,
    queries,
    record,
    sender,
    standing,
    whom,
)
from portal.referrals.corrections import queries as corrections
from portal.referrals.files import attachments
from portal.referrals.form import answer_words
from portal.referrals.form.parts import PART_WORDS, Part
from portal.referrals.models import Referral
from portal.referrals.record import NEWEST, Entry, Opened
from portal.referrals.rules import State
from portal.referrals.sharing import moved, seats
from portal.timescales.recipients import manager_contact
from portal.web.dates import in_london


def _always(_actor: Actor, _referral: Referral) -> bool:
    return True


def _is_assessed(actor: Actor, referral: Referral) -> bool:
    return actor.may(Permission.ASSESSMENT_READ) and referral.submitted_at is not None


def _has_support(_actor: Actor, referral: Referral) -> bool:
    return referral.support_starts_on is not None


def goes_on(actor: Actor, referral: Referral) -> bool:
    """Say whether `actor` has the Onward tab: both sides once the family moves on, KSAF's triage whenever it was sent.

    A statutory referral is made in any state.
    """
    offered = referral.open_transfers or referral.accepted_transfers or referral.acceptance_overridden_at
    concerned = queries.concerns(actor, referral) and bool(offered or referral.state is State.HANDING_OVER)
    return concerned or (actor.may(Permission.STATUTORY_READ) and referral.submitted_at is not None)


@dataclass(frozen=True)
class Tab:
    """One part of the page, for those who see at least `scope` of the referral.

    A tab `of_its_own` is another feature's page at an address of its own, made with `heading`; `shown` says when.
    """

    key: str
    label: str
    scope: Scope = Scope.ALL
    of_its_own: bool = False
    shown: Callable[[Actor, Referral], bool] = _always


TABS = (
    Tab("timeline", "Timeline", scope=Scope.STATUS),
    Tab("referral", "Referral"),
    Tab("assessment", "Assessment", of_its_own=True, shown=_is_assessed),
    Tab("consent", "Consent"),
    Tab("support", "Support", scope=Scope.UPDATES, of_its_own=True, shown=_has_support),
    Tab("onward", "Onward", of_its_own=True, shown=goes_on),
    Tab("attendance", "Attendance", scope=Scope.UPDATES, of_its_own=True, shown=_has_support),
    Tab("summary", "Summary", scope=Scope.UPDATES, of_its_own=True, shown=_has_support),
    Tab("people", "Who can see this"),
)


def tab_of(opened: Opened, key: str) -> Tab | None:
    """Return the tab called `key` (the first for no key) if the reader's organisation may open it, else None."""
    found = next((tab for tab in TABS if tab.key == (key or TABS[0].key) and not tab.of_its_own), None)
    return found if found and opened.reaches(found.scope) else None


def context(actor: Actor, opened: Opened, tab: Tab, *, whole: bool, as_of: AsOfForm) -> dict[str, Any]:
    """Return what the page needs to show `tab` to `actor`.

    Takes `whole` for every entry of the timeline, and `as_of` with the day that is asked about, if one is.
    """
    referral = opened.referral
    own: dict[str, Callable[[], dict[str, Any]]] = {
        "timeline": lambda: {
            **status(actor, opened, whole=whole),
            "failed_mail": failed_mail_for(actor, referral.reference),
        },
        "referral": lambda: _answers(actor, referral),
        "consent": lambda: _consent(actor, referral, as_of),
        "people": lambda: _people(actor, referral),
    }
    return {**heading(actor, opened, tab.key), **own[tab.key]()}


def heading(actor: Actor, opened: Opened, key: str) -> dict[str, Any]:
    """Return what `referrals/record.html` needs above the tab `key`, of this page or of another feature's."""
    referral = opened.referral
    main, more = actions.of(actor, opened)
    tabs = [each for each in TABS if opened.reaches(each.scope) and each.shown(actor, referral)]
    return {
        "referral": referral,
        "child": progress.child_in_full(referral),
        **_state(actor, referral),
        "tab": next(each for each in TABS if each.key == key),
        "tabs": [{"label": each.label, "href": _address(referral, each), "current": each.key == key} for each in tabs],
        "access_ends": sender.last_day(referral) if referral.organisation_id == actor.organisation_id else None,
        "without_consent": opened.party if opened.party.ground is Ground.PROTECTION else None,
        "main_action": main,
        "more_actions": more,
        "notes": beside.notes(opened.beside),
        "may_raise_concern": actor.may(Permission.CONCERN_RAISE) and referral.state is not State.DRAFT,
    }


def _address(referral: Referral, tab: Tab) -> str:
    path = f"/referrals/{referral.reference}"
    if tab is TABS[0]:
        return path
    return f"{path}/{tab.key}" if tab.of_its_own else f"{path}?tab={tab.key}"


def status(actor: Actor, opened: Opened, *, whole: bool) -> dict[str, Any]:
    """Return what the live panel shows: state, steps, who owes what, whom to talk to, the newest of the timeline."""
    referral = opened.referral
    shows_timeline = opened.scope is not Scope.STATUS
    entries = record.timeline(actor, opened, None if whole else NEWEST) if shows_timeline else []
    shown = entries if whole else entries[:NEWEST]
    return {
        "referral": referral,
        **_state(actor, referral),
        "steps": progress.steps(referral, is_operator=actor.is_operator),
        "owed": standing.owed(actor, referral),
        "contact": whom.to_talk_to(actor, opened),
        "shows_timeline": shows_timeline,
        "entries": [_entry_row(referral, each) for each in shown],
        "newest": record.newest_entry_id(shown),
        "has_earlier": len(entries) > len(shown),
        "whole": whole,
        "announced": _announced(actor, referral, shown),
        **_chasing(actor, referral),
    }


def _state(actor: Actor, referral: Referral) -> dict[str, Any]:
    return {
        "where": progress.where(referral, is_operator=actor.is_operator),
        "where_tone": progress.tone(referral),
        "is_urgent": progress.is_read_first(referral, is_operator=actor.is_operator),
    }


def _entry_row(referral: Referral, each: Entry) -> dict[str, Any]:
    entry, path = each.entry, f"/referrals/{referral.reference}/attachments"
    return {
        "title": entry.title,
        "at": entry.at,
        "who": entry.actor_name,
        "organisation": entry.actor_organisation,
        "body": each.body,
        "kind": entry.kind,
        "unread": each.is_unread,
        "files": [{"href": f"{path}/{file.key}", "name": file.filename} for file in each.files],
    }


def _chasing(actor: Actor, referral: Referral) -> dict[str, Any]:
    """Return whether the reader can chase KSAF now, and whom they can also phone."""
    if not conversation.can_chase(actor, referral):
        return {"can_chase": False}
    chased = conversation.last_chase(actor, referral)
    is_recent = chased is not None and clock.now() - chased.at < conversation.CHASE_AGAIN_AFTER
    manager = manager_contact(lifecycle.operator_id())
    return {"can_chase": True, "manager": manager, "chased": chased if is_recent else None}


def _announced(actor: Actor, referral: Referral, shown: list[Entry]) -> str:
    newest = f" Newest: {shown[0].entry.title}." if shown else ""
    return f"{progress.where(referral, is_operator=actor.is_operator)}.{newest}"


def _answers(actor: Actor, referral: Referral) -> dict[str, Any]:
    answers, closed = queries.answers_of(queries.saved_sections(actor, referral).values()), _closed(actor, referral)
    return {
        "sections": answer_words.all_lines(answers, without=closed),
        "closed": [PART_WORDS[part] for part in closed],
        "files": attachments.of_referral(actor, referral),
        "corrections": [(each, corrections.TOLD[each.part]) for each in corrections.of_referral(actor, referral)],
    }


def _closed(actor: Actor, referral: Referral) -> list[Part]:
    opened = queries.open_parts(actor, referral)
    return [part for part in Part if part not in opened]


def _consent(actor: Actor, referral: Referral, as_of: AsOfForm) -> dict[str, Any]:
    day = as_of.on.data if as_of.on.raw_data and as_of.validate() else None
    ledger = consent.ledger(actor, referral.id or 0, *moved.readable_consent(actor, referral))
    on_that_day = consent.on_day(ledger, day) if day else []
    return {
        "ledger": ledger,
        "as_of": as_of,
        "day": day,
        "on_that_day": on_that_day,
        "learnt_later": [each for each in on_that_day if day and in_london(each.recorded_at).date() > day],
    }


def _people(actor: Actor, referral: Referral) -> dict[str, Any]:
    return {
        "seats": seats.seats(actor, referral),
        "colleagues": record.colleagues(actor),
        "sender_last_day": sender.last_day(referral),
    }
