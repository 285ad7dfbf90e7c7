"""Whoever tries whatever at whatever moment of a referral's life, nothing moves, ends or closes that should not."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import col, select

from portal import clock, db
from portal.access.roles import OPERATOR_ROLES, PARTNER_ROLES, OrganisationKind, Role
from portal.cases import closing, family_consent
from portal.cases import service as cases
from portal.cases.allocation import Allocation
from portal.cases.models import CompletionSummary, SummaryState, SupportCase
from portal.consent.models import ConsentEvent, Position
from portal.referrals import lifecycle
from portal.referrals.endings import Ending
from portal.referrals.models import Referral, WaitingOn
from portal.referrals.rules import ENDED, LIFECYCLE, Event, State, transition
from portal.tenancy import as_system, enter
from portal.timescales.models import Deadline, DeadlineState
from portal.timescales.recipients import Member
from portal.transfers import content, queries
from portal.transfers import service as transfers
from portal.transfers.models import Transfer
from portal.transfers.rules import SHARING_PURPOSE, may_answer
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals

REFUSALS = (
    SomeoneWasFirstError,
    lifecycle.NotPermittedError,
    closing.EndingRefusedError,
    transfers.OfferRefusedError,
    family_consent.NoConsentError,
)
SIDES = (*((True, role) for role in sorted(OPERATOR_ROLES)), *((False, role) for role in sorted(PARTNER_ROLES)))
"""Everybody: (at KSAF, role)."""
_PROPOSED = (Event.ACKNOWLEDGE, Event.DECIDE)
_ONWARD = (*_PROPOSED, Event.AUTHORISE_ONWARD)
_HELPED = (*_PROPOSED, Event.AUTHORISE, Event.ALLOCATE)
STARTS: tuple[tuple[tuple[Event, ...], str], ...] = (
    ((), ""),
    (_PROPOSED, ""),
    ((*_PROPOSED, Event.AUTHORISE_ADVICE), ""),
    ((*_PROPOSED, Event.AUTHORISE), ""),
    (_HELPED, ""),
    (_ONWARD, "nobody agrees"),
    (_ONWARD, "offered"),
    (_ONWARD, "accepted"),
    (_ONWARD, "accepted"),
    ((*_HELPED, Event.MOVE_ON), "offered"),
    ((*_HELPED, Event.MOVE_ON), "accepted"),
)
"""How far lives have come when they begin here, and their offer with them, so that every part of a life is tried."""
WHAT = ("close", "next", "event", "close", "next", "offer", "answer", "allocate", "event", "override")
CLOSERS = (Role.MANAGER, Role.MANAGER, Role.MANAGER, Role.CASE_MANAGER)
"""Mostly somebody who may, so that lives end."""
SPECIAL = {Event.ALLOCATE, Event.CLOSE}
"""What only its own service does, with what it needs."""


@dataclass(frozen=True)
class Cast:
    """Everybody who could try something, and a service that could be offered the family."""

    ksaf: dict[Role, people.Person]
    school: dict[Role, people.Person]
    stranger: people.Person
    receiver: people.Person


@pytest.fixture
def cast(tx) -> Cast:
    school = people.add_organisation(OrganisationKind.EDUCATION, "Larkfield Vale Academy")
    return Cast(
        {role: referrals.staff(role) for role in OPERATOR_ROLES},
        {role: people.add_person(school, role) for role in PARTNER_ROLES},
        people.add_person(people.add_organisation(OrganisationKind.EDUCATION, "Marsh End School"), Role.REFERRER),
        people.add_person(people.add_organisation(OrganisationKind.COMMUNITY, "Family Hub"), Role.REFERRER),
    )


def test_every_event_in_every_state_by_everybody(tx, cast):
    """The table decides, for each side's every role; whatever it refuses leaves no trace."""
    done = Counter()
    with as_system(tx), tx.no_autoflush:
        made = referrals.sent(cast.school[Role.REFERRER])
        for state in State:
            for event in Event:
                for person in (*cast.ksaf.values(), *cast.school.values(), cast.stranger):
                    done[_tries(tx, made, state, event, person)] += 1
    print(f"{done.total()} tries: {done['moved']} legal moves, {done['refused']} refusals, {done['illegal']} illegal")
    assert done["illegal"] == 0
    assert done["moved"]
    assert done["refused"]


