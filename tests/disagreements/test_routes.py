"""The pages of disagreements: done, refused, not there for others, and nothing typed lost."""

import csv
import io
import re

import pytest

from portal.disagreements.rules import Challenged
from tests.disagreements.conftest import POSITION, WANTED, raised
from tests.factories.files import pdf

TYPED = {"kind": "refusal", "position": POSITION, "wanted": WANTED, "speaker": "Hannah Marsh, attendance lead"}
ANSWER = {"at": "0", "stance": "stands", "words": "We spoke to Early Help again.", "speaker": "Sam Osei, triage"}
UP = {"at": "0", "words": "Home is not safe enough.", "speaker": "Devi Patel, DSL"}
END = {"outcome": "changed", "words": "KSAF takes the family on from Monday.", "speaker": "Devi Patel, DSL"}
TOLD = "The child’s safety does not wait for this"


@pytest.fixture
def school(client_of, kept):
    return client_of(kept.referrer)


@pytest.fixture
def ksaf(client_of, kept):
    return client_of(kept.officer)


def challenged(client, kept, **other) -> str:
    answer = client.post(f"/referrals/{kept.reference}/challenge", data=TYPED | other)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_school_challenges_a_refusal_from_its_letter(school, kept):
    letter = school.get(f"/referrals/{kept.reference}/outcome").text
    assert f"/referrals/{kept.reference}/challenge?about=refusal" in letter
    form = school.get(f"/referrals/{kept.reference}/challenge?about=refusal").text
    assert re.search(r'value="refusal"[^>]*checked', form)
    assert "Hannah Marsh, referrer" in form
    assert all(each in form for each in (TOLD, "999"))
    page = challenged(school, kept)
    shown = school.get(page).text
    assert all(
        each in shown for each in (POSITION, WANTED, TOLD, "Another service already leads", "Wednesday 25 November")
    )
    assert "It waits for an answer from KSAF at stage 0" in shown
    assert page.rpartition("/")[2] in school.get("/disagreements").text


def test_the_referral_of_either_side_says_so_and_no_other_party_s(school, ksaf, client_of, kept):
    page = challenged(school, kept)
    for client in (school, ksaf):
        record = client.get(f"/referrals/{kept.reference}").text
        assert (page in record, TOLD in record) == (True, True)
    record = client_of(kept.helper).get(f"/referrals/{kept.reference}").text
    assert page not in record
    assert "is challenged" not in record


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": ""}, "Select which decision you disagree with"),
        ({"kind": "closing"}, "Select which decision you disagree with"),
        ({"position": ""}, "Enter why you disagree"),
        ({"wanted": ""}, "Enter what should happen instead"),
        ({"speaker": ""}, "Enter who says this"),
    ],
)
def test_what_was_typed_survives_what_is_missing(school, kept, wrong, says):
    answer = school.post(f"/referrals/{kept.reference}/challenge", data=TYPED | wrong)
    assert (answer.status_code, says in answer.text) == (422, True)
    assert all(value in answer.text for key, value in TYPED.items() if key not in {"kind", *wrong})


def test_whoever_comes_second_keeps_their_text(school, client_of, kept):
    challenged(school, kept)
    again = client_of(kept.admin).post(f"/referrals/{kept.reference}/challenge", data=TYPED)
    assert (again.status_code, "already challenged" in again.text, POSITION in again.text) == (409, True, True)


def test_it_is_answered_taken_up_and_resolved(school, ksaf, client_of, kept, moment):
    page = challenged(school, kept)
    assert ksaf.post(f"{page}/answer", data=ANSWER).status_code == 303
    assert "You say whether that resolves it" in school.get(page).text
    assert school.post(f"{page}/escalate", data=UP).status_code == 303
    second = client_of(kept.admin).post(f"{page}/escalate", data=UP)
    assert (second.status_code, UP["words"] in second.text) == (409, True)
    early = ksaf.post(f"{page}/answer", data=ANSWER | {"at": "1"})
    assert (early.status_code, ANSWER["words"] in early.text) == (422, True)
    manager = client_of(kept.manager)
    late = manager.post(f"{page}/answer", data=ANSWER)
    assert (late.status_code, "It went to stage 1" in late.text, ANSWER["words"] in late.text) == (409, True, True)
    assert manager.post(f"{page}/answer", data=ANSWER | {"at": "1", "stance": "changes"}).status_code == 303
    assert school.post(f"{page}/resolve", data=END).status_code == 303
    shown = ksaf.get(page).text
    assert all(each in shown for each in ("The decision was changed", END["words"], "Devi Patel, DSL"))
    over = school.post(f"{page}/withdraw", data={"words": "Settled already", "speaker": "Hannah Marsh"})
    assert (over.status_code, "Settled already" in over.text) == (409, True)


@pytest.mark.parametrize(
    ("step", "typed", "says"),
    [
        ("answer", ANSWER | {"stance": ""}, "Select what becomes of the decision"),
        ("answer", ANSWER | {"words": ""}, "Enter your answer"),
        ("escalate", UP | {"words": ""}, "Enter why"),
        ("add", UP | {"words": ""}, "Enter what you want to add"),
    ],
)
def test_a_step_says_what_is_missing(school, ksaf, kept, step, typed, says):
    page = challenged(school, kept)
    answer = ksaf.post(f"{page}/{step}", data=typed)
    assert (answer.status_code, says in answer.text, typed["speaker"] in answer.text) == (422, True, True)


