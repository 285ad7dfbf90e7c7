"""The life of a draft: started, saved section by section, deleted."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from portal import clock, db, references
from portal.access.actor import Actor
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.audit.actions import Action
from portal.referrals import lifecycle, queries, trail
from portal.referrals.files import storage
from portal.referrals.form.requirements import route
from portal.referrals.form.sections import SECTIONS, Answers, AnswerValue, Section, words
from portal.referrals.models import Attachment, Referral, ReferralSection
from portal.referrals.rules import Event, State
from portal.timescales.recipients import Member


class NotADraftError(Exception):
    """The referral has been sent or deleted meanwhile: its sections are no longer edited."""


@dataclass(frozen=True)
class Saved:
    """What was given is kept, as `version`."""

    version: int


@dataclass(frozen=True)
class Stale:
    """Nothing was saved: somebody has saved `current` since the version that was seen."""

    current: ReferralSection


def start_draft(actor: Actor) -> Referral:
    """Start an empty draft owned by `actor`'s organisation, with `actor` as its contact until they say otherwise."""
    return _start(actor, actor.organisation_id, actor.user_id, actor.name)


def start_for(actor: Actor, organisation_id: int, contact: Member, answers: Answers) -> Referral:
    """Start a draft with `answers` in another organisation's space, for `contact` there to finish, as KSAF's `actor`.

    For a block `as_system`: KSAF is no party to a draft, and reads it only once it has been sent.
    """
    made = _start(actor, organisation_id, contact.user_id, contact.name)
    made.invited_by_name = actor.name
    for section in SECTIONS:
        own = {each.key: answers[each.key] for each in section.questions if answers.get(each.key)}
        if own:
            _write(actor, made, section, own, None)
            _keep_for_lists(made, section, own)
    db.session().flush()
    return made


def save_section(
    actor: Actor, referral: Referral, section: Section, answers: dict[str, AnswerValue], seen_version: int
) -> Saved | Stale:
    """Keep `answers` as those of `section`, if nobody saved it since `seen_version` (0: nothing was saved yet).

    What is kept already stays as it is, whichever version was seen: a second click is no conflict.
    Raises NotADraftError once the referral has been sent.
    """
    if referral.state is not State.DRAFT:
        raise NotADraftError(referral.reference)
    row = queries.saved_sections(actor, referral).get(section.key)
    if answers == (row.answers if row else {}):
        return Saved(row.version if row else 0)
    if row and row.version != seen_version:
        return Stale(row)
    kept = _write(actor, referral, section, answers, row)
    _keep_for_lists(referral, section, answers)
    referral.last_change_at = kept.updated_at
    trail.record(actor, referral, Action.DRAFT_SAVED, section=section.key, version=kept.version)
    return Saved(kept.version)


def discard_draft(actor: Actor, referral: Referral) -> None:
    """Delete a draft: what was written and attached is erased, and only that there was one remains.

    Raises SomeoneWasFirstError once it has been sent or deleted.
    """
    lifecycle.move(actor, referral, Event.DISCARD, "Draft deleted")
    for row in queries.saved_sections(actor, referral).values():
        db.session().delete(row)
    for file in db.session().scalars(select(Attachment).where(col(Attachment.referral_id) == referral.id)):
        storage.remove_after_commit(file.stored_name)
        db.session().delete(file)
    for column, empty in (_from_child({}) | _from_consent({})).items():
        setattr(referral, column, empty)
    db.session().flush()


def _start(actor: Actor, organisation_id: int, user_id: int, name: str) -> Referral:
    now = clock.now()
    made = Referral(
        organisation_id=organisation_id,
        reference=references.new(),
        created_by_id=user_id,
        contact_id=user_id,
        contact_name=name[:200],
        created_at=now,
        last_change_at=now,
    )
    references.add(db.session(), made)
    db.session().add(
        ReferralParty(
            referral_id=made.id or 0,
            owner_organisation_id=organisation_id,
            organisation_id=organisation_id,
            role=PartyRole.OWNER,
            scope=Scope.ALL,
            ground=Ground.OWN,
            basis="The organisation that refers",
            valid_from=now,
        )
    )
    trail.record(actor, made, Action.DRAFT_STARTED)
    return made


def _write(
    actor: Actor, referral: Referral, section: Section, answers: dict[str, Any], row: ReferralSection | None
) -> ReferralSection:
    kept = row or ReferralSection(
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        section=section.key,
        answers={},
        version=0,
        updated_by_id=actor.user_id,
        updated_by_name=actor.name,
        updated_at=clock.now(),
    )
    kept.answers, kept.version = answers, kept.version + 1
    kept.updated_by_id, kept.updated_by_name, kept.updated_at = actor.user_id, actor.name, clock.now()
    db.session().add(kept)
    db.session().flush()
    return kept


def _keep_for_lists(referral: Referral, section: Section, answers: Answers) -> None:
    """Copy onto the referral's row what lists show and search for, cut to the room its columns have."""
    source = {"child-and-family": _from_child, "consent-and-contact": _from_consent}.get(section.key)
    for column, value in (source(answers) if source else {}).items():
        setattr(referral, column, value)


def _from_child(answers: Answers) -> dict[str, Any]:
    given, family = words(answers, "child_first_name")[:100], words(answers, "child_last_name")[:100]
    return {
        "child_given_name": given,
        "child_family_name": family,
        "child_given_key": given.lower()[:100],
        "child_family_key": family.lower()[:100],
        "child_date_of_birth": _date(words(answers, "date_of_birth")),
        "year_group": words(answers, "year_group")[:40],
        "area": words(answers, "child_area") or "kent",
    }


def _from_consent(answers: Answers) -> dict[str, Any]:
    return {"contact_name": words(answers, "contact_name")[:200], "route": route(answers)}


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
