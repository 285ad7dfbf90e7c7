"""Every template, written as it would leave."""

from datetime import UTC, datetime

import pytest
from jinja2 import meta, nodes

from portal.notifications import letters
from portal.notifications.models import OutboxMail
from tests.notifications.conftest import LETTERHEAD

TEMPLATES = sorted(
    str(path.relative_to(letters.TEMPLATES).with_suffix(""))
    for path in letters.TEMPLATES.rglob("*.txt")
    if not path.name.startswith("_")
)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DATES = {"long_datetime", "short_datetime", "long_date", "date_only"}
HOSTILE = "Amira\r\nBcc: everyone@elsewhere.example"


def mail(template, **context):
    return OutboxMail(
        template=template,
        to_address="dsl@school.example",
        reference="KSAF-7F3K-9QRT",
        context=context,
        message_id=OutboxMail.message_id_of("0" * 32),
        created_at=NOON,
        next_attempt_at=NOON,
    )


def context_for(template, text="some words"):
    """Something for whatever the template asks for: an instant where it says one as a date, words elsewhere."""
    source = letters._environment().parse((letters.TEMPLATES / f"{template}.txt").read_text(encoding="utf-8"))
    asked = meta.find_undeclared_variables(source) - {"reference", "link", "base_url", "service"}
    said = {each.node.name for each in source.find_all(nodes.Filter) if each.name in DATES}
    person = {"name": text, "phone": text, "email": text}
    return {name: NOON.isoformat() if name in said else person if name == "contact" else text for name in asked}


def test_there_are_templates():
    assert "triage/outcome" in TEMPLATES


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_becomes_a_mail_with_subject_sign_off_and_nothing_left_open(template):
    message = letters.write(mail(template, **context_for(template)), LETTERHEAD)
    body = message.get_content()
    assert message["Subject"]
    assert len(message["Subject"]) < 120
    assert message.get_content_type() == "text/plain"
    assert "nothing about a child is in this email" in body
    assert "01795 504355, info@ksaf.uk" in body
    assert not {"{{", "{%", "None", "Undefined"} & set(body.split())


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_in_the_context_adds_a_header(template):
    message = letters.write(mail(template, **context_for(template, HOSTILE)), LETTERHEAD)
    assert message["Bcc"] is None
    assert "elsewhere" not in str(message["Subject"])


def test_a_mail_is_the_same_at_every_attempt():
    first, second = (letters.write(mail("triage/acknowledged"), LETTERHEAD).as_bytes() for _ in range(2))
    assert first == second
    assert b"Date: Tue, 24 Nov 2026 12:00:00 +0000" in first


def test_instants_read_as_people_say_them_and_links_lead_here():
    _, body = letters.read(mail("triage/asked", due_at=NOON.isoformat()), LETTERHEAD)
    assert "Answer by Tuesday 24 November 2026 at midday." in body
    assert "http://localhost/referrals/KSAF-7F3K-9QRT/answer" in body


def test_a_link_never_leaves_the_portal():
    assert (
        letters._link("https://portal.example", "//elsewhere.example/x") == "https://portal.example/elsewhere.example/x"
    )
    assert letters._link("https://portal.example", "https://portal.example/x") == "https://portal.example/x"


def test_a_forgotten_context_is_noticed():
    with pytest.raises(letters.CannotWriteError):
        letters.write(mail("triage/asked"), LETTERHEAD)
