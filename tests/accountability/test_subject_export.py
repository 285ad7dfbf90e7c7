"""A copy of a record for whoever may ask for it: whole, with what is withheld marked and nothing of it told."""

import io
import json
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlmodel import SQLModel, select

from portal import tables
from portal.accountability.keys import rotation
from portal.accountability.subjects import copy, parts
from portal.cases import pdf
from portal.referrals.form.sections import SECTIONS
from portal.referrals.models import Referral
from portal.referrals.rules import State
from tests.factories import world as worlds
from tests.factories.answers import SCHOOL

TABLES = {table.name: table for table in tables.metadata.sorted_tables}
# Encrypted, about a referral, and told by another part: the form's answers.
ELSEWHERE = {"referral_section"}
DECIDED = "Ruth Lane decided on 23 November: nothing here would cause harm."


def test_every_encrypted_column_about_a_referral_is_told_or_withheld_for_a_reason():
    about = {name for name, table in TABLES.items() if "referral_id" in table.columns or name == "referral"}
    held = {(name, column) for name in about - ELSEWHERE for column in rotation.encrypted_columns(TABLES[name])}
    known = {(part.table, column) for part in parts.parts() for column in (*part.told, *part.withheld)}
    assert held - known == set()
    assert {table for table, _ in known} <= about
    assert {reason for part in parts.parts() for reason in part.withheld.values()} == parts.reasons().keys()
    print(f"{len(held)} encrypted columns of {len(about)} tables told or withheld")


def test_every_question_named_is_asked():
    assert parts.questions_about_others() <= {question.key for section in SECTIONS for question in section.questions}


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (None, ""),
        ("ksaf_support", "ksaf support"),
        ("Amira_K came in", "Amira_K came in"),
        ({"next_steps": "Ring on Monday", "none": None}, "next steps: Ring on Monday"),
        (["a", "b_c"], "a\nb c"),
        (State.IN_SUPPORT, "in support"),
    ],
)
def test_what_is_stored_is_put_in_words(stored, words):
    assert copy.in_words(stored) == words


def test_every_column_named_is_there():
    for part in parts.parts():
        columns = SQLModel.metadata.tables[part.table].columns
        assert {*part.told, *part.withheld} <= set(columns.keys()), part.table
        assert not part.told.keys() & part.withheld.keys(), part.table


@pytest.fixture
def world(database, moment, tmp_path):
    worlds.storage.use_folder(tmp_path / "attachments")
    return worlds.build(database)


def made(database, reference, *, gives=False):
    with database.system_transaction(write=False) as session:
        referral = session.scalars(select(Referral).where(Referral.reference == reference)).one()
        return copy.make(referral, gives_safeguarding=gives, decided_why=DECIDED)


def test_a_copy_tells_what_there_is_and_marks_what_is_withheld(database, world, moment):
    reference = world.school.references[State.IN_SUPPORT]
    told = made(database, reference)
    text = json.dumps(told.as_json(), ensure_ascii=False)
    for there in (f"Narrative {world.school.mark}", "GivenOttervane", "Weekly updates", "Contacts", "Decisions"):
        assert there in text, there
    assert told.withheld.keys() == {"about other people", "safeguarding"}
    assert text.count("[Withheld: safeguarding]") == told.withheld["safeguarding"] > 0
    assert world.other_school.mark not in text
    assert DECIDED in text
    assert told.made_at - moment.now < timedelta(seconds=1)


def test_safeguarding_is_given_only_by_a_decision_and_other_people_never(database, world):
    reference = world.school.references[State.IN_SUPPORT]
    closed, opened = made(database, reference), made(database, reference, gives=True)
    assert "safeguarding" not in opened.withheld
    assert closed.withheld["about other people"] == opened.withheld["about other people"]
    parent = SCHOOL["parent_1_name"]
    assert parent not in json.dumps(opened.as_json())
    assert SCHOOL["safeguarding_history"] not in json.dumps(closed.as_json())
    assert SCHOOL["safeguarding_history"] in json.dumps(opened.as_json())


def test_the_pdf_says_the_same_and_is_tagged(database, world):
    told = made(database, world.school.references[State.CLOSED])
    file = pdf.render(told.as_document())
    reader = PdfReader(io.BytesIO(file))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    for title in (part.title for part in told.parts):
        assert title in text, title
    assert "Data Protection Act 2018, Schedule 3" in text
    assert "[Withheld: about other people]" in text