def _tries(tx, referral: Referral, state: State, event: Event, person: people.Person) -> str:
    """Try one event, take it back, and say what came of it."""
    row, actor = transition(event, state), person.actor
    is_theirs = person.organisation_id == referral.organisation_id or actor.is_operator
    legal = row is not None and actor.may(row.permission) and is_theirs
    attempt = tx.begin_nested() if legal else None
    referral.state, referral.acceptance_overridden_at = state, clock.now()
    try:
        lifecycle.move(actor, referral, event, "Tried")
    except REFUSALS:
        came = "illegal" if legal or tx.new or referral.state is not state else "refused"
    else:
        came = "moved" if legal and row and referral.state is row.target else "illegal"
    if attempt:
        attempt.rollback()
    return came


@pytest.mark.timeout(300)  # seconds: hundreds of steps, each through a whole service
def test_no_life_goes_astray(tx, cast):
    """Random lives, told through the services that pages call."""
    tally = Counter()
    run_state_machine_as_test(
        lambda: Life(tx, cast, tally),
        settings=settings(
            max_examples=60,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(
        f"{tally['tries']} tries in {tally['lives']} lives: {tally['moves']} moves, {tally['refusals']} refusals, "
        f"{tally['closed']} closed ({tally['after acceptance']} after acceptance, {tally['overridden']} overridden); "
        "0 illegal moves, 0 closed with a running deadline, 0 closed before acceptance"
    )
    assert min(tally[each] for each in ("moves", "refusals", "closed", "after acceptance", "overridden")) > 0


class Life(RuleBasedStateMachine):
    """One referral, and everybody who tries something with it; taken back when it is over."""

    def __init__(self, tx: db.Session, cast: Cast, tally: Counter) -> None:
        super().__init__()
        self.tx, self.cast, self.tally = tx, cast, tally
        self.attempt = tx.begin_nested()
        self.accepted = self.overridden = False
        tally["lives"] += 1

    def teardown(self) -> None:
        self.attempt.rollback()

    @initialize(start=some.sampled_from(STARTS))
    def begins(self, start: tuple[tuple[Event, ...], str]) -> None:
        """Some way into a life."""
        (way, offer), manager = start, self.cast.ksaf[Role.MANAGER]
        self.id = referrals.sent(self.cast.school[Role.REFERRER]).id
        if offer != "nobody agrees":
            self._agreed(self._row(), manager)
        for event in way:
            if event is Event.ALLOCATE:
                self.somebody_allocates(Role.MANAGER)
            else:
                assert self._try(manager, event, lambda referral, event=event: self._moves(manager, referral, event))
        if offer in {"offered", "accepted"}:
            self.ksaf_offers()
        if offer == "accepted":
            self.an_offer_is_answered("accept")
            assert self._row().accepted_transfers == 1

    # One rule, so that no kind of step is left out of a whole life, as Hypothesis does with rules.
    @rule(
        what=some.sampled_from(WHAT),
        side=some.sampled_from(SIDES),
        event=some.sampled_from(sorted(set(Event) - SPECIAL)),
        which=some.integers(0, 3),
        closer=some.sampled_from(CLOSERS),
        ending=some.sampled_from(Ending),
        summed_up=some.booleans(),
    )
    def something_happens(
        self,
        what: str,
        side: tuple[bool, Role],
        event: Event,
        which: int,
        closer: Role,
        ending: Ending,
        *,
        summed_up: bool,
    ) -> None:
        """One step of a life, whoever takes it."""
        steps: dict[str, Callable[[], object]] = {
            "event": lambda: self.somebody_tries(side, event),
            "next": lambda: self.life_goes_on(which),
            "allocate": lambda: self.somebody_allocates(side[1] if side[0] else Role.MANAGER),
            "close": lambda: self.somebody_closes(closer, ending, summed_up=summed_up),
            "offer": self.ksaf_offers,
            "answer": lambda: self.an_offer_is_answered(("accept", "decline", "withdraw", "chase")[which]),
            "override": lambda: self.a_manager_overrides() if which == 0 else None,
        }
        steps[what]()

    def somebody_tries(self, by: tuple[bool, Role], event: Event) -> None:
        """Any event, by any role of either side."""
        person = (self.cast.ksaf if by[0] else self.cast.school)[by[1]]
        self._try(person, event, lambda referral: self._moves(person, referral, event))

    def life_goes_on(self, which: int) -> None:
        """Something that is next from here, by somebody who may, so that lives get far."""
        state, people_ = self._row().state, (*self.cast.ksaf.values(), *self.cast.school.values())
        following = [row for row in LIFECYCLE if state in row.sources and row.event not in SPECIAL]
        if following:
            row = following[which % len(following)]
            person = next(each for each in people_ if each.actor.may(row.permission))
            self._try(person, row.event, lambda referral: self._moves(person, referral, row.event))

    def somebody_allocates(self, by: Role) -> None:
        """Five weeks begin."""
        person, chosen = self.cast.ksaf[by], self.cast.ksaf
        first = Allocation(
            _member(chosen[Role.CASE_MANAGER]), _member(chosen[Role.FAMILY_OUTREACH_PRACTITIONER]), date(2026, 11, 30)
        )
        self._try(person, Event.ALLOCATE, lambda referral: cases.allocate(person.actor, referral, first))

    def somebody_closes(self, by: Role, ending: Ending, *, summed_up: bool) -> None:
        """With any ending, with an authorised summary or without."""
        person = self.cast.ksaf[by]
        if summed_up:
            self._sum_up()
        before = self._row()
        came_from, accepted = before.state, before.accepted_transfers
        overridden = before.acceptance_overridden_at is not None
        closes = lambda referral: closing.close(person.actor, referral, ending, "Why", "Told")  # noqa: E731
        if self._try(person, Event.CLOSE, closes):
            self.tally["closed"] += 1
            if came_from is State.HANDING_OVER:
                assert accepted or overridden, "closed before anybody accepted"
                self.tally["overridden" if overridden else "after acceptance"] += 1

    def ksaf_offers(self) -> None:
        """The family is offered to another service."""
        actor = self.cast.ksaf[Role.TRIAGE_OFFICER].actor

        def offers(referral: Referral) -> None:
            free = {each.id: each for each in queries.receivers(actor, referral)}
            if self.cast.receiver.organisation_id not in free:
                raise transfers.OfferRefusedError
            to = free[self.cast.receiver.organisation_id]
            frozen = content.frozen(referral, "Note", ["presenting_worries"], content.answered(actor, referral))
            transfers.offer(actor, referral, transfers.Offer(to, "Nearest", frozen))

        self._try(self.cast.ksaf[Role.TRIAGE_OFFICER], None, offers)

    def an_offer_is_answered(self, answer: str) -> None:
        """By the service, or taken back or chased by KSAF."""
        ksaf, receiver = self.cast.ksaf[Role.TRIAGE_OFFICER], self.cast.receiver
        newest = self._newest_offer(ksaf)
        if newest is None:
            return
        was_open = may_answer(newest.state)
        verbs: dict[str, Callable[[Referral], object]] = {
            "accept": lambda _: transfers.accept(receiver.actor, self._newest_offer(receiver)),
            "decline": lambda _: transfers.decline(receiver.actor, self._newest_offer(receiver), "Full"),
            "withdraw": lambda referral: transfers.withdraw(ksaf.actor, referral, self._newest_offer(ksaf), "Why"),
            "chase": lambda referral: transfers.chase(ksaf.actor, referral, self._newest_offer(ksaf), "Reception"),
        }
        assert self._try(ksaf, None, verbs[answer]) <= was_open

    def a_manager_overrides(self) -> None:
        """No acceptance comes, and a manager says why it closes without."""
        manager = self.cast.ksaf[Role.MANAGER]
        self._try(manager, None, lambda referral: transfers.override(manager.actor, referral, "Moved abroad"))

    @invariant()
    def what_has_ended_owes_nothing(self) -> None:
        """No deadline runs, rests or is announced on an ended record."""
        referral = self._row()
        if referral.state not in ENDED:
            return
        with as_system(self.tx):
            left = self.tx.scalars(
                select(Deadline).where(
                    Deadline.reference == referral.reference,
                    col(Deadline.state).in_([DeadlineState.RUNNING, DeadlineState.PAUSED]),
                )
            ).all()
        assert [each.kind for each in left] == [], f"still running on a record that is {referral.state}"
        assert referral.next_due_at is None
        assert referral.open_transfers == 0
        assert referral.waiting_on is WaitingOn.NOBODY

    def _try(self, person: people.Person, event: Event | None, verb: Callable[[Referral], object]) -> bool:
        """Let `person` do `verb`; what is refused is taken back, and must have been refused rightly. Say if it went."""
        self.tally["tries"] += 1
        referral = referrals.load_for(person, self.id)
        state, row = referral.state, transition(event, referral.state) if event else None
        legal = row is not None and person.actor.may(row.permission)
        attempt = self.tx.begin_nested()
        try:
            verb(referral)
        except REFUSALS:
            attempt.rollback()
            self.tally["refusals"] += 1
            assert self._row().state is state
            return False
        attempt.commit()
        self.tally["moves"] += 1
        if event:
            assert legal, f"{person.role} did {event} while {state}"
            assert row
            assert self._row().state is row.target
        return True

    def _moves(self, person: people.Person, referral: Referral, event: Event) -> None:
        if event is Event.MOVE_ON:
            closing.move_on(person.actor, referral, "Needs more")
        elif event is Event.REOPEN:
            closing.reopen(person.actor, referral, "Asked again")
        else:
            lifecycle.move(person.actor, referral, event, "Tried")

    def _newest_offer(self, person: people.Person) -> Transfer | None:
        """Return the newest offer, loaded for `person`: what was loaded for others is let go."""
        if self.tx.info["tenant"] != person.organisation_id:
            enter(self.tx, person.organisation_id)
        with as_system(self.tx):
            made = select(Transfer).where(col(Transfer.referral_id) == self.id).order_by(col(Transfer.id).desc())
            return self.tx.scalars(made).first()

    def _row(self) -> Referral:
        return referrals.load_for(self.cast.ksaf[Role.MANAGER], self.id)

    def _agreed(self, referral: Referral, person: people.Person) -> None:
        """The family agrees to support, and to sharing with others."""
        with as_system(self.tx):
            self.tx.add_all(
                ConsentEvent(
                    organisation_id=referral.organisation_id,
                    referral_id=referral.id,
                    purpose=purpose,
                    position=Position.GIVEN,
                    to_whom="Family Hub",
                    recorded_by_id=person.user_id,
                    recorded_at=clock.now(),
                )
                for purpose in (family_consent.SUPPORT, SHARING_PURPOSE)
            )
            self.tx.flush()

    def _sum_up(self) -> None:
        """A manager has authorised the summary of the support, where there is some."""
        manager = self.cast.ksaf[Role.MANAGER]
        referral = self._row()
        with as_system(self.tx):
            case = self.tx.scalars(
                select(SupportCase).where(col(SupportCase.referral_id) == self.id).order_by(col(SupportCase.id).desc())
            ).first()
            if case is None or referral.state is not State.IN_SUPPORT:
                return
            known = self.tx.scalars(select(CompletionSummary).where(CompletionSummary.case_id == case.id)).first()
            if known is None:
                self.tx.add(
                    CompletionSummary(
                        organisation_id=case.organisation_id,
                        referral_id=case.referral_id,
                        case_id=case.id,
                        content={},
                        family={},
                        withheld=[],
                        state=SummaryState.AUTHORISED,
                        edited_at=clock.now(),
                        edited_by_name=manager.name,
                    )
                )
            self.tx.flush()


def _member(person: people.Person) -> Member:
    return Member(person.user_id, person.name, person.email, None, person.role)
