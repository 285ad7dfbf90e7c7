from pathlib import Path

import pytest
from sqlmodel import select

from portal import config, db
from portal.notifications import jobs, letters, service
from portal.notifications.models import OutboxMail, sealed
from tests.notifications import sink as sinks

LETTERHEAD = letters.Letterhead("http://localhost", "01795 504355", "info@ksaf.uk")


@pytest.fixture
def sink():
    with sinks.running() as made:
        yield made


@pytest.fixture
def outbox(database, moment):
    return Outbox(database, moment)


class Outbox:
    """What the tests do with the outbox: ask for mail, deliver, look."""

    def __init__(self, database: db.Database, moment) -> None:
        self.database, self.moment = database, moment
        self.failed: list[OutboxMail] = []

    def queue(
        self,
        to="dsl@school.example",
        *,
        template="triage/acknowledged",
        organisation_id=None,
        reference="KSAF-7F3K-9QRT",
        **context,
    ):
        with self.database.transaction():
            service.queue(template, to, organisation_id=organisation_id, reference=reference, **context)

    def deliver(self, url: str | None) -> dict[str, int]:
        settings = config.Settings(
            env=config.Environment.TEST,
            data_dir=Path(),
            database_url="",
            secret_keys=(),
            base_url="http://localhost",
            smtp_url=url,
        )
        return jobs.run(self.database, settings, self.moment.now, LETTERHEAD, self.failed.append)

    def head(self) -> OutboxMail:
        """The mail that was asked for first, unopened."""
        with self.database.system_transaction(write=False) as session:
            return session.scalars(select(OutboxMail).options(*sealed()).order_by(OutboxMail.id)).first()

    def rows(self) -> list[OutboxMail]:
        with self.database.system_transaction(write=False) as session:
            return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))
