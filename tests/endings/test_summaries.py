"""The completion summary: drafted, edited by two at once, authorised by another manager, read by each as they may."""

import pytest
from sqlmodel import col, select

from portal import db
from portal.cases import summaries, summary_words
from portal.cases.attendance import GoalLine
from portal.cases.models import CompletionSummary, SummaryState
from portal.cases.summaries import Summarised, SummaryRefusedError, Texts
from portal.cases.summary_words import Recorded
from portal.timescales.models import Prompt
from portal.web.errors import SomeoneWasFirstError
from tests.endings.conftest import MARK, supported
from tests.factories import people, support

TEXTS = Texts(
    {"engagement": "Took part.", "barriers": "Debt.", "concerns": "Seen bruise."},
    {"engagement": "You came."},
    ["barriers"],
)


def begun(world) -> Summarised:
    referral = supported(world)
    db.session().delete(db.session().scalars(select(CompletionSummary)).one())
    db.session().flush()
    return found(world, referral.reference)


def found(world, reference) -> Summarised:
    return summaries.open_for_writing(world.practitioner.actor, reference)


def reference(summarised) -> str:
    return summarised.supported.referral.reference


def prompts() -> set[tuple[int, str]]:
    rows = db.session().scalars(select(Prompt).where(col(Prompt.closed_at).is_(None))).all()
    return {(each.user_id, each.kind) for each in rows if each.kind.startswith("summary")}


def test_the_first_draft_is_what_was_recorded_and_nothing_of_what_is_ksafs_own(world):
    texts = summaries.started(world.practitioner.actor, begun(world).supported.case)
    assert texts.content["engagement"] == "Week 1: the family took full part."
    assert f"Goal: Goal {MARK}. From 3 to 4 on a scale of 0 to 10." in texts.content["progress"]
    assert texts.content["attendance"] == "During support: 70% of sessions attended."
    assert "You put yourselves at 3 out of 10" in texts.family["progress"]
    assert support.PRIVATE not in str(texts)


def test_a_goal_that_is_a_sentence_already_gets_no_second_full_stop():
    lines = [GoalLine(words, 3, {1: 4}) for words in ("I walk in by myself.", "Who sleeps where?", "No shouting")]
    recorded = Recorded([], lines, [])
    for written in (summary_words.draft(recorded), summary_words.draft_family(recorded)):
        said = written["progress"]
        assert all(f"{words} " in said for words in ("by myself.", "where?", "No shouting."))


def test_whoever_saves_second_is_told_and_loses_nothing_of_the_first(world):
    summarised = begun(world)
    summaries.save(world.practitioner.actor, summarised, TEXTS, 0)
    with pytest.raises(SomeoneWasFirstError, match="Jo Pemberton changed this summary"):
        summaries.save(world.case_manager.actor, found(world, reference(summarised)), Texts({}, {}, []), 0)
    assert found(world, reference(summarised)).summary.content == TEXTS.content


def test_a_manager_other_than_the_proposer_authorises_and_the_prompts_follow(world):
    summarised = begun(world)
    summaries.propose(world.manager.actor, summarised, TEXTS, 0)
    waiting = found(world, reference(summarised))
    assert prompts() == {(world.other_manager.user_id, "summary_waiting")}
    with pytest.raises(SummaryRefusedError, match="another manager"):
        summaries.authorise(world.manager.actor, waiting)
    with pytest.raises(SomeoneWasFirstError, match="waits for a manager"):
        summaries.save(world.practitioner.actor, waiting, TEXTS, 1)
    summaries.send_back(world.other_manager.actor, waiting, "Say what the school does next.")
    assert prompts() == {(world.manager.user_id, "summary_returned")}
    summaries.propose(world.manager.actor, waiting, TEXTS, 1)
    done = summaries.authorise(world.other_manager.actor, waiting)
    assert prompts() == set()
    assert (done.state, done.authorised_by_name) == (SummaryState.AUTHORISED, "Owen Pritchard")
    with pytest.raises(SomeoneWasFirstError, match="Owen Pritchard authorised"):
        summaries.authorise(world.other_manager.actor, waiting)


def test_a_returned_summary_waits_for_the_familys_team_once_whoever_proposed_it_has_left(world):
    summarised = begun(world)
    summaries.propose(world.manager.actor, summarised, TEXTS, 0)
    people.gone(world.manager)
    summaries.send_back(world.other_manager.actor, found(world, reference(summarised)), "Say what the school does.")
    assert prompts() == {(each.user_id, "summary_returned") for each in (world.case_manager, world.practitioner)}


def test_a_partner_never_reads_concerns_nor_what_is_withheld():
    read = dict(summary_words.for_partner(TEXTS.content, TEXTS.withheld))
    assert read == {"How the family took part": "Took part."}
    assert summary_words.for_partner({"concerns": "x"}, []) == []
    assert summary_words.for_family({**TEXTS.content}) == [("What we did together", "Took part.")]
