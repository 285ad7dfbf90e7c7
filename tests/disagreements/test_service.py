"""The verbs of a disagreement on both engines: who is told, what runs, who was first; nothing moves by itself."""

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select, update

from portal import db, scheduler
from portal.audit.models import AuditEvent
from portal.disagreements import queries, service
from portal.disagreements.models import Disagreement, DisagreementEntry, DisagreementFile
from portal.disagreements.refusal import DisagreementRefusedError
from portal.disagreements.rules import Challenged, DisagreementState, Event, Outcome, Stage, Stance, Turn
from portal.disagreements.service import Challenge
from portal.notifications.models import OutboxMail
from portal.referrals.files import storage
from portal.referrals.models import TimelineEntry
from portal.retention import erasures
from portal.retention import service as erasure
from portal.tenancy import TenancyError, as_system, enter
from portal.timescales import jobs
from portal.timescales.models import Deadline, DeadlineState, Prompt
from portal.timescales.news import News
from portal.web.errors import SomeoneWasFirstError
from tests.disagreements.conftest import POSITION, WANTED, make_cast, opened, raised, said
from tests.factories import disagreements, referrals

DAY = 24


def deadlines(reference: str) -> dict[str, list[DeadlineState]]:
    with as_system(db.session()):
        rows = db.session().scalars(select(Deadline).where(Deadline.reference == reference).order_by(Deadline.id)).all()
    found: dict[str, list[DeadlineState]] = {}
    for row in rows:
        db.session().refresh(row)
        found.setdefault(row.kind, []).append(row.state)
    return found


def prompts(reference: str, *, open_only: bool = True) -> set[tuple[str, int]]:
    wanted = select(Prompt).where(Prompt.reference == reference)
    with as_system(db.session()):
        rows = db.session().scalars(wanted.where(col(Prompt.closed_at).is_(None)) if open_only else wanted).all()
        return {(row.kind, row.user_id) for row in rows}


def mails(reference: str) -> list[tuple[str, str]]:
    with as_system(db.session()):
        rows = db.session().scalars(select(OutboxMail).where(OutboxMail.reference == reference).order_by(OutboxMail.id))
        return [(row.template.removeprefix("disagreements/"), row.to_address) for row in rows]


def test_a_challenge_starts_the_clock_and_tells_whoever_has_the_referral(cast):
    row = raised(cast)
    assert (row.stage, row.turn, row.state) == (0, Turn.ANSWERER, DisagreementState.OPEN)
    assert row.decided.startswith("We cannot accept this referral: Another service already leads")
    assert deadlines(row.reference) == {
        "disagreement_first": [DeadlineState.RUNNING],
        "disagreement_first_over": [DeadlineState.RUNNING],
    }
    assert prompts(row.reference) == {("disagreement_to_answer", cast.officer.user_id)}
    assert mails(row.reference) == [("raised", cast.officer.email)]


def test_it_leaves_no_word_where_other_parties_read(cast):
    row = raised(cast)
    with as_system(db.session()):
        entries = db.session().scalars(select(TimelineEntry)).all()
        told = db.session().scalars(select(OutboxMail).where(OutboxMail.reference == row.reference)).all()
    assert all(row.reference not in each.title and "disagree" not in each.title.lower() for each in entries)
    assert all(POSITION not in str(each.context) and WANTED not in str(each.context) for each in told)
    enter(db.session(), cast.helper.organisation_id)
    assert db.session().scalars(select(Deadline).where(Deadline.reference == row.reference)).all() == []


def test_an_answer_turns_to_whoever_challenged(cast):
    row = raised(cast)
    service.answer(cast.officer.actor, opened(cast.officer, row.reference), said(cast.officer, Stage(0)), Stance.STANDS)
    assert deadlines(row.reference) == {
        "disagreement_first": [DeadlineState.MET],
        "disagreement_first_over": [DeadlineState.CANCELLED],
        "disagreement_turn": [DeadlineState.RUNNING],
    }
    assert prompts(row.reference) == {("disagreement_answered", cast.referrer.user_id)}
    assert mails(row.reference)[-1] == ("answered", cast.referrer.email)


