"""Nobody acts: each rung fires once however many schedulers there are, and is closed by what somebody did."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from portal.access.roles import OrganisationKind, Role
from portal.audit.models import AuditEvent
from portal.notifications.models import MailState, OutboxMail
from portal.tenancy import as_system
from portal.timescales.models import DeadlineRung, Prompt
from tests.factories import people, referrals
from tests.live import Portal, browsing, select_wait, sign_in

SCHEDULERS = 4
DUE = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # sent on Monday morning, acknowledged by Tuesday, 5pm
STEPS = (
    ("acknowledge:approaching", DUE - timedelta(minutes=30)),
    ("acknowledge:missed", DUE + timedelta(minutes=1)),
    ("acknowledge:still_missed", DUE + timedelta(days=1, minutes=1)),
    ("chase:due", DUE + timedelta(days=2, minutes=1)),
)
"""What fires at which moment: approaching, missed, a working day later, and the chase after three working days."""


@pytest.fixture
def sent(portal: Portal) -> dict[str, people.Person | str]:
    """A referral that a school has sent and nobody has read."""
    with portal.database.transaction():
        ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
        made = {
            "triage": people.add_person(ksaf, Role.TRIAGE_OFFICER, "Sam Osei"),
            "manager": people.add_person(ksaf, Role.MANAGER, "Mary Kent"),
            "referrer": people.add_person(people.add_organisation(), Role.REFERRER, "Ruth Adeyemi"),
        }
        for person in made.values():
            portal.give_password(person, second_factor=person is not made["referrer"])
        made["reference"] = referrals.sent(made["referrer"]).reference
    return made


def test_every_rung_fires_once_across_four_schedulers(portal, sent, browser):
    for kind, at in STEPS:
        portal.set_clock(at)
        schedulers = [portal.start("scheduler", "--interval", "1", at=at) for _ in range(SCHEDULERS)]
        _until(portal, lambda kind=kind: _prompts(portal, kind) and not _unsent(portal))
        portal.stop(*schedulers)
    _each_once(portal)
    portal.set_clock(STEPS[-1][1])
    portal.serve()
    with browsing(browser, portal) as school:
        sign_in(school, portal, sent["referrer"], second_factor=False)
        _close_with_evidence(school, portal, "chase:due", sent["referrer"])
    with browsing(browser, portal) as manager:
        sign_in(manager, portal, sent["manager"], second_factor=True)
        _close_with_evidence(manager, portal, "acknowledge:still_missed", sent["manager"])


def _each_once(portal: Portal) -> None:
    """One prompt a person and rung, one mail a prompt that sends one, one audit event a rung."""
    with portal.database.transaction(write=False) as session, as_system(session):
        prompts = session.scalars(select(Prompt)).all()
        fired = [row for row in session.scalars(select(DeadlineRung)).all() if row.fired_at]
        mails = session.scalars(select(OutboxMail)).all()
        events = [row.action for row in session.scalars(select(AuditEvent)).all()]
    assert len({(row.rung_id, row.user_id) for row in prompts}) == len(prompts)
    assert len({row.id for row in fired}) == len(fired)
    for kind, _ in STEPS:
        assert [row for row in prompts if row.kind == kind], f"{kind} never fired"
    arrived = [message["Message-ID"] for message in portal.sink.messages]
    assert len(arrived) == len(set(arrived)) == len(mails), "a mail went out twice, or not at all"
    assert all(mail.state is MailState.SENT and mail.attempts == 1 for mail in mails)
    climbed = [action for action in events if "deadline" in str(action) or "rung" in str(action)]
    assert len(climbed) == len(fired), "a rung without its event, or with two"
    print(f"{len(fired)} rungs, {len(prompts)} prompts, {len(arrived)} mails, {SCHEDULERS} schedulers: each once")


def _close_with_evidence(page, portal: Portal, kind: str, person: people.Person) -> None:
    """Close a prompt through its page, saying what was done; it says so afterwards."""
    [prompt] = [row for row in _prompts(portal, kind) if row.user_id == person.user_id]
    page.goto(f"{portal.url}/prompts/{prompt.key}")
    evidence = page.locator("main textarea").first
    evidence.fill("Spoke to Mary Kent at 9:40am. Sam Osei reads it this morning.")
    page.locator("main form", has=page.locator("textarea")).get_by_role("button").first.click()
    page.goto(f"{portal.url}/prompts/{prompt.key}")
    expect(page.get_by_text("Spoke to Mary Kent", exact=False).first).to_be_visible()
    [closed] = [row for row in _prompts(portal, kind) if row.user_id == person.user_id]
    assert closed.closed_by_id == person.user_id
    assert closed.evidence


def _prompts(portal: Portal, kind: str) -> list[Prompt]:
    with portal.database.transaction(write=False) as session, as_system(session):
        return list(session.scalars(select(Prompt).where(Prompt.kind == kind)).all())


def _unsent(portal: Portal) -> list[OutboxMail]:
    with portal.database.transaction(write=False) as session, as_system(session):
        return [mail for mail in session.scalars(select(OutboxMail)).all() if mail.state is not MailState.SENT]


def _until(portal: Portal, done) -> None:
    """Wait for other processes to get there."""
    for _ in range(600):
        if done():
            return
        assert all(child.poll() is None for child in portal.children), "a scheduler has ended"
        select_wait(0.1)
    logs = "\n".join(path.read_text()[-2000:] for path in portal.folder.glob("*.log"))
    raise AssertionError(f"nothing happened in a minute:\n{logs}")
