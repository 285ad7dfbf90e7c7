"""The pages about the end of support: done, refused, not found, and what was typed kept."""

import pytest

from portal.referrals.rules import State
from tests.endings.conftest import MARK
from tests.factories import support

VERBS = ("close", "extend", "move-on", "reopen", "summary/authorise", "summary/return")
SUMMARY = {
    "content_engagement": "Took full part.",
    "content_progress": "From 3 to 7.",
    "content_barriers": f"Debt {support.PRIVATE}",
    "content_concerns": f"Bruise {support.PRIVATE}",
    "content_recommendations": "A soft start.",
    "content_next_steps": "Review in March.",
    "family_engagement": "You came each week.",
    "family_progress": "Mornings are calmer.",
    "family_recommendations": "Keep the chart.",
    "family_next_steps": "Call us any time.",
    "withheld": ["barriers"],
    "version": "1",
}
CLOSING = {"ending": "goals_met", "told": "Mornings work now.", "rationale": f"Weighed {support.PRIVATE}"}


@pytest.fixture
def path(reference) -> str:
    return f"/referrals/{reference}"


def authorised(client_of, world, path) -> None:
    assert client_of(world.practitioner).post(f"{path}/summary", data={**SUMMARY, "do": "send"}).status_code == 303
    assert client_of(world.manager).post(f"{path}/summary/authorise").status_code == 303


def test_from_a_summary_to_a_closed_referral_and_back(client_of, kept_world, path):
    school = client_of(kept_world.referrer)
    assert "not ready yet" in school.get(f"{path}/summary").text
    assert school.get(f"{path}/summary/partner/pdf").status_code == 404
    authorised(client_of, kept_world, path)
    for page in ("summary", "summary/partner", "summary/family"):
        read = school.get(f"{path}/{page}")
        assert read.status_code == 200
        assert support.PRIVATE not in read.text
    assert "Bruise" in client_of(kept_world.manager).get(f"{path}/summary").text
    for version in ("partner", "family"):
        given = school.get(f"{path}/summary/{version}/pdf")
        assert given.data.startswith(b"%PDF")
        assert given.headers["Content-Disposition"] == f'attachment; filename="{path[-14:]}.pdf"'
        assert "no-store" in given.headers["Cache-Control"]
    manager = client_of(kept_world.manager)
    assert manager.post(f"{path}/close", data=CLOSING).status_code == 303
    letter = school.get(f"{path}/closing").text
    assert "Goals met" in letter
    assert "Mornings work now." in letter
    assert support.PRIVATE not in letter
    assert support.PRIVATE in manager.get(f"{path}/closing").text
    assert State.CLOSED.value.capitalize() in school.get(path).text
    assert manager.post(f"{path}/reopen", data={"why": ""}).status_code == 422
    assert manager.post(f"{path}/reopen", data={"why": "They asked."}).status_code == 303
    assert "They asked." in school.get(path).text
    assert school.get(f"{path}/closing").status_code == 404


def test_only_a_manager_ends_anything_and_others_find_nothing(client_of, kept_world, path):
    for person in (kept_world.referrer, kept_world.practitioner, kept_world.case_manager):
        client = client_of(person)
        assert {client.post(f"{path}/{verb}").status_code for verb in VERBS} == {403}
    for person in (kept_world.outsider, kept_world.other_practitioner):
        client = client_of(person)
        pages = ("summary", "summary/family", "summary/partner/pdf", "closing", "attendance")
        assert {client.get(f"{path}/{page}").status_code for page in pages} == {404}


def test_a_child_who_moved_school_is_seen_by_no_other_school(client_of, kept_world, path):
    assert (
        client_of(kept_world.manager).post(f"{path}/close", data={**CLOSING, "ending": "moved_school"}).status_code
        == 303
    )
    new_school = client_of(kept_world.outsider)
    assert new_school.get(path).status_code == 404
    assert MARK not in new_school.get("/referrals").text