def test_each_stage_has_its_own_time_and_level(cast):
    row = raised(cast)
    for stage in (0, 1, 2):
        service.escalate(cast.referrer.actor, opened(cast.referrer, row.reference), said(cast.referrer, Stage(stage)))
    assert deadlines(row.reference) == {
        "disagreement_first": [DeadlineState.CANCELLED],
        "disagreement_first_over": [DeadlineState.CANCELLED],
        "disagreement_stage": [DeadlineState.CANCELLED],
        "disagreement_leads": [DeadlineState.CANCELLED],
        "disagreement_heads": [DeadlineState.RUNNING],
        "disagreement_over": [DeadlineState.CANCELLED, DeadlineState.CANCELLED, DeadlineState.RUNNING],
    }
    assert prompts(row.reference) == {("disagreement_to_answer", cast.manager.user_id)}
    at_officer = opened(cast.officer, row.reference)
    with pytest.raises(DisagreementRefusedError, match="speaks at this stage"):
        service.answer(cast.officer.actor, at_officer, said(cast.officer, Stage(3)), Stance.STANDS)
    service.answer(
        cast.manager.actor, opened(cast.manager, row.reference), said(cast.manager, Stage(3)), Stance.IN_PART
    )
    service.escalate(cast.referrer.actor, opened(cast.referrer, row.reference), said(cast.referrer, Stage(3)))
    found = deadlines(row.reference)
    assert found["disagreement_turn"] == [DeadlineState.MET]
    assert found["disagreement_partnership"] == [DeadlineState.RUNNING]
    assert opened(cast.manager, row.reference).row.turn is Turn.PARTNERSHIP
    service.answer(
        cast.manager.actor, opened(cast.manager, row.reference), said(cast.manager, Stage(4)), Stance.CHANGES
    )
    service.resolve(
        cast.manager.actor, opened(cast.manager, row.reference), said(cast.manager, Stage(4)), Outcome.CHANGED
    )
    assert opened(cast.referrer, row.reference).row.outcome is Outcome.CHANGED


def test_nothing_goes_to_the_next_stage_by_itself(database, kept, moment):
    with database.transaction():
        reference = raised(kept).reference
    fired = 0
    for _ in range(60):
        moment.advance(hours=DAY)
        fired += jobs.run(database, moment.now)["fired"]
    with database.transaction():
        row = opened(kept.referrer, reference).row
        assert (row.stage, row.state, row.turn) == (0, DisagreementState.OPEN, Turn.ANSWERER)
        assert fired >= 4
        assert ("disagreement_first_over:due", kept.referrer.user_id) in prompts(reference)
        assert ("disagreement_first:missed", kept.manager.user_id) in prompts(reference, open_only=False)


def test_the_side_that_answers_can_take_it_up_too_and_the_other_is_told(cast):
    row = raised(cast)
    service.escalate(cast.officer.actor, opened(cast.officer, row.reference), said(cast.officer, Stage(0)))
    assert mails(row.reference)[-2:] == [("escalated", cast.manager.email), ("escalated", cast.referrer.email)]


def test_what_is_added_moves_nothing_and_the_other_side_hears_of_it(cast):
    row = raised(cast)
    before = deadlines(row.reference)
    service.add(cast.referrer.actor, opened(cast.referrer, row.reference), said(cast.referrer, Stage(0)))
    assert (deadlines(row.reference), row.stage, row.turn) == (before, 0, Turn.ANSWERER)
    assert mails(row.reference)[-1] == ("added", cast.officer.email)


def test_ending_it_ends_every_clock_and_prompt_and_tells_the_other_side(cast):
    row = raised(cast)
    service.answer(
        cast.officer.actor, opened(cast.officer, row.reference), said(cast.officer, Stage(0)), Stance.CHANGES
    )
    at_school = opened(cast.referrer, row.reference)
    service.resolve(cast.referrer.actor, at_school, said(cast.referrer, Stage(0)), Outcome.CHANGED)
    assert prompts(row.reference) == {("disagreement_ended", cast.officer.user_id)}
    assert DeadlineState.RUNNING not in [state for states in deadlines(row.reference).values() for state in states]
    for again in (service.withdraw, service.escalate, service.add):
        with pytest.raises(SomeoneWasFirstError, match="Hannah Marsh ended this disagreement"):
            again(cast.referrer.actor, opened(cast.referrer, row.reference), said(cast.referrer, Stage(0)))


def test_whoever_challenged_can_withdraw_and_challenge_again(cast):
    row = raised(cast)
    with pytest.raises(DisagreementRefusedError, match="can withdraw it"):
        service.withdraw(cast.officer.actor, opened(cast.officer, row.reference), said(cast.officer, Stage(0)))
    service.withdraw(cast.referrer.actor, opened(cast.referrer, row.reference), said(cast.referrer, Stage(0)))
    assert raised(cast).reference != row.reference


