"""Files of a referral: kept encrypted, downloaded only, reached by its parties."""

import io
import stat

import pytest
from sqlmodel import col, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from portal import db
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.referrals import timeline
from portal.referrals.files import attachments, kinds, storage
from portal.referrals.models import Attachment, Audience, Referral
from portal.referrals.rules import State
from portal.tenancy import as_system
from tests.factories import files, people, referrals


def upload(name, content):
    return FileStorage(io.BytesIO(content), filename=name)


@pytest.fixture
def folder(tmp_path):
    storage.use_folder(tmp_path / "attachments")
    return tmp_path / "attachments"


@pytest.fixture
def school(database, moment, folder):
    """A school's referrer and viewer, and the reference of their draft, committed."""
    with database.transaction():
        organisation = people.add_organisation()
        writer, viewer = people.add_person(organisation), people.add_person(organisation, Role.VIEWER)
        draft = referrals.draft(writer)
    return writer, viewer, draft.reference


@pytest.fixture
def at(app, folder, school):
    """The address of the draft's attachments, with the application keeping files in this test's folder."""
    storage.use_folder(folder)
    return f"/referrals/{school[2]}/attachments"


def post(client, address, *given):
    # Encoded here, because the test client would leave a temporary file open behind a large body.
    boundary, body = encode_multipart(MultiDict(("files", upload(*each)) for each in given))
    return client.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def only_key(database, person):
    with database.transaction(tenant=person.organisation_id, write=False) as session:
        return session.scalars(select(Attachment.key).where(col(Attachment.removed_at).is_(None))).one()


def test_every_honest_kind_is_kept_and_comes_back_whole(tx, folder):
    writer = people.add_person(people.add_organisation())
    draft = referrals.draft(writer)
    given = list(files.GOOD.items())[: kinds.MOST_FILES]
    stored = attachments.store(writer.actor, draft, [upload(*each) for each in given])
    assert (len(stored.kept), stored.refused) == (10, [])
    assert [storage.read(each.stored_name) for each in stored.kept] == [content for _, content in given]


def test_one_too_many_is_refused_and_the_same_file_is_kept_once(tx, folder):
    writer = people.add_person(people.add_organisation())
    draft = referrals.draft(writer)
    ten = [upload(f"{place}.txt", b"note %d" % place) for place in range(kinds.MOST_FILES)]
    assert attachments.store(writer.actor, draft, ten).refused == []
    again = attachments.store(writer.actor, draft, [upload("0.txt", b"note 0"), upload("10.txt", b"note 10")])
    assert len(again.kept) == 1
    assert again.refused[0].message.startswith("“10.txt” is one too many")
    assert len(list(folder.iterdir())) == kinds.MOST_FILES


def test_on_disk_it_is_unreadable_and_for_this_account_alone(tx, folder):
    writer = people.add_person(people.add_organisation())
    canary = b"canary Amira Khan"
    attachments.store(writer.actor, referrals.draft(writer), [upload("Amira Khan.txt", canary)])
    (path,) = folder.iterdir()
    assert b"canary" not in path.read_bytes()
    assert "Amira" not in path.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with as_system(tx):
        names = tx.connection().exec_driver_sql("SELECT filename FROM attachment").scalars().all()
    assert b"Amira" not in bytes(names[0])


def test_a_rollback_takes_the_bytes_with_it_and_a_savepoint_does_not(database, folder, moment):
    with database.transaction():
        writer = people.add_person(people.add_organisation())
        draft_id = referrals.draft(writer).id
    with database.open(write=True) as session, db.current(session):
        draft = referrals.load_for(writer, draft_id)
        attachments.store(writer.actor, draft, [upload("a.txt", b"a")])
        session.begin_nested().commit()
        assert len(list(folder.iterdir())) == 1
        session.rollback()
        assert list(folder.iterdir()) == []
    with database.open(write=True) as session, db.current(session):
        draft = referrals.load_for(writer, draft_id)
        attachments.store(writer.actor, draft, [upload("b.txt", b"b")])
        session.begin_nested().rollback()
        session.commit()
    (kept,) = folder.iterdir()
    assert storage.orphans([kept.name]) == []
    assert storage.orphans([]) == [kept]


def test_every_hostile_upload_is_named_refused_and_leaves_nothing(client_of, school, at, folder):
    client, kept = client_of(school[0]), {}
    for what, (name, content) in files.HOSTILE.items():
        answer = post(client, at, (name, content))
        refused = answer.status_code == 422 and "Error: Attachments" in answer.text and "“" in answer.text
        kept |= {} if refused else {what: answer.status_code}
    print(len(files.HOSTILE), "hostile uploads")
    assert kept == {}
    assert not folder.exists() or list(folder.iterdir()) == []


def test_the_good_files_stay_when_another_is_refused(client_of, school, at, database):
    client = client_of(school[0])
    answer = post(client, at, ("plan.pdf", files.pdf()), ("run.exe", files.EXE))
    assert answer.status_code == 422
    assert "“run.exe” is of a kind the portal does not take." in answer.text
    assert "plan.pdf" in client.get(at).text


