"""The verbs of a disagreement, each in the open transaction. Nobody but a person takes it to the next stage."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from portal import clock, db, references
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.disagreements import clocks, decided, queries, rules, telling, trail
from portal.disagreements.models import Disagreement, DisagreementEntry
from portal.disagreements.queries import Opened, Party
from portal.disagreements.refusal import DisagreementRefusedError
from portal.disagreements.rules import (
    Challenged,
    DisagreementState,
    Event,
    Outcome,
    Side,
    Stage,
    Stance,
    Standing,
    Turn,
)
from portal.organisations.queries import operator
from portal.referrals.models import Referral
from portal.web.dates import long_datetime
from portal.web.errors import SomeoneWasFirstError

ALREADY = "Your organisation has already challenged this. Read it, and add to it what you have to say."


@dataclass(frozen=True)
class Challenge:
    """What somebody challenges: which decision, what they think and ask for, and who speaks (name and role).

    `whom` is the partner that KSAF challenges; a partner challenges KSAF.
    """

    kind: Challenged
    position: str
    wanted: str
    speaker: str
    whom: Party | None = None


@dataclass(frozen=True)
class Said:
    """What somebody says, in whose name (name and role), and at which stage they took it to be."""

    words: str
    speaker: str
    at: Stage


def challenge(actor: Actor, referral: Referral, made: Challenge) -> tuple[Disagreement, DisagreementEntry]:
    """Challenge a decision on `referral`, professional to professional; return the disagreement and its first entry.

    Raises DisagreementRefusedError where it cannot be challenged, SomeoneWasFirstError where this side has done so.
    """
    if made.kind not in decided.choices(actor, referral):
        raise DisagreementRefusedError("Choose a decision that has been made on this referral.")
    row = _new(actor, referral, made)
    try:
        references.add(db.session(), row)
    except IntegrityError:
        raise SomeoneWasFirstError(ALREADY) from None
    entry = trail.add(actor, row, Event.RAISED, made.position, made.speaker)
    clocks.open_stage(row, referral)
    telling.to_answer(row, referral, "raised")
    trail.record(actor, row, Action.DISAGREEMENT_RAISED, kind=row.kind.value)
    return row, entry


def add(actor: Actor, opened: Opened, said: Said) -> DisagreementEntry:
    """Add to what one's side has said, without answering or ending anything; the other side is told by mail.

    Raises SomeoneWasFirstError where it has ended.
    """
    _require(actor, opened, Event.ADDED)
    entry = _note(actor, opened, Event.ADDED, said)
    telling.mail(opened.row, opened.referral, _other(actor, opened.row), "added")
    return entry


def answer(actor: Actor, opened: Opened, said: Said, stance: Stance) -> DisagreementEntry:
    """Answer at the stage it has come to; at the last one, record what the partnership says.

    Raises DisagreementRefusedError where it is not for `actor` to answer, SomeoneWasFirstError where it was answered.
    """
    _require_stage(opened, said)
    _require(actor, opened, Event.ANSWERED)
    row = opened.row
    entry = _note(actor, opened, Event.ANSWERED, said, stance)
    _move(row, rules.after(Event.ANSWERED, opened.standing))
    why = f"Answered by {said.speaker}"
    telling.settle(row, why)
    clocks.answered(row, why)
    telling.challenger(row)
    return entry


def escalate(actor: Actor, opened: Opened, said: Said) -> DisagreementEntry:
    """Take it to the next stage, whose level answers within its own time; a person does so, and nothing else.

    Raises DisagreementRefusedError above the partnership, SomeoneWasFirstError where it has ended.
    """
    _require_stage(opened, said)
    _require(actor, opened, Event.ESCALATED)
    row, after = opened.row, rules.after(Event.ESCALATED, opened.standing)
    why = f"Taken to stage {after.stage.value}"
    telling.settle(row, why)
    clocks.end(row, why)
    _move(row, after)
    row.stage_since = clock.now()
    entry = _note(actor, opened, Event.ESCALATED, said)
    clocks.open_stage(row, opened.referral)
    told = telling.to_answer(row, opened.referral, "escalated")
    if (other := _other(actor, row)) != told:
        telling.mail(row, opened.referral, other, "escalated")
    return entry


def resolve(actor: Actor, opened: Opened, said: Said, outcome: Outcome) -> DisagreementEntry:
    """End it with how it was resolved.

    Raises DisagreementRefusedError where it is not for `actor` to say so, SomeoneWasFirstError where it has ended.
    """
    _require(actor, opened, Event.RESOLVED)
    if outcome not in rules.outcomes(queries.speaker(actor, opened)):
        raise DisagreementRefusedError("Choose how it was resolved.")
    opened.row.outcome = outcome
    return _end(actor, opened, Event.RESOLVED, said)


def withdraw(actor: Actor, opened: Opened, said: Said) -> DisagreementEntry:
    """Take the challenge back, with why.

    Raises DisagreementRefusedError where it is another's, SomeoneWasFirstError where it has ended.
    """
    _require(actor, opened, Event.WITHDRAWN)
    return _end(actor, opened, Event.WITHDRAWN, said)


def _new(actor: Actor, referral: Referral, made: Challenge) -> Disagreement:
    if actor.is_operator:
        known = {each.id: each for each in queries.partners_of(actor, referral)}
        if made.whom is None or made.whom.id not in known:
            raise DisagreementRefusedError("Choose whose decision you challenge.")
        to = known[made.whom.id]
    else:
        ksaf = operator()
        to = Party(ksaf.id or 0, ksaf.key, ksaf.name)
    return Disagreement(
        reference=references.new(),
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        challenger_id=actor.organisation_id,
        answerer_id=to.id,
        to_name=to.name,
        kind=made.kind,
        decided=decided.in_words(actor, referral, made.kind),
        wanted=made.wanted,
        raised_at=clock.now(),
        raised_by_id=actor.user_id,
        raised_by_name=actor.name,
        raised_by_organisation=actor.organisation_name,
        stage_since=clock.now(),
    )


def _require(actor: Actor, opened: Opened, event: Event) -> None:
    """Raise SomeoneWasFirstError where the step has been taken meanwhile, DisagreementRefusedError where it may not."""
    row, by = opened.row, queries.speaker(actor, opened)
    if row.state is not DisagreementState.OPEN:
        ended = long_datetime(row.ended_at or clock.now())
        raise SomeoneWasFirstError(f"{row.ended_by_name} ended this disagreement on {ended}.")
    why = rules.why_not(event, opened.standing, by)
    if why and event is Event.ANSWERED and row.turn is Turn.CHALLENGER and by.side is Side.ANSWERER:
        raise SomeoneWasFirstError("A colleague has answered at this stage. Read the answer on its page.")
    if why:
        raise DisagreementRefusedError(why)


def _require_stage(opened: Opened, said: Said) -> None:
    """Raise SomeoneWasFirstError where it has gone on to another stage since the speaker read it."""
    row = opened.row
    if row.state is DisagreementState.OPEN and row.stage != said.at:
        level = rules.LEVELS[Stage(row.stage)].title.lower()
        since = long_datetime(row.stage_since)
        raise SomeoneWasFirstError(f"It went to stage {row.stage}, {level}, on {since}.")


def _end(actor: Actor, opened: Opened, event: Event, said: Said) -> DisagreementEntry:
    row = opened.row
    entry = _note(actor, opened, event, said)
    _move(row, rules.after(event, opened.standing))
    row.ended_at, row.ended_by_name = clock.now(), actor.name
    why = f"{rules.STATES[row.state]} by {actor.name}"
    telling.settle(row, why)
    clocks.end(row, why)
    telling.ended(row, opened.referral, _other(actor, row))
    return entry


def _move(row: Disagreement, to: Standing) -> None:
    row.state, row.stage, row.turn = to.state, to.stage.value, to.turn


def _other(actor: Actor, row: Disagreement) -> int:
    return row.answerer_id if actor.organisation_id == row.challenger_id else row.challenger_id


def _note(actor: Actor, opened: Opened, event: Event, said: Said, stance: Stance | None = None) -> DisagreementEntry:
    row = opened.row
    entry = trail.add(actor, row, event, said.words, said.speaker, stance)
    outcome = row.outcome.value if event is Event.RESOLVED and row.outcome else ""
    trail.record(
        actor,
        row,
        Action.DISAGREEMENT_MOVED,
        event=event.value,
        stage=row.stage,
        **({"outcome": outcome} if outcome else {}),
    )
    return entry