def test_a_decision_is_challenged_once_at_a_time_by_each_side(cast):
    raised(cast)
    with pytest.raises(SomeoneWasFirstError, match="already challenged"):
        raised(cast, cast.admin)
    assert raised(cast, cast.admin, Challenged.LEVEL).stage == 0
    assert raised(cast, cast.helper).challenger_id == cast.helper.organisation_id


def test_two_at_once_go_up_one_stage_together(cast):
    row = raised(cast)
    service.escalate(cast.referrer.actor, opened(cast.referrer, row.reference), said(cast.referrer, Stage(0)))
    with pytest.raises(SomeoneWasFirstError, match="It went to stage 1"):
        service.escalate(cast.admin.actor, opened(cast.admin, row.reference), said(cast.admin, Stage(0)))
    with pytest.raises(SomeoneWasFirstError, match="It went to stage 1"):
        service.answer(
            cast.manager.actor, opened(cast.manager, row.reference), said(cast.manager, Stage(0)), Stance.STANDS
        )
    service.answer(cast.manager.actor, opened(cast.manager, row.reference), said(cast.manager, Stage(1)), Stance.STANDS)
    with pytest.raises(SomeoneWasFirstError, match="A colleague has answered"):
        service.answer(
            cast.manager.actor, opened(cast.manager, row.reference), said(cast.manager, Stage(1)), Stance.STANDS
        )
    assert opened(cast.referrer, row.reference).row.stage == 1


def test_only_what_was_decided_can_be_challenged(cast):
    for kind in (Challenged.CLOSING, Challenged.ALLOCATION, Challenged.WITHDRAWAL, Challenged.DECISION):
        with pytest.raises(DisagreementRefusedError):
            raised(cast, kind=kind)


def test_ksaf_challenges_a_partner_who_answers_in_turn(cast):
    referral = referrals.load_for(cast.officer, cast.referral_id)
    offered = queries.partners_of(cast.officer.actor, referral)
    assert [each.name for each in offered] == ["Larkfield Vale Academy", "Swale Early Help"]
    made = Challenge(Challenged.OTHER, POSITION, WANTED, "Sam Osei", offered[1])
    with pytest.raises(DisagreementRefusedError, match="whose decision"):
        service.challenge(cast.officer.actor, referral, Challenge(Challenged.OTHER, POSITION, WANTED, "Sam Osei"))
    row, _ = service.challenge(cast.officer.actor, referral, made)
    assert prompts(row.reference) == {("disagreement_to_answer", cast.helper.user_id)}
    assert opened(cast.referrer, row.reference) is None
    service.answer(cast.helper.actor, opened(cast.helper, row.reference), said(cast.helper, Stage(0)), Stance.STANDS)
    assert prompts(row.reference) == {("disagreement_answered", cast.officer.user_id)}


def test_its_two_sides_read_it_and_nobody_else(cast):
    mine, theirs = raised(cast).reference, raised(cast, cast.helper).reference
    seen = {
        person.name: [opened(person, reference) is not None for reference in (mine, theirs)]
        for person in (cast.referrer, cast.viewer, cast.helper, cast.stranger, cast.officer, cast.practitioner)
    }
    assert seen == {
        "Hannah Marsh": [True, False],
        "Nia Cole": [True, False],
        "Theo Grant": [False, True],
        "Otto Price": [False, False],
        "Sam Osei": [True, True],
        "Ade Bello": [False, False],  # not their family
    }
    enter(db.session(), cast.referrer.organisation_id)
    assert {each.raised_by_organisation for each in db.session().scalars(select(Disagreement))} == {
        "Larkfield Vale Academy"
    }
    assert {each.said_by_organisation for each in db.session().scalars(select(DisagreementEntry))} == {
        "Larkfield Vale Academy"
    }


def test_whose_sharing_has_ended_reads_it_no_more_and_ksaf_can_let_it_lapse(cast):
    row = raised(cast, cast.helper)
    with as_system(db.session()):
        party = (
            db.session()
            .scalars(
                select(referrals.ReferralParty).where(
                    referrals.ReferralParty.organisation_id == cast.helper.organisation_id
                )
            )
            .one()
        )
        party.valid_to = party.valid_from
    assert opened(cast.helper, row.reference) is None
    at_ksaf = opened(cast.manager, row.reference)
    service.resolve(cast.manager.actor, at_ksaf, said(cast.manager, Stage(0)), Outcome.LAPSED)
    assert at_ksaf.row.state is DisagreementState.RESOLVED


