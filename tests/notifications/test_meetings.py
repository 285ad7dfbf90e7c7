"""The calendar file of a mail: read back by a calendar, the same at every attempt, and nobody's name in it."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from portal.notifications import letters
from portal.notifications.meetings import Meeting
from portal.web.dates import LONDON
from tests.notifications.conftest import LETTERHEAD
from tests.notifications.test_letters import NOON, mail

SUMMER = datetime(2026, 7, 1, 15, 30, tzinfo=LONDON)


def meeting(**changed) -> Meeting:
    known = {"key": "review-7", "sequence": 2, "starts_at": SUMMER, "ends_at": SUMMER + timedelta(hours=1)}
    return Meeting(**known | {"path": "referrals/KSAF-7F3K-9QRT/review"} | changed)


def written(about: Meeting):
    row = mail("cases/review_invitation", starts_at=about.starts_at.isoformat())
    row.meeting = about.facts()
    return letters.write(row, LETTERHEAD)


def test_it_survives_the_outbox():
    assert Meeting.of(meeting().facts()) == meeting()


@pytest.mark.parametrize(
    ("cancelled", "method", "status"), [(False, "PUBLISH", "CONFIRMED"), (True, "CANCEL", "CANCELLED")]
)
def test_a_calendar_reads_it(cancelled, method, status):
    [file] = list(written(meeting(is_cancelled=cancelled)).iter_attachments())
    assert file.get_content_type() == "text/calendar"
    assert (file.get_param("method"), file.get_filename()) == (method, "KSAF-7F3K-9QRT.ics")
    raw = file.get_payload(decode=True)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    read = Calendar.from_ical(raw)
    [event] = read.walk("VEVENT")
    assert (read["method"], event["status"], int(event["sequence"])) == (method, status, 2)
    assert event.decoded("dtstart") == datetime(2026, 7, 1, 14, 30, tzinfo=UTC)
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(hours=1)
    assert event.decoded("dtstamp") == NOON
    assert event["url"] == "http://localhost/referrals/KSAF-7F3K-9QRT/review"
    assert str(event["uid"]).startswith("review-7@")
    assert event.get("attendee") is None
    assert event.get("location") is None


def test_the_text_of_the_mail_is_still_there_and_every_attempt_is_the_same():
    first, second = (written(meeting()) for _ in range(2))
    body = first.get_body().get_content()
    assert "Wednesday 1 July 2026 at 3:30pm" in body
    assert first.as_bytes() == second.as_bytes()


def test_a_file_that_cannot_be_written_fails_as_a_mail_that_cannot():
    row = mail("cases/review_invitation", starts_at=NOON.isoformat())
    row.meeting = {"key": "review-7"}
    with pytest.raises(letters.CannotWriteError):
        letters.write(row, LETTERHEAD)
