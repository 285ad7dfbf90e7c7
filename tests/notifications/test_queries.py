"""What a referral's page and the demo's mailbox read of the outbox."""

import pytest

from portal import config, create_app
from portal.access.roles import OrganisationKind, Role
from portal.notifications import queries
from tests.conftest import KEYS
from tests.factories import people
from tests.notifications import sink as sinks


@pytest.fixture
def pair(database, moment):
    """A referrer and a KSAF triage officer."""
    with database.transaction():
        school = people.add_organisation()
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        return people.add_person(school), people.add_person(ksaf, Role.TRIAGE_OFFICER)


def seen_by(database, person, reference="KSAF-7F3K-9QRT"):
    with database.transaction(tenant=person.organisation_id, write=False):
        return [mail.to_address for mail in queries.failed_mail_for(person.actor, reference)]


def test_failed_mail_is_shown_to_ksaf_and_to_the_recipients_organisation(database, outbox, pair, sink):
    referrer, officer = pair
    sink.answers = ["550 Gone", "550 Gone", "250 OK"]
    outbox.queue("school@school.example", organisation_id=referrer.organisation_id)
    outbox.queue("triage@ksaf.example", organisation_id=officer.organisation_id)
    outbox.queue("fine@school.example", organisation_id=referrer.organisation_id)
    outbox.deliver(sink.url)
    assert seen_by(database, referrer) == ["school@school.example"]
    assert seen_by(database, officer) == ["triage@ksaf.example", "school@school.example"]
    assert seen_by(database, officer, "KSAF-2M8C-WX4H") == []


def test_mail_still_to_be_tried_again_has_not_failed(database, outbox, pair):
    _, officer = pair
    outbox.queue(organisation_id=officer.organisation_id)
    outbox.deliver(f"smtp://127.0.0.1:{sinks.free_port()}")
    assert seen_by(database, officer) == []


@pytest.fixture(scope="session")
def demo_app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return create_app(
        config.from_environment(
            {
                "PORTAL_ENV": "demo",
                "PORTAL_DATA_DIR": str(folder),
                "PORTAL_SECRET_KEYS": KEYS[0],
                "PORTAL_BASE_URL": "http://localhost",
            }
        )
    )


@pytest.fixture
def demo(demo_app, database, moment):
    demo_app.extensions["database"].engine.dispose()
    demo_app.extensions["database"] = database
    return demo_app.test_client()


def test_the_mailbox_says_what_it_is_and_that_it_is_empty(demo):
    page = demo.get("/demo/mailbox")
    assert page.status_code == 200
    assert "Only the demo has this page" in page.text
    assert "No mail yet" in page.text


def test_the_mailbox_lists_delivered_mail_newest_first_and_shows_each(demo, outbox):
    outbox.queue("first@school.example")
    outbox.queue("second@school.example", template="triage/outcome")
    outbox.deliver(None)
    outbox.queue("waiting@school.example")
    page = demo.get("/demo/mailbox").text
    assert page.index("second@school.example") < page.index("first@school.example")
    assert "waiting@school.example" not in page
    shown = demo.get(f"/demo/mailbox/{outbox.rows()[1].key}").text
    assert 'href="http://localhost/referrals/KSAF-7F3K-9QRT/outcome"' in shown
    assert demo.get(f"/demo/mailbox/{'0' * 32}").status_code == 404
    assert demo.get(f"/demo/mailbox/{outbox.rows()[2].key}").status_code == 404


def test_a_full_mailbox_moves_on_by_page(demo, outbox, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    for number in range(5):
        outbox.queue(f"person{number}@school.example")
    outbox.deliver(None)
    keys = [mail.key for mail in outbox.rows()]
    first = demo.get("/demo/mailbox").text
    assert f"before={keys[3]}" in first
    second = demo.get(f"/demo/mailbox?before={keys[3]}").text
    assert "person2@" in second
    assert "person1@" in second
    assert "person3@" not in second
    assert "before=" not in demo.get(f"/demo/mailbox?before={keys[1]}").text


def test_only_the_demo_has_a_mailbox(app):
    assert app.test_client().get("/demo/mailbox").status_code == 404
