"""What the figures count."""

import pytest

from portal.access.roles import Role
from portal.notifications import service as notifications
from tests.factories import people


@pytest.fixture
def mail_due(database, moment) -> None:
    """One mail, written now, that nobody has sent."""
    with database.system_transaction():
        person = people.add_person(people.add_organisation(), Role.REFERRER)
        notifications.queue(
            "referrals/received", person.email, organisation_id=person.organisation_id, reference="KSAF-7F3K-9QRT"
        )
