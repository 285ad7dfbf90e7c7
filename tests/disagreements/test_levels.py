"""Each stage of a disagreement reaches its own level: who is told, whom its ladder prompts, and who may answer."""

from datetime import UTC, datetime

import pytest
from sqlmodel import col, select

from portal import db
from portal.access.roles import Role
from portal.disagreements import queries, rules, service
from portal.disagreements.models import Disagreement
from portal.disagreements.rules import Challenged, Event, Stage, Stance
from portal.disagreements.service import Challenge
from portal.tenancy import as_system
from portal.timescales import away, jobs
from portal.timescales.models import Deadline, DeadlineState, Prompt
from portal.timescales.recipients import staff_of
from portal.web.dates import today
from tests.disagreements.conftest import POSITION, WANTED, opened, raised, said
from tests.factories import people, referrals

# Five working days from Monday 10am end on the next Monday at 5pm: this is within the eight hours before.
ON_THE_LAST_DAY = datetime(2026, 11, 30, 10, tzinfo=UTC)


def told(row: Disagreement, kind: str = "disagreement_to_answer") -> set[int]:
    wanted = select(Prompt.user_id).where(
        Prompt.reference == row.reference, Prompt.kind == kind, col(Prompt.closed_at).is_(None)
    )
    with as_system(db.session()):
        return set(db.session().scalars(wanted).all())


def refused(person: people.Person, reference: str) -> str | None:
    at = opened(person, reference)
    return rules.why_not(Event.ANSWERED, at.standing, queries.speaker(person.actor, at))


def head_of_service() -> people.Person:
    made = people.add_person(referrals.operator(), Role.MANAGER, "Margaret Ellis")
    referrals.operator().head_of_service_id = made.user_id
    db.session().flush()
    return made


def climb(cast, row: Disagreement, to: Stage, by: people.Person | None = None) -> None:
    who = by or cast.referrer
    for below in range(opened(who, row.reference).row.stage, to):
        service.escalate(who.actor, opened(who, row.reference), said(who, Stage(below)))


def test_each_stage_is_told_to_its_own_level_at_ksaf(cast):
    with as_system(db.session()):
        head = head_of_service()
    row = raised(cast)
    managers = {cast.manager.user_id, head.user_id}
    for stage, wanted in (
        (Stage.PROFESSIONALS, {cast.officer.user_id}),
        (Stage.MANAGERS, managers),
        (Stage.LEADS, managers | {cast.safeguarding.user_id}),
        (Stage.DIRECTORS, {head.user_id}),
        (Stage.PARTNERSHIP, managers | {cast.safeguarding.user_id}),
    ):
        climb(cast, row, stage)
        assert told(row) == wanted
        answering = {
            each.user_id
            for each in (cast.officer, cast.safeguarding, cast.manager, head)
            if refused(each, row.reference) is None
        }
        assert answering >= wanted
        assert stage is Stage.PROFESSIONALS or answering == wanted


def test_while_no_head_is_named_the_managers_stand_at_the_third_stage(cast):
    row = raised(cast)
    climb(cast, row, Stage.DIRECTORS)
    assert told(row) == {cast.manager.user_id}
    assert refused(cast.manager, row.reference) is None
    assert "its head of service, or its managers" in (refused(cast.safeguarding, row.reference) or "")


def test_while_the_head_is_away_whoever_stands_in_answers(cast):
    with as_system(db.session()):
        head = head_of_service()
    row = raised(cast)
    climb(cast, row, Stage.DIRECTORS)
    assert refused(cast.manager, row.reference)
    staff = {each.user_id: each for each in staff_of(head.organisation_id).members}
    away.set_away(head.actor, staff[head.user_id], staff[cast.manager.user_id], today(), today())
    assert refused(cast.manager, row.reference) is None


def test_at_a_partner_the_person_answers_first_and_then_the_admins(cast):
    referral = referrals.load_for(cast.manager, cast.referral_id)
    school = queries.partners_of(cast.manager.actor, referral)[0]
    made = Challenge(Challenged.OTHER, POSITION, WANTED, "Ruth Lane", school)
    row, _ = service.challenge(cast.manager.actor, referral, made)
    assert told(row) == {cast.referrer.user_id}
    for stage in (Stage.MANAGERS, Stage.LEADS, Stage.DIRECTORS):
        climb(cast, row, stage, cast.manager)
        assert told(row) == {cast.admin.user_id}
        assert refused(cast.admin, row.reference) is None
        assert "its organisation admins" in (refused(cast.referrer, row.reference) or "")


@pytest.mark.parametrize("stage", [Stage.MANAGERS, Stage.LEADS, Stage.DIRECTORS])
def test_the_ladder_of_a_stage_prompts_whoever_answers_at_it(database, kept, moment, stage):
    with database.transaction():
        head_of_service()
        row = raised(kept)
        climb(kept, row, stage)
    moment.set(ON_THE_LAST_DAY)
    jobs.run(database, moment.now)
    with database.transaction():
        assert told(row, f"{rules.LEVELS[stage].kind}:approaching") == told(row)


def test_the_page_says_who_speaks_at_the_stage(client_of, database, kept):
    with database.transaction():
        row = raised(kept)
        climb(kept, row, Stage.LEADS)
        path = f"/disagreements/{row.reference}"
    for person in (kept.referrer, kept.safeguarding):
        assert "at KSAF, its safeguarding team and its managers." in client_of(person).get(path).text
    assert "at KSAF, its safeguarding team" in client_of(kept.safeguarding).get(f"{path}/answer").text
    text = client_of(kept.officer).get(path).text
    assert "Ask them to sign in and answer" in text
    assert text.count("speaks at this stage") == 1


def test_what_ran_before_each_stage_had_a_kind_of_its_own_is_met_all_the_same(cast):
    row = raised(cast)
    climb(cast, row, Stage.LEADS)
    with as_system(db.session()):
        runs = db.session().scalars(select(Deadline).where(Deadline.kind == "disagreement_leads")).one()
        runs.kind = "disagreement_stage"
        db.session().flush()
    grace = cast.safeguarding
    service.answer(grace.actor, opened(grace, row.reference), said(grace, Stage.LEADS), Stance.STANDS)
    with as_system(db.session()):
        state = select(Deadline.state).where(Deadline.reference == row.reference, Deadline.kind == "disagreement_stage")
        assert set(db.session().scalars(state).all()) == {DeadlineState.CANCELLED, DeadlineState.MET}
