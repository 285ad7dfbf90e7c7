"""Messages, answers, changes, a chase, a withdrawal: what they do, who may, who is told, what a second click does."""

import io
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal import db
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.audit.models import AuditEvent
from portal.notifications.models import OutboxMail
from portal.referrals import lifecycle
from portal.referrals.models import Attachment, InformationRequest, TimelineEntry
from portal.referrals.queries import get_referral
from portal.referrals.rules import Event, State
from portal.tenancy import enter
from portal.timescales.models import Deadline, DeadlineState
from tests.factories import people, referrals

WORDS = "The mother, Sana, said on Friday that she would like a morning call."


class Cast:
    """A school with two writers and a viewer, KSAF, an outsider, and one referral."""

    def __init__(self, make):
        school = people.add_organisation(name="Larkfield Vale Academy")
        self.helen = people.add_person(school, Role.REFERRER, "Helen Marsh")
        self.dev = people.add_person(school, Role.ORGANISATION_ADMIN, "Dev Patel")
        self.viewer = people.add_person(school, Role.VIEWER)
        self.outsider = people.add_person(people.add_organisation(name="Harbour Steps"))
        self.triage, self.manager = referrals.staff(), referrals.staff(Role.MANAGER)
        self.safeguarding = referrals.staff(Role.SAFEGUARDING_TEAM)
        self.reference = make(self).reference
        self.path = f"/referrals/{self.reference}"


def loaded(person, reference):
    enter(db.session(), person.organisation_id)
    return get_referral(person.actor, reference)


@pytest.fixture
def sent(database, moment):
    with database.transaction():
        return Cast(lambda cast: referrals.sent(cast.helen))


@pytest.fixture
def asked(database, moment):
    with database.transaction():
        cast = Cast(lambda cast: referrals.acknowledged(cast.helen, cast.triage))
        row = loaded(cast.triage, cast.reference)
        db.session().add(
            InformationRequest(
                organisation_id=row.organisation_id,
                referral_id=row.id,
                question="When did you last meet the parents?",
                asked_by_id=cast.triage.user_id,
                asked_by_name=cast.triage.name,
                asked_at=moment.now,
                due_at=moment.now + timedelta(days=3),
            )
        )
        lifecycle.move(cast.triage.actor, row, Event.ASK, "KSAF asked for information")
    return cast


def kept(database, model, *where):
    with database.system_transaction(write=False) as session:
        return list(session.scalars(select(model).where(*where).order_by(col(model.id))).all())


def mails(database, template):
    return [mail.to_address for mail in kept(database, OutboxMail, OutboxMail.template == f"referrals/{template}")]


def state_of(database, cast):
    with database.transaction(write=False):
        return loaded(cast.helen, cast.reference).state


def test_a_message_reaches_the_other_side_by_mail_without_its_words(client_of, database, sent):
    assert client_of(sent.helen).post(f"{sent.path}/messages", data={"text": WORDS}).status_code == 303
    assert WORDS in client_of(sent.triage).get(sent.path).text
    assert mails(database, "message") == [sent.triage.email]
    client_of(sent.triage).post(f"{sent.path}/messages", data={"text": "Thank you."})
    assert mails(database, "message") == [sent.triage.email, sent.helen.email]
    for mail in kept(database, OutboxMail):
        assert mail.reference == sent.reference
        assert "Sana" not in str(mail.context)
    assert len(kept(database, AuditEvent, AuditEvent.action == Action.MESSAGE_SENT)) == 2


def test_a_second_click_sends_one_message(client_of, database, sent):
    client = client_of(sent.helen)
    for _ in range(2):
        client.post(f"{sent.path}/messages", data={"text": WORDS, "request_key": "one-and-the-same-key"})
    assert len(kept(database, TimelineEntry, TimelineEntry.kind == "message")) == 1


@pytest.mark.parametrize("form", ["messages", "answer", "update", "withdraw"])
def test_a_viewer_reads_and_does_not_write_and_an_outsider_finds_nothing(client_of, asked, form):
    for client, status in ((client_of(asked.viewer), 403), (client_of(asked.outsider), 404)):
        assert client.get(f"{asked.path}/{form}").status_code == status
        assert client.post(f"{asked.path}/{form}", data={"text": WORDS}).status_code == status
        assert client.post(f"{asked.path}/chase").status_code == status


@pytest.mark.parametrize("form", ["answer", "update", "withdraw", "chase"])
def test_ksaf_does_not_speak_for_the_referrer(client_of, asked, form):
    assert client_of(asked.manager).post(f"{asked.path}/{form}", data={"text": WORDS}).status_code == 403


@pytest.mark.parametrize("form", ["messages", "answer", "update", "withdraw"])
def test_what_cannot_be_taken_is_shown_again_with_what_to_do(client_of, database, asked, form):
    client = client_of(asked.helen)
    empty = client.post(f"{asked.path}/{form}", data={"text": "  "})
    assert empty.status_code == 422
    assert "<title>Error: " in empty.text.replace("\n", "")
    assert 'href="#text"' in empty.text
    long = client.post(f"{asked.path}/{form}", data={"text": "é" * 10_001, "is_risk_changed": "no"})
    assert long.status_code == 422
    assert "é" * 10_001 in long.text
    assert state_of(database, asked) is State.INFORMATION_REQUESTED


def test_an_answer_runs_ksafs_clock_again_and_tells_whoever_asked(client_of, database, moment, asked):
    moment.advance(hours=2)
    assert WORDS not in client_of(asked.triage).get(asked.path).text
    page = client_of(asked.helen).get(f"{asked.path}/answer").text
    assert "When did you last meet the parents?" in page
    client_of(asked.helen).post(f"{asked.path}/answer", data={"text": WORDS})
    assert state_of(database, asked) is State.ACKNOWLEDGED
    assert WORDS in client_of(asked.triage).get(asked.path).text
    assert mails(database, "answered") == [asked.triage.email]
    states = {row.kind: row.state for row in kept(database, Deadline)}
    assert states["information"] is DeadlineState.MET
    assert states["decide"] is DeadlineState.RUNNING


