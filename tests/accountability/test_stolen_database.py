"""A stolen database shows no narrative: nothing of what the world's people wrote is in what is stored.

Names stay readable, as lists search for them (docs/security.md): they are not searched for here.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Enum, String, Table, select
from sqlalchemy.engine import make_url
from sqlmodel import AutoString

from portal import crypto, tables
from portal.accountability.keys import rotation
from portal.accounts.models import User
from portal.organisations.models import Organisation
from portal.referrals.files import storage
from portal.referrals.files.storage import names
from portal.referrals.models import TimelineEntry
from portal.tenancy import as_system
from tests.factories import world as worlds

TABLES: list[Table] = list(tables.metadata.sorted_tables)
CANARY = "quizzlewhimper"
PORTAL_SAYS = {"The decision to share was authorised"}
"""The portal's own words, which begin a readable title too."""

# Text that is kept readable, and why that gives no family's story away. A new column is encrypted, or argued for here.
PLAIN = {
    "names and contact details of professionals, and what organisations are called": (
        r"user_account\.(email|name|job_title|phone)|invitation\.email|outbox_mail\.to_address|organisation\.(name|phone)|organisation_change\.(before|after)"
        r"|\w+\.\w*_by_(name|role|organisation)|timeline_entry\.actor_(name|organisation)|referral\.\w*_name"
        r"|concern_decision\.manager_name|support_case\.\w+_name|\w+\.to_(name|email|phone|whom)|enquiry\.draft_for|context_request\.said_by"
        r"|statutory_referral\.authorised_by|(legal_hold|erasure)\.by_name"
    ),
    "a child's name and its lower case, a caller's name and number: lists search for them": (
        r"referral\.child_\w+|enquiry\.(name|phone)"
    ),
    "words of ours from a short list, versions, references and opaque keys": (
        r"\w+\.(key|reference|kind|area|phase|version|purpose|capacity|method|route|pathway|need|section|rung|template)"
        r"|\w+\.(wording_version|wording_hash|policy_version|subject_type|terms_version|item_key|content_type|stored_name|message_id)"
        r"|concern_receipt\.about|referral\.(year_group|household_key|next_due_kind|closing_outcome)|timeline_entry\.title|decision\.reason"
        r"|statutory_referral\.(door|reason|their_reference)|support_case\.intervention"
        r"|sharing_decision\.(reason|statutory_basis|article_6|article_9|paragraph_18|months)|consent_link\.thread"
        r"|transfer\.basis|context_request\.basis|referral_party\.(ground)|audit_event\.action|held_form\.path"
        r"|retention_item\.(erasure_key|rule|left_because)|erasure\.rule|data_erasure\.going|case_week\.\w+_part"
    ),
    "hashes and keys": r"\w+\.\w*hash|audit_payload\.salt|\w+\.\w*digest|sign_in_attempt\.bucket",
    "about nobody, or empty by now": (
        r"closure_day\.reason|policy_change\.(was|becomes)|policy_edition\.file|request_key\.location|sign_in_attempt\.kind|scheduler_heartbeat\.scheduler|account_session\.browser"
        r"|outbox_mail\.last_error|referral_party\.basis|deadline\.(ended_why|paused_why)|call_back\.preferred_time"
    ),
}


def test_every_column_of_text_is_encrypted_or_argued_for():
    plain = [
        f"{table.name}.{column.name}"
        for table in TABLES
        for column in table.columns
        if isinstance(column.type, String | AutoString) and not isinstance(column.type, Enum)
    ]
    unargued = [name for name in plain if not any(re.fullmatch(why, name) for why in PLAIN.values())]
    encrypted = sum(len(rotation.encrypted_columns(table)) for table in TABLES)
    assert len(plain) > 100
    print(f"{encrypted} columns are encrypted, {len(plain)} readable, each for a reason")
    assert unargued == []


@pytest.fixture
def stolen(database, moment, tmp_path, engine_name):
    """The world with a canary in every encrypted column that holds text; gives all the bytes there are, by place."""
    storage.use_folder(tmp_path / "attachments")
    worlds.build(database)
    with database.transaction() as session, as_system(session):
        storage.write(f"A file about a child. {CANARY}".encode())
    return {
        **_database(database),
        **{name: (tmp_path / "attachments" / name).read_bytes() for name in names(tmp_path / "attachments")},
    }


def _database(database) -> dict[str, bytes]:
    if database.engine.dialect.name == "sqlite":
        database.engine.dispose()
        folder = Path(database.engine.url.database).parent
        return {path.name: path.read_bytes() for path in folder.iterdir()}
    url = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    binary = shutil.which("pg_dump") or str(max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump")))
    dumped = subprocess.run([binary, "--dbname", url, "--inserts"], capture_output=True, check=True)
    return {"dump": dumped.stdout}


def test_a_stolen_database_shows_no_narrative(database, stolen, tmp_path):
    with database.system_transaction(write=False) as session:
        values = {
            f"{table.name}.{name}": [
                str(each) for each in session.connection().execute(select(table.c[name])).scalars() if each
            ]
            for table in TABLES
            for name in rotation.encrypted_columns(table)
        }
    texts = {text for held in values.values() for value in held for text in _sentences(value)}
    texts -= _names(database) | PORTAL_SAYS
    assert len(texts) > 100
    known = list(stolen.values())
    hits = [text for text in sorted(texts) if any(_is_in(text, data) for data in known)]
    print(f"{len(hits)} hits of {len(texts)} texts and a file in {sum(map(len, known))} bytes of {len(known)} files")
    assert hits == []
    assert not any(CANARY.encode() in data for data in known)


def _names(database) -> set[str]:
    """What professionals and organisations are called, and the portal's own titles: readable wherever they stand."""
    columns = (User.name, Organisation.name, TimelineEntry.title)
    with database.system_transaction(write=False) as session:
        return {name for column in columns for name in session.scalars(select(column))}


def _sentences(value: str) -> list[str]:
    """The stretches of words in a value, long enough to be nothing but what somebody wrote."""
    return [found for found in re.findall(r"[A-Za-z][A-Za-z ,.]{14,}", value) if " " in found.strip()]


def _is_in(text: str, data: bytes) -> bool:
    return text.encode() in data or text.encode().hex().encode() in data or text.encode("utf-16-le") in data


def test_the_search_would_find_a_text_that_is_there(database, stolen):
    """Without this, a search for nothing would find nothing: a child's name is kept readable."""
    assert any(b"GivenOttervane" in data for data in stolen.values())
    assert not any(b"Narrative Ottervane" in data for data in stolen.values())
    assert crypto.decrypt(crypto.encrypt(b"x")) == b"x"
