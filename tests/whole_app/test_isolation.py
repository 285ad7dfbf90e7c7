"""Marks in one school's words, and nowhere else's pages, mails, logs or audit may show them."""

import io
from contextlib import suppress

import pytest
from pypdf import PdfReader
from pypdf.errors import PdfReadError
from sqlmodel import col, select

from portal.audit.models import AuditPayload
from portal.notifications import letters
from portal.notifications.models import OutboxMail
from portal.organisations.models import Organisation
from portal.referrals.rules import State
from portal.tenancy import as_system
from tests.whole_app import declared
from tests.whole_app.cases import FOREIGN, MIXED, subjects
from tests.whole_app.crawl import walk
from tests.whole_app.visitors import SIGNED_OUT, Noted

pytestmark = pytest.mark.timeout(400)  # seconds: every page as everybody
OTHERS = ("outsider", "outsider admin", "referrer", "admin", "viewer", "health", "council", "councillor", SIGNED_OUT)


def test_no_page_shows_another_schools_words(visitors, world):
    hits, pages, knocks = [], 0, Noted()
    for name in (*OTHERS, *declared.STAFF):
        with visitors.noting(knocks):
            knocked = _knocking(visitors, name)
        answers = walk(visitors, name) | knocked
        pages += len(answers)
        for mark in _hidden_from(name, world):
            hits += [f"{name}: {address} shows {mark}" for address, answer in answers.items() if _shows(answer, mark)]
    lines = visitors.noted_on_walks.logged + knocks.logged
    assert lines
    logged = [line for line in lines if any(mark in line for mark in _all_marks(world))]
    print(f"{len(hits)} hits on {pages} pages, {len(logged)} in the log")
    assert hits == []
    assert logged == []


def test_the_marks_are_there_to_be_found(visitors, world):
    """Without this, a search for nothing would find nothing."""
    own = "\n".join(_text(answer) for answer in walk(visitors, "outsider").values())
    assert world.other_school.mark in own
    assert world.other_school.draft_mark in own
    triage = "\n".join(_text(answer) for answer in walk(visitors, "triage_officer").values())
    assert world.other_school.mark in triage
    team = "\n".join(_text(answer) for answer in walk(visitors, "safeguarding_team").values())
    assert world.other_school.concern_mark in team


def test_no_chain_of_events_holds_another_schools_words(visitors, world):
    for name in ("outsider", "outsider admin", "referrer", "triage_officer", "administrator"):
        walk(visitors, name)
    with visitors.database.transaction(write=False) as session, as_system(session):
        rows = list(session.scalars(select(AuditPayload)).all())
    noted = [row for row in visitors.noted_on_walks.rows if isinstance(row, AuditPayload)]
    assert rows
    assert noted
    theirs = (world.other_school.mark, world.other_school.people_mark)
    found = [
        row.detail
        for row in rows + noted
        if row.organisation_id not in {world.other_school.organisation_id, world.ksaf.organisation_id}
        and any(mark in str(row.detail) for mark in theirs)
    ]
    assert found == []


# What a person types into each form, the mark in every field that takes words.
TYPED: dict[str, tuple[str, State, dict[str, str]]] = {
    "messages": ("outsider", State.SENT, {"body": "Message {mark}", "text": "Message {mark}", "message": "{mark}"}),
    "answer": ("outsider", State.INFORMATION_REQUESTED, {"answer": "Answer {mark}"}),
    "update": ("outsider", State.SENT, {"text": "Update {mark}", "update": "{mark}", "kind": "circumstances"}),
    "withdraw": ("outsider", State.SENT, {"reason": "Reason {mark}", "confirm": "y"}),
    "chase": ("outsider", State.SENT, {}),
    "concern": (
        "outsider",
        State.SENT,
        {
            "danger": "no",
            "seen": "Seen {mark}",
            "said": "{mark}",
            "witness": "{mark}",
            "day": "23 11 2026",
            "time": "09:00",
        },
    ),
    "submit": ("outsider", State.DRAFT, {"declaration": "y", "confirm": "y"}),
    "acknowledge": ("triage_officer", State.SENT, {}),
    "ask": ("triage_officer", State.ACKNOWLEDGED, {"question": "Question {mark}"}),
    "authorise": ("manager", State.DECISION_PROPOSED, {}),
    "return": ("manager", State.DECISION_PROPOSED, {"comment": "Comment {mark}"}),
}