def test_the_second_to_answer_is_told_who_was_first_and_keeps_the_text(client_of, database, asked):
    client_of(asked.dev).post(f"{asked.path}/answer", data={"text": "On 4 November."})
    second = client_of(asked.helen).post(f"{asked.path}/answer", data={"text": WORDS})
    assert second.status_code == 409
    assert "Dev Patel answered KSAF’s question on Monday 23 November 2026 at 10am." in second.text
    assert WORDS in second.text
    assert f'action="{asked.path}/messages"' in second.text
    assert [row.answer for row in kept(database, InformationRequest)] == ["On 4 November."]
    assert len(mails(database, "answered")) == 1
    assert client_of(asked.helen).get(f"{asked.path}/answer").status_code == 303


def test_changed_circumstances_reach_who_has_it(client_of, database, sent):
    client_of(sent.helen).post(f"{sent.path}/update", data={"text": WORDS, "is_risk_changed": "no"})
    assert "Circumstances have changed" in client_of(sent.triage).get(sent.path).text
    assert mails(database, "updated") == [sent.triage.email]


def test_a_changed_risk_shows_the_numbers_at_once_and_reaches_the_safeguarding_team(client_of, database, sent):
    client = client_of(sent.helen)
    assert "03000 41 11 11" in client.get(f"{sent.path}/update").text
    answer = client.post(f"{sent.path}/update", data={"text": WORDS, "is_risk_changed": "yes"})
    assert answer.location == f"{sent.path}/update/risk-changed"
    numbers = client.get(answer.location).text
    assert 'href="tel:999"' in numbers
    assert "03000 41 91 91" in numbers
    assert mails(database, "risk_changed") == [sent.triage.email, sent.safeguarding.email]
    assert "Risk has changed" in client_of(sent.triage).get(sent.path).text


def test_withdrawing_ends_every_deadline_and_the_open_question(client_of, database, asked):
    client = client_of(asked.helen)
    assert "It cannot be undone" in client.get(f"{asked.path}/withdraw").text
    client.post(f"{asked.path}/withdraw", data={"text": "The family has moved to Leeds."})
    assert state_of(database, asked) is State.WITHDRAWN
    assert all(row.ended_at for row in kept(database, Deadline))
    assert kept(database, InformationRequest)[0].cancelled_at is not None
    assert mails(database, "withdrawn") == [asked.triage.email]
    page = client.get(asked.path).text
    assert "Nothing is due just now" in page
    again = client.post(f"{asked.path}/withdraw", data={"text": "Again"})
    assert again.status_code == 409
    assert len(mails(database, "withdrawn")) == 1


def test_a_chase_is_offered_once_ksaf_is_late_and_goes_to_its_managers_once(client_of, database, moment, sent):
    client = client_of(sent.helen)
    assert "Chase KSAF" not in client.get(sent.path).text
    client.post(f"{sent.path}/chase")
    assert mails(database, "chased") == []
    moment.advance(days=1, hours=8)
    client = client_of(sent.helen)
    page = client.get(sent.path).text
    assert "Chase KSAF" in page
    assert sent.manager.email in page
    client.post(f"{sent.path}/chase")
    assert mails(database, "chased") == [sent.manager.email]
    chased = next(row for row in kept(database, Deadline) if row.kind == "chase")
    assert chased.state is DeadlineState.MET
    assert chased.ended_why.startswith("Helen Marsh chased KSAF’s manager")
    second = client_of(sent.dev).post(f"{sent.path}/chase", follow_redirects=True)
    assert "Helen Marsh already chased KSAF on Tuesday 24 November 2026 at 6pm." in second.text
    assert len(mails(database, "chased")) == 1
    moment.advance(hours=25)
    client_of(sent.helen).post(f"{sent.path}/chase")
    assert len(mails(database, "chased")) == 2


def test_files_come_with_a_message_or_not_at_all(client_of, database, sent, tmp_path):
    client = client_of(sent.helen)
    note = (io.BytesIO(b"Meeting on 4 November: agreed a later start."), "meeting notes.txt")
    client.post(f"{sent.path}/messages", data={"text": WORDS, "files": note}, content_type="multipart/form-data")
    attached = kept(database, Attachment)
    assert [file.filename for file in attached] == ["meeting notes.txt"]
    page = client_of(sent.triage).get(sent.path).text
    assert f"{sent.path}/attachments/{attached[0].key}" in page
    bad = (io.BytesIO(b"MZ\x90\0"), "run.exe")
    refused = client.post(
        f"{sent.path}/messages", data={"text": "Second.", "files": bad}, content_type="multipart/form-data"
    )
    assert refused.status_code == 422
    assert "run.exe" in refused.text
    assert "Second." in refused.text
    assert len(kept(database, TimelineEntry, TimelineEntry.kind == "message")) == 1
    assert len(kept(database, Attachment)) == 1


@pytest.mark.parametrize("form", ["messages", "update"])
def test_a_draft_takes_no_messages(client_of, database, sent, form):
    with database.transaction():
        reference = referrals.draft(sent.helen).reference
    client = client_of(sent.helen)
    assert client.get(f"/referrals/{reference}/{form}").status_code == 303
    posted = client.post(f"/referrals/{reference}/{form}", data={"text": WORDS, "is_risk_changed": "no"})
    assert posted.status_code == 409
