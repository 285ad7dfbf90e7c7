"""What the family agrees to decides who reads how the support went; a manager settles what they have read."""

import pytest
from sqlmodel import select

from portal import db
from portal.consent.models import ConsentEvent, Position
from portal.notifications.models import OutboxMail
from portal.tenancy import as_system
from tests.endings.conftest import MARK
from tests.endings.test_routes import SUMMARY

READ = ("summary", "summary/partner", "summary/family", "summary/partner/pdf")


@pytest.fixture
def path(reference) -> str:
    return f"/referrals/{reference}"


def says(database, position: Position, purpose: str = "updates_to_referrer") -> None:
    """The family answers once more: by itself, whether the referrer is told how it goes."""
    with database.transaction() as session, as_system(session):
        asked = select(ConsentEvent).where(ConsentEvent.purpose == purpose).order_by(ConsentEvent.id)
        event = session.scalars(asked).first()
        db.session().add(ConsentEvent(**event.model_dump(exclude={"id", "position"}), position=position))


def send(client_of, world, path, **changed):
    return client_of(world.practitioner).post(f"{path}/summary", data={**SUMMARY, "do": "send", **changed})


def test_without_the_familys_agreement_the_referrer_reads_no_goal_and_no_summary(client_of, database, kept_world, path):
    school, manager = client_of(kept_world.referrer), client_of(kept_world.manager)
    assert f"Goal {MARK}" in school.get(f"{path}/attendance").text
    says(database, Position.REFUSED)
    assert f"Goal {MARK}" not in school.get(f"{path}/attendance").text
    assert send(client_of, kept_world, path).status_code == 303
    assert "do not read this" in manager.get(f"{path}/summary").text
    assert manager.post(f"{path}/summary/authorise").status_code == 303
    assert "does not agree" in manager.get(f"{path}/summary").text
    assert [school.get(f"{path}/{page}").status_code for page in READ] == [200, 404, 404, 404]
    read = school.get(f"{path}/summary").text
    assert "has not agreed to it" in read
    assert SUMMARY["content_engagement"] not in read
    assert "completion summary" not in school.get(f"{path}?timeline=all").text
    with database.transaction(write=False) as session, as_system(session):
        mailed = session.scalars(select(OutboxMail.template).where(OutboxMail.to_address == kept_world.referrer.email))
        assert "cases/summary_ready" not in set(mailed)
    says(database, Position.GIVEN)
    assert SUMMARY["content_engagement"] in school.get(f"{path}/summary").text


@pytest.mark.parametrize("verb", ["authorise", "return"])
def test_a_summary_sent_again_since_it_was_read_is_not_settled(client_of, kept_world, path, verb):
    assert send(client_of, kept_world, path).status_code == 303
    manager, other = client_of(kept_world.manager), client_of(kept_world.other_manager)
    read = manager.get(f"{path}/summary").text.split('name="version" value="')[1].split('"')[0]
    typed = {"comment": "Say more about mornings.", "version": read}
    assert other.post(f"{path}/summary/return", data=typed).status_code == 303
    assert send(client_of, kept_world, path, version=read, content_engagement="Written anew.").status_code == 303
    settled = manager.post(f"{path}/summary/{verb}", data=typed)
    assert settled.status_code == 409
    assert "Jo Pemberton changed this summary" in settled.text
    assert verb == "authorise" or typed["comment"] in settled.text
    assert "Written anew." not in client_of(kept_world.referrer).get(f"{path}/summary").text


def test_support_does_not_go_on_longer_than_the_family_agrees_to(client_of, database, kept_world, path):
    says(database, Position.REFUSED, "ksaf_support")
    refused = client_of(kept_world.manager).post(f"{path}/extend", data={"weeks": "1", "why": "Exams. Kept."})
    assert refused.status_code == 422
    assert "does not agree to support now" in refused.text
    assert "Exams. Kept." in refused.text
    assert "Week 6" not in client_of(kept_world.practitioner).get(f"{path}/support").text