def test_nothing_chosen_says_so(client_of, school, at):
    answer = post(client_of(school[0]), at)
    assert answer.status_code == 422
    assert "Choose at least one file" in answer.text


def test_a_download_is_only_ever_a_download(client_of, school, at, database):
    writer, viewer, _ = school
    assert post(client_of(writer), at, ("../Žofie's plan.pdf", files.pdf())).status_code == 303
    answer = client_of(viewer).get(f"{at}/{only_key(database, writer)}")
    assert answer.data == files.pdf()
    head = answer.headers
    assert (
        head["Content-Disposition"]
        == "attachment; filename=\"_ofie_s plan.pdf\"; filename*=UTF-8''%C5%BDofie%27s%20plan.pdf"
    )
    assert head["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert (head["X-Content-Type-Options"], head["Content-Type"]) == ("nosniff", "application/pdf")
    assert head["Cache-Control"] == "no-store"
    with database.system_transaction() as session:
        read = select(AuditEvent).where(col(AuditEvent.action) == Action.ATTACHMENT_READ)
        assert [event.actor_id for event in session.scalars(read)] == [viewer.user_id]


def test_an_outsider_finds_nothing_and_a_viewer_may_not_change(client_of, school, at, database):
    writer, viewer, _ = school
    post(client_of(writer), at, ("a.txt", b"a"))
    address = f"{at}/{only_key(database, writer)}"
    with database.transaction():
        outsider = people.add_person(people.add_organisation())
    stranger = client_of(outsider)
    foreign, nowhere = stranger.get(address), stranger.get(f"{at}/{'x' * 24}")
    assert (foreign.status_code, nowhere.status_code) == (404, 404)
    assert stranger.get(at).status_code == stranger.post(f"{address}/remove").status_code == 404
    reader = client_of(viewer)
    assert reader.get(at).status_code == 200
    assert 'type="file"' not in reader.get(at).text
    assert post(reader, at, ("b.txt", b"b")).status_code == 403
    assert reader.post(f"{address}/remove").status_code == 403


def test_removing_from_a_draft_takes_the_bytes_too(client_of, school, at, database, folder):
    client = client_of(school[0])
    post(client, at, ("a.txt", b"a"))
    address = f"{at}/{only_key(database, school[0])}"
    assert client.post(f"{address}/remove").status_code == 303
    assert list(folder.iterdir()) == []
    assert client.get(address).status_code == 404
    assert "No files yet" in client.get(at).text


def test_once_sent_files_come_with_messages_only(client_of, school, at, database):
    writer, *_ = school
    post(client_of(writer), at, ("a.txt", b"a"))
    with database.transaction(tenant=writer.organisation_id) as session:
        session.scalars(select(Referral)).one().state = State.SENT
    client = client_of(writer)
    assert post(client, at, ("b.txt", b"b")).status_code == 409
    assert client.post(f"{at}/{only_key(database, writer)}/remove").status_code == 409
    assert "send it with a message" in client.get(at).text


def test_more_than_a_request_takes_is_explained(client_of, school, at):
    answer = post(client_of(school[0]), at, *[(f"{place}.txt", b"a" * 9_000_000) for place in range(3)])
    assert answer.status_code == 413
    assert "Attach one or two at a time." in answer.text
    assert f'href="{at}"' in answer.text


def test_who_sees_less_than_all_sees_no_files(tx, folder):
    writer = people.add_person(people.add_organisation())
    partner = people.add_person(people.add_organisation())
    draft = referrals.draft(writer)
    attachments.store(writer.actor, draft, [upload("a.txt", b"a")])
    party = ReferralParty(
        referral_id=draft.id,
        owner_organisation_id=writer.organisation_id,
        organisation_id=partner.organisation_id,
        role=PartyRole.SHARED,
        scope=Scope.STATUS,
        ground=Ground.CONSENT,
        basis="shared",
        valid_from=draft.created_at,
    )
    tx.add(party)
    tx.flush()
    assert attachments.of_referral(partner.actor, referrals.load_for(partner, draft.id)) == []
    referrals.load_for(writer, draft.id)
    shared = tx.scalars(select(ReferralParty).where(col(ReferralParty.role) == PartyRole.SHARED)).one()
    shared.scope, shared.is_whole = Scope.ALL, True
    tx.flush()
    assert len(attachments.of_referral(partner.actor, referrals.load_for(partner, draft.id))) == 1


def test_files_of_a_note_among_ksaf_stay_there(tx, folder):
    writer = people.add_person(people.add_organisation())
    officer = referrals.staff()
    referral = referrals.load_for(officer, referrals.sent(writer).id)
    note = timeline.add(officer.actor, referral, "note", "A note", audience=Audience.OPERATOR)
    attachments.store(officer.actor, referral, [upload("a.txt", b"a")], note)
    assert len(attachments.of_referral(officer.actor, referral)) == 1
    assert attachments.of_referral(writer.actor, referrals.load_for(writer, referral.id)) == []
    assert db.session() is tx
