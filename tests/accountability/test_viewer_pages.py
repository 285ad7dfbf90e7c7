"""The audit's page and file, and who has seen a record."""

import csv
import io

import pytest
from sqlmodel import select

from portal.audit import service as audit
from portal.audit import verify
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.web import spreadsheet


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def events(database, action):
    with database.system_transaction(write=False) as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_an_admin_reads_both_sides_of_the_audit(client_of, cast):
    client = client_of(cast.admin)
    own = client.get("/audit").text
    assert "Moved a referral on" in own
    assert "Sam Osei" not in own
    others = client.get("/audit?whose=others").text
    assert "Sam Osei" in others
    assert "assessment" not in others.split("<table")[1]
    assert "Sam Osei" not in client_of(cast.stranger).get("/audit?whose=others").text


def test_ksaf_finds_a_person_and_a_referral(client_of, cast):
    client = client_of(cast.manager)
    assert "Hannah Marsh" in client.get("/audit").text.split("<table")[1]
    assert "Hannah Marsh" not in client.get("/audit?person=sam").text.split("<table")[1]
    assert (
        "Looked at a referral" in client.get(f"/audit?reference={cast.referral.reference.lower()}&action=looked").text
    )
    assert "Nothing found" in client.get("/audit?reference=KSAF-7F3K-9QR0").text


@pytest.mark.parametrize(
    ("query", "said"), [("from=yesterday", "is not a date"), ("reference=amira", "is not a whole reference")]
)
def test_what_cannot_be_read_is_named_and_kept(client_of, cast, query, said):
    page = client_of(cast.manager).get(f"/audit?{query}").text
    assert said in page
    assert f'value="{query.partition("=")[2]}"' in page


@pytest.mark.parametrize("address", ["/audit", "/audit/export"])
def test_the_audit_is_not_for_everyone(client_of, cast, address):
    for person in (cast.referrer, cast.officer):
        assert client_of(person).get(address).status_code == 403


def test_the_file_holds_what_the_page_found_and_is_itself_an_event(client_of, database, cast):
    answer = client_of(cast.manager).get("/audit/export?person=sam")
    head, *rows = rows_of(answer)
    assert head[:4] == ["When (London)", "Who", "Organisation", "What"]
    assert {row[1] for row in rows} == {"Sam Osei"}
    assert len(rows) == 3
    assert answer.headers["Content-Disposition"].startswith("attachment")
    [noted] = events(database, Action.AUDIT_EXPORTED)
    assert noted.actor_id == cast.manager.user_id
    with database.system_transaction(write=False):
        assert verify.first_break() is None


def test_a_file_longer_than_a_batch_is_whole(client_of, database, cast, monkeypatch):
    monkeypatch.setattr("portal.web.spreadsheet.BATCH", 2)
    with database.transaction(tenant=cast.admin.organisation_id):
        for number in range(7):
            audit.record(cast.admin.actor, Action.SIGNED_OUT, subject=("user", number))
    with database.system_transaction(write=False) as session:
        there = select(AuditEvent.id).where(AuditEvent.organisation_id == cast.admin.organisation_id)
        count = len(session.scalars(there).all())
    _, *rows = rows_of(client_of(cast.admin).get("/audit/export"))
    assert len(rows) == count + 1  # and that it was taken
    assert len({row[6] for row in rows}) == len(rows)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =1", "\t=1"])
def test_no_cell_is_a_formula(text):
    assert spreadsheet.safe(text) == f"'{text}"
    assert spreadsheet.safe("Sam Osei") == "Sam Osei"


def test_who_has_seen_a_record_is_a_page_of_it(client_of, database, cast):
    path = f"/referrals/{cast.referral.reference}"
    admin = client_of(cast.admin)
    page = admin.get(f"{path}/seen")
    assert "Sam Osei" in page.text
    assert f"{path}/seen" in admin.get(f"{path}?tab=people").text
    assert f"{path}/seen" not in client_of(cast.referrer).get(f"{path}?tab=people").text
    assert "Devi Patel" in client_of(cast.safeguarding).get(f"{path}/seen").text
    assert client_of(cast.referrer).get(f"{path}/seen").status_code == 403
    foreign, missing = (
        client_of(cast.stranger).get(each) for each in (f"{path}/seen", "/referrals/KSAF-0000-0000/seen")
    )
    assert (foreign.status_code, missing.status_code) == (404, 404)