def test_a_foreign_row_is_not_written(cast):
    row = raised(cast)
    entry = db.session().scalars(select(DisagreementEntry)).one()
    forged = DisagreementEntry(**entry.model_dump(exclude={"id"}) | {"challenger_id": cast.stranger.organisation_id})
    enter(db.session(), cast.stranger.organisation_id)
    db.session().add(forged)
    with pytest.raises(TenancyError):
        db.session().flush()
    assert row.reference


def test_what_was_said_is_never_changed(database, moment):
    with database.transaction():
        cast = make_cast()
        reference = raised(cast).reference
    for change in (
        update(DisagreementEntry).values(said="Something else"),
        update(Disagreement).values(wanted="Nothing"),
        update(Disagreement).values(challenger_id=cast.stranger.organisation_id),
    ):
        with (
            pytest.raises(DatabaseError, match=r"append-only|permission denied"),
            database.system_transaction() as session,
        ):
            session.execute(change, execution_options={"synchronize_session": False})
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), database.system_transaction() as session:
        session.delete(session.scalars(select(DisagreementEntry)).one())
    with database.transaction():
        assert opened(cast.referrer, reference).row.wanted == WANTED


def test_each_step_is_one_event_and_another_party_is_told_of_none(cast):
    row = raised(cast, cast.helper)
    service.answer(cast.officer.actor, opened(cast.officer, row.reference), said(cast.officer, Stage(0)), Stance.STANDS)
    service.withdraw(cast.helper.actor, opened(cast.helper, row.reference), said(cast.helper, Stage(0)))
    with as_system(db.session()):
        events = db.session().scalars(select(AuditEvent).where(AuditEvent.subject_type == "disagreement")).all()
    assert [str(each.action).rpartition(":")[2] for each in events] == ["raised", "moved", "moved"]
    assert cast.referrer.organisation_id not in {each.subject_owner_id for each in events}
    assert [each.event for each in queries.entries_of(cast.helper.actor, row)] == [
        Event.RAISED,
        Event.ANSWERED,
        Event.WITHDRAWN,
    ]


def test_a_mail_that_failed_is_told_to_who_can_open_what_it_was_about(cast):
    row = raised(cast)
    with as_system(db.session()):
        scheduler._failed(OutboxMail(reference=row.reference, template="any"))
        told = db.session().scalars(select(Prompt).where(Prompt.reference == row.reference)).all()
        failed = [each.user_id for each in told if each.kind == News.DISAGREEMENT_MAIL_FAILED]
    assert failed == [cast.manager.user_id]
    assert {each.kind for each in told} == {"disagreement_to_answer", "disagreement_mail_failed"}


def test_whoever_may_go_further_is_not_sent_to_a_manager_s_phone(database, kept, moment):
    with database.transaction():
        reference = raised(kept).reference
    moment.advance(hours=4 * DAY)
    jobs.run(database, moment.now)
    with database.transaction(), as_system(db.session()):
        sent = db.session().scalars(select(OutboxMail).where(OutboxMail.reference == reference)).all()
    over = [each for each in sent if each.to_address == kept.referrer.email]
    assert [(each.context["title"], each.context["contact"]) for each in over] == [
        ("A disagreement is unanswered: you can take it further", None)
    ]


def test_an_erasure_takes_its_words_and_its_files_bytes(database, moment, tmp_path, monkeypatch):
    storage.use_folder(tmp_path / "attachments")
    monkeypatch.setattr(erasures, "_file", tmp_path / "erasures.jsonl")
    with database.transaction():
        cast = make_cast()
        reference, _ = disagreements.raised(cast.reference, cast.referrer, "canary")
        assert len(storage.names(tmp_path / "attachments")) == 1
    with database.transaction():
        erasure.erase(cast.manager.actor, referrals.load_for(cast.manager, cast.referral_id), "The family asked for it")
    assert storage.names(tmp_path / "attachments") == []
    with database.system_transaction(write=False) as session:
        row = session.scalars(select(Disagreement).where(Disagreement.reference == reference)).one()
        said = session.scalars(select(DisagreementEntry)).one()
        file = session.scalars(select(DisagreementFile)).one()
        assert (row.wanted, row.decided, said.said, file.filename) == ("", "", "", "")
        assert file.removed_at is not None
        running = select(Deadline).where(Deadline.reference == reference, col(Deadline.ended_at).is_(None))
        waiting = select(Prompt).where(Prompt.reference == reference, col(Prompt.closed_at).is_(None))
        assert (session.scalars(running).all(), session.scalars(waiting).all()) == ([], [])
    with database.transaction():
        assert opened(cast.referrer, reference) is None