@pytest.fixture
def noted(visitors):
    """What the requests of one test do, though it is undone."""
    with visitors.noting(Noted()) as made:
        yield made


def _mails(noted: Noted) -> list[OutboxMail]:
    return [row for row in noted.rows if isinstance(row, OutboxMail)]


def test_no_mail_carries_a_word_about_a_child(visitors, world, noted):
    school = world.other_school
    letterhead = letters.Letterhead("https://portal.example", "01795 504355", "info@ksaf.example")
    for verb, (name, state, fields) in TYPED.items():
        mark = school.draft_mark if state is State.DRAFT else school.mark
        given = {field: value.format(mark=mark) for field, value in fields.items()}
        answer = visitors.ask(name, "POST", f"/referrals/{school.references[state]}/{verb}", data=given)
        assert answer.status_code < 500, f"{verb}: {visitors.errors[-1:]}"
    outbox = _mails(noted)
    assert outbox, "nothing was mailed, so nothing was tried"
    for mail in outbox:
        subject, body = letters.read(mail, letterhead)
        for told in (subject, body, str(mail.context)):
            assert school.mark not in told, mail.template
    print(f"{len(outbox)} mails of {sorted({mail.template for mail in outbox})}, 0 with a word about a child")


def test_mail_reaches_only_organisations_that_are_party_to_it(visitors, world, noted):
    school = world.other_school
    for verb, (name, state, fields) in TYPED.items():
        given = {field: value.format(mark="…") for field, value in fields.items()}
        visitors.ask(name, "POST", f"/referrals/{school.references[state]}/{verb}", data=given)
    with visitors.database.transaction(write=False) as session, as_system(session):
        names = dict(session.execute(select(Organisation.id, Organisation.name).order_by(col(Organisation.id))).all())
    parties = {school.organisation_id, world.ksaf.organisation_id}
    strays = [
        (mail.template, names.get(mail.organisation_id))
        for mail in _mails(noted)
        if mail.organisation_id not in parties
    ]
    assert strays == []


def _knocking(visitors, name: str) -> dict[str, object]:
    """Every address with the identifiers of a row out of the visitor's reach, posted to as well."""
    visitor, answers = visitors.all[name], {}
    for subject in subjects(visitors, {"GET", "POST"}):
        for kind, address in subject.addresses(visitor).items():
            if kind in {FOREIGN, MIXED} and subject.declared.who != declared.PUBLIC:
                answers[f"{subject.method} {address}"] = visitors.ask(name, subject.method, address)
    return answers


def _hidden_from(name: str, world) -> list[str]:
    school = world.other_school
    if name in declared.SAFEGUARDING:
        return [school.draft_mark]
    if name in declared.TRIAGE:
        return [school.draft_mark, school.concern_mark]
    if name in declared.STAFF:
        return [school.mark]
    if name in {"outsider", "outsider admin"}:
        return [school.concern_mark]
    return [school.mark, school.people_mark, world.ksaf.people_mark if name == SIGNED_OUT else school.mark]


def _all_marks(world) -> list[str]:
    return [mark for tenant in (world.school, world.other_school) for mark in (tenant.mark, tenant.people_mark)]


def _shows(answer, mark: str) -> bool:
    return mark.lower() in f"{answer.headers}\n{_text(answer)}".lower()


def _text(answer) -> str:
    """Return what whoever opens an answer reads."""
    with suppress(PdfReadError):  # an attachment of the world is a file in name only
        if answer.mimetype == "application/pdf":
            return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.get_data())).pages)
    return answer.get_data().decode(errors="replace")