def test_a_step_that_is_not_theirs_is_refused_in_words_with_what_was_typed(school, ksaf, kept):
    page = challenged(school, kept)
    for client, step, typed in ((school, "answer", ANSWER), (ksaf, "resolve", END), (ksaf, "withdraw", UP)):
        answer = client.post(f"{page}/{step}", data=typed)
        assert (answer.status_code, typed["words"] in answer.text) == (422, True)
        assert client.get(f"{page}/{step}").status_code == 303


def test_evidence_is_read_by_the_two_sides_alone(school, ksaf, client_of, kept):
    page = challenged(school, kept, files=(io.BytesIO(pdf()), "notes.pdf"))
    address = re.search(rf'href="({page}/files/[^"]+)"', school.get(page).text)[1]
    taken = ksaf.get(address)
    assert (taken.data, taken.headers["Content-Disposition"].startswith("attachment")) == (pdf(), True)
    assert client_of(kept.helper).get(address).status_code == 404
    assert "notes.pdf" not in client_of(kept.officer).get(f"/referrals/{kept.reference}?tab=referral").text
    refused = ksaf.post(
        f"{page}/answer", data=ANSWER | {"files": (io.BytesIO(b"MZ"), "notes.exe")}, content_type="multipart/form-data"
    )
    assert (refused.status_code, "notes.exe" in refused.text, ANSWER["words"] in refused.text) == (422, True, True)
    assert "It waits for an answer from KSAF" in school.get(page).text


def test_nobody_else_learns_that_there_is_one(client_of, kept, school):
    page = challenged(school, kept)
    for person in (kept.helper, kept.stranger, kept.practitioner):
        client = client_of(person)
        assert client.get(page).status_code == 404
        assert client.post(f"{page}/answer", data=ANSWER).status_code == 404
        assert page not in client.get("/disagreements").text
    assert client_of(kept.stranger).get(f"/referrals/{kept.reference}/challenge").status_code == 404


def test_who_reads_only_writes_nothing(client_of, kept, school):
    page = challenged(school, kept)
    viewer = client_of(kept.viewer)
    assert viewer.get(page).status_code == 200
    for step in ("answer", "escalate", "add", "resolve", "withdraw"):
        assert viewer.post(f"{page}/{step}", data=ANSWER).status_code == 403
    assert viewer.get(f"/referrals/{kept.reference}/challenge").status_code == 403


def test_ksaf_challenges_a_partner(ksaf, client_of, kept):
    form = ksaf.get(f"/referrals/{kept.reference}/challenge").text
    assert all(each in form for each in ("Larkfield Vale Academy", "Swale Early Help"))
    typed = TYPED | {"kind": "other"}
    missing = ksaf.post(f"/referrals/{kept.reference}/challenge", data=typed)
    assert (missing.status_code, "Select whose decision it is" in missing.text) == (422, True)
    key = re.search(r'name="whom"[^>]*value="([^"]+)"', form)[1]
    page = ksaf.post(f"/referrals/{kept.reference}/challenge", data=typed | {"whom": key}).headers["Location"]
    assert "It waits for an answer from you" in client_of(kept.referrer).get(page).text


def test_the_register_narrows_by_stage_time_and_outcome(database, client_of, kept, school, moment):
    page = challenged(school, kept)
    reference = page.rpartition("/")[2]
    with database.transaction():
        other = raised(kept, kept.helper, Challenged.LEVEL).reference
    manager = client_of(kept.manager)
    assert all(each in manager.get("/disagreements").text for each in (reference, other))
    assert reference not in manager.get("/disagreements?show=late").text
    moment.advance(days=4)
    manager, school = client_of(kept.manager), client_of(kept.referrer)
    assert reference in manager.get("/disagreements?show=late").text
    school.post(f"{page}/escalate", data=UP)
    assert reference in manager.get("/disagreements?stage=1").text
    assert other not in manager.get("/disagreements?stage=1").text
    school.post(f"{page}/resolve", data=END)
    assert reference in manager.get("/disagreements?show=ended&outcome=changed").text
    assert reference not in manager.get("/disagreements?show=ended&outcome=accepted").text
    assert "No open disagreement" in school.get("/disagreements?show=nonsense&stage=9&before=x").text


def test_the_report_counts_and_its_file_names_nobody(client_of, kept, school, ksaf, moment):
    page = challenged(school, kept)
    moment.advance(days=3)
    school, ksaf = client_of(kept.referrer), client_of(kept.officer)
    school.post(f"{page}/resolve", data=END)
    manager = client_of(kept.manager)
    shown = manager.get("/disagreements/report").text
    assert all(
        each in shown
        for each in ("That KSAF did not accept the referral", "1 at stage 0", "The decision was changed: 1")
    )
    sent = manager.get("/disagreements/report/export")
    rows = list(csv.reader(io.StringIO(sent.text.lstrip("\ufeff"))))
    assert rows[1][1:] == [
        "That KSAF did not accept the referral",
        "0",
        "Resolved",
        "The decision was changed",
        "23 November 2026",
        "26 November 2026",
        "3",
    ]
    for hidden in ("Marsh", "Patel", "Amira", "Larkfield", POSITION):
        assert hidden not in sent.text
    for client in (school, ksaf):
        assert client.get("/disagreements/report").status_code == 403
        assert client.get("/disagreements/report/export").status_code == 403
