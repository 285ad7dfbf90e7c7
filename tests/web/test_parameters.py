"""What comes with an address or a form can be looked up as it came, whatever somebody has put there."""

from io import BytesIO

import pytest
from flask import request

from portal.access.roles import Role
from portal.web.typed import LARGEST, one_line, whole_number
from tests.factories import people, referrals

NUL_IN_BOTH = {"na\0me": "a\0b"}


@pytest.mark.parametrize("with_file", [False, True])
def test_no_nul_is_left_in_a_query_or_a_form(bare_app, with_file):
    files = {"file": (BytesIO(b"a\0b"), "a.bin")} if with_file else {}
    with bare_app.test_request_context("/?na%00me=a%00b", method="POST", data=NUL_IN_BOTH | files):
        assert dict(request.args) == dict(request.form) == {"na\ufffdme": "a\ufffdb"}
        assert [file.read() for file in request.files.values()] == ([b"a\0b"] if with_file else [])


def test_a_short_field_keeps_what_can_be_kept():
    assert one_line(" Ada\ufffd \0 Admin\ud800 ") == "Ada Admin"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("17", 17),
        (str(LARGEST), LARGEST),
        *((text, None) for text in (None, "", "-1", "1.0", "²", "٣", "\0", str(LARGEST + 1), "9" * 25, "9" * 5000)),
    ],
)
def test_a_hidden_number_is_read_or_is_none(text, number):
    assert whole_number(text) == number


def test_a_hidden_number_has_the_bound_it_is_given():
    assert [whole_number(text, 99) for text in ("99", "100", "0100")] == [99, None, None]


@pytest.mark.parametrize("wrong", [{"before": "9" * 25}, {"before": "9" * 5000}, {"contact-nobody-references": "a\0b"}])
def test_a_choice_that_nobody_was_offered_is_refused(client_of, database, moment, wrong):
    with database.transaction():
        school = people.add_organisation()
        admin, colleague = people.add_person(school, Role.ORGANISATION_ADMIN), people.add_person(school)
        reference = referrals.sent(colleague).reference
    given = {"part": "contact", "before": "", "contact-nobody-to": str(colleague.user_id)} | wrong
    assert client_of(admin).post(f"/referrals/{reference}/who-has-it", data=given).status_code in {409, 422}


@pytest.mark.parametrize("week", ["9" * 5000, "100", "-1", "\0"])
def test_a_concern_is_raised_from_no_week_but_one_there_is(client_of, database, moment, week):
    with database.transaction():
        person = people.add_person(people.add_organisation())
        reference = referrals.sent(person).reference
    assert client_of(person).get(f"/referrals/{reference}/concern", query_string={"week": week}).status_code == 200