@pytest.mark.parametrize(
    ("verb", "typed", "told"),
    [
        ("close", {**CLOSING, "rationale": ""}, "Enter the rationale"),
        ("close", CLOSING, "A manager authorises the completion summary first"),
        ("close", {"told": "Kept", "rationale": "Kept"}, "Select how it ended"),
        ("extend", {"why": "Kept"}, "Select how many weeks"),
        ("move-on", {"why": ""}, "Enter why the family moves on"),
    ],
)
def test_what_is_missing_is_asked_for_and_what_was_typed_stays(client_of, kept_world, path, verb, typed, told):
    answer = client_of(kept_world.manager).post(f"{path}/{verb}", data=typed)
    assert answer.status_code == 422
    assert told in answer.text
    assert all(text in answer.text for key, text in typed.items() if key != "ending")


def test_a_stale_tab_keeps_the_text_and_shows_what_is_saved(client_of, kept_world, path):
    assert client_of(kept_world.case_manager).post(f"{path}/summary", data=SUMMARY).status_code == 303
    stale = client_of(kept_world.practitioner).post(f"{path}/summary", data={**SUMMARY, "content_progress": "Mine."})
    assert stale.status_code == 409
    assert "Mine." in stale.text
    assert "From 3 to 7." in stale.text


def test_sending_asks_for_every_part_that_has_to_say_something(client_of, kept_world, path):
    answer = client_of(kept_world.practitioner).post(
        f"{path}/summary", data={**SUMMARY, "family_next_steps": "", "do": "send"}
    )
    assert answer.status_code == 422
    assert "Enter: What happens next (for the family)" in answer.text
    assert "Took full part." in answer.text


def test_a_family_moves_on_and_closing_says_what_is_missing(client_of, kept_world, path):
    manager = client_of(kept_world.manager)
    assert manager.post(f"{path}/extend", data={"weeks": "1", "why": "Exams"}).status_code == 303
    assert manager.get(f"{path}/extend").status_code == 303
    assert manager.post(f"{path}/move-on", data={"why": f"Clinical {support.PRIVATE}"}).status_code == 303
    assert "cannot be closed yet" in manager.get(f"{path}/close").text
    refused = manager.post(f"{path}/close", data={**CLOSING, "ending": "moved_service"})
    assert refused.status_code == 422
    assert "No service has confirmed" in refused.text
    assert support.PRIVATE not in client_of(kept_world.referrer).get(path).text


@pytest.mark.parametrize(
    ("first", "second", "typed"),
    [
        ("close", "close", {**CLOSING, "ending": "ended_by_family", "told": "They wrote. Kept."}),
        ("close", "move-on", {"why": "Clinical. Kept."}),
        ("extend", "extend", {"weeks": "1", "why": "Exams. Kept."}),
        ("reopen", "reopen", {"why": "They asked. Kept."}),
    ],
)
def test_the_second_manager_is_told_and_keeps_the_text(client_of, kept_world, path, first, second, typed):
    one, other = client_of(kept_world.manager), client_of(kept_world.other_manager)
    ended = {**CLOSING, "ending": "ended_by_family"}
    if first == "reopen":
        assert one.post(f"{path}/close", data=ended).status_code == 303
    assert one.post(f"{path}/{first}", data=ended if first == "close" else typed).status_code == 303
    late = other.post(f"{path}/{second}", data=typed)
    assert late.status_code == 409
    assert "Someone was first" in late.text
    assert all(text in late.text for text in typed.values() if "Kept." in text)
    assert "<textarea" in late.text


def test_who_helped_reads_nothing_of_a_referral_that_is_decided_afresh(client_of, kept_world, path):
    manager, practitioner = client_of(kept_world.manager), client_of(kept_world.practitioner)
    assert manager.post(f"{path}/close", data={**CLOSING, "ending": "ended_by_family"}).status_code == 303
    assert practitioner.get(f"{path}/contacts").status_code == 200  # to write up what is left
    assert manager.post(f"{path}/reopen", data={"why": "They asked again."}).status_code == 303
    assert {practitioner.get(at).status_code for at in (path, f"{path}/support", f"{path}/contacts")} == {404}
    assert path not in practitioner.get("/").text
    contact = client_of(kept_world.referrer).get(path).text.split("Your contact")[1].split("</section>")[0]
    assert "Priya Nair" in contact
    assert "case manager" not in contact
    assert manager.get(f"{path}/support").status_code == 200
