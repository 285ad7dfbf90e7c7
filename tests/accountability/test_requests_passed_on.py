"""The ways in beside the register: a family's own page, a professional who passes on what a family said."""

import pytest
from sqlmodel import select

from portal.access.roles import Role
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.rules import Kind, Way
from portal.dashboards import panels
from portal.dashboards.shown import Reading
from portal.family import links
from portal.family.links import Wanted
from portal.family.models import ForWhom
from portal.family.models import Way as LinkWay
from portal.notifications.models import OutboxMail
from portal.referrals.models import Referral
from portal.timescales.models import Prompt
from tests.factories import people, referrals

WORDS = ("Please show me all you wrote", "Dana Reid", "07700 900123")
TYPED = {"kind": "access", "asked": WORDS[0], "name": WORDS[1], "reply_to": WORDS[2]}
SAID = {"kind": "correction", "asked": WORDS[0], "asker": WORDS[1], "capacity": "parent", "reply_to": WORDS[2]}


@pytest.fixture
def visit(app, database, cast):
    """A browser at the family's own page, past the date of birth; a second one for the young person's."""

    def make(for_whom: ForWhom = ForWhom.PARENT):
        with database.transaction(tenant=cast.referrer.organisation_id) as session:
            referral = session.scalars(select(Referral)).one()
            row = links.make(cast.referrer.actor, referral, Wanted(for_whom, LinkWay.PAPER))
            path, born = links.path_of(row), referral.child_date_of_birth
        client = app.test_client()
        checked = client.post(f"{path}/check", data={"born": [born.day, born.month, born.year]})
        assert checked.status_code == 303
        return client, path

    return make


def kept(database, table):
    with database.system_transaction(write=False) as session:
        return list(session.scalars(select(table)))


@pytest.mark.parametrize(("for_whom", "capacity"), [(ForWhom.PARENT, "parent"), (ForWhom.YOUNG_PERSON, "young_person")])
def test_a_family_asks_on_its_own_page_and_the_clock_runs(client_of, database, cast, visit, for_whom, capacity):
    client, path = visit(for_whom)
    assert f'href="{path}/data"' in client.get(path).text
    answer = client.post(f"{path}/data", data=TYPED, follow_redirects=True)
    assert "It answers by Wednesday 23 December 2026." in answer.text
    [made] = kept(database, DataRequest)
    assert (made.kind, made.way, made.capacity, made.is_known) == (Kind.ACCESS, Way.LINK, capacity, False)
    manager = client_of(cast.manager)
    shown = manager.get(f"/data-requests/{made.reference}").text
    assert all(each in shown for each in (*WORDS, "Not known yet", f"/referrals/{cast.referral.reference}"))
    assert f"/data-requests/{made.reference}" in manager.get("/").text


def test_those_who_keep_the_register_are_told_and_the_mail_names_nobody(client_of, database, cast, visit):
    client, path = visit()
    client.post(f"{path}/data", data=TYPED | {"kind": "complaint"})
    [made] = kept(database, DataRequest)
    prompts = [each for each in kept(database, Prompt) if each.kind == "data_request_received"]
    assert [(each.user_id, each.reference) for each in prompts] == [(cast.manager.user_id, made.reference)]
    mails = [each for each in kept(database, OutboxMail) if each.template == "accountability/data_request"]
    assert [(each.to_address, each.reference, each.context) for each in mails] == [
        (cast.manager.email, made.reference, {})
    ]
    page = f"/data-requests/{made.reference}"
    manager = client_of(cast.manager)
    assert manager.post(f"{page}/answer", data={"outcome": "upheld", "words": "Yes", "sent": "Post"}).status_code == 303
    assert all(each.closed_at for each in kept(database, Prompt) if each.kind == "data_request_received")


@pytest.mark.parametrize("missing", list(TYPED))
def test_nothing_a_family_typed_is_lost(visit, missing):
    client, path = visit()
    answer = client.post(f"{path}/data", data=TYPED | {missing: ""})
    assert answer.status_code == 422
    assert all(each in answer.text for each in WORDS if each != TYPED[missing])


def test_without_the_date_of_birth_nothing_is_taken(app, database, visit):
    _, path = visit()
    stranger = app.test_client()
    assert stranger.get(f"{path}/data").status_code == 303
    answer = stranger.post(f"{path}/data", data=TYPED)
    assert (answer.status_code, WORDS[0] in answer.text) == (422, True)
    assert kept(database, DataRequest) == []


def test_a_partner_passes_on_what_a_family_said_and_reads_nothing_more_of_it(client_of, database, cast):
    client, record = client_of(cast.referrer), f"/referrals/{cast.referral.reference}"
    assert f'href="{record}/data-request"' in client.get(f"{record}?tab=consent").text
    assert "When did they say so?" not in client.get(f"{record}/data-request").text
    answer = client.post(f"{record}/data-request", data=SAID, follow_redirects=True)
    [made] = kept(database, DataRequest)
    assert f"Passed on as {made.reference}. It answers by Wednesday 23 December 2026." in answer.text
    assert (made.way, made.recorded_by_name, made.recorded_by_organisation) == (
        Way.PARTNER,
        "Hannah Marsh",
        "Larkfield Vale Academy",
    )
    assert client.get(f"/data-requests/{made.reference}").status_code == 404
    assert all(each in client_of(cast.manager).get(f"/data-requests/{made.reference}").text for each in WORDS)


def test_at_ksaf_the_time_runs_from_the_day_the_family_said_so(client_of, database, cast):
    client, record = client_of(cast.officer), f"/referrals/{cast.referral.reference}"
    answer = client.post(f"{record}/data-request", data=SAID | {"said_on": ["19", "11", "2026"]}, follow_redirects=True)
    assert "It answers by Monday 21 December 2026." in answer.text  # 19 December is a Saturday
    ahead = client.post(f"{record}/data-request", data=SAID | {"said_on": ["24", "11", "2026"]})
    assert (ahead.status_code, "not in the future" in ahead.text) == (422, True)
    assert len(kept(database, DataRequest)) == 1


@pytest.mark.parametrize("missing", list(SAID))
def test_nothing_a_partner_typed_is_lost(client_of, cast, missing):
    answer = client_of(cast.referrer).post(
        f"/referrals/{cast.referral.reference}/data-request", data=SAID | {missing: ""}
    )
    assert answer.status_code == 422
    assert all(each in answer.text for each in WORDS if each != SAID[missing])


def test_a_stranger_passes_nothing_on_about_a_child_of_another_school(client_of, database, cast):
    record = f"/referrals/{cast.referral.reference}/data-request"
    stranger = client_of(cast.stranger)
    assert [stranger.get(record).status_code, stranger.post(record, data=SAID).status_code] == [404, 404]
    assert kept(database, DataRequest) == []


def test_the_first_pages_show_what_is_owed_until_it_is_answered(client_of, database, cast, visit, moment):
    client, path = visit()
    client.post(f"{path}/data", data=TYPED)
    [made] = kept(database, DataRequest)
    with database.transaction():
        administrator = referrals.staff(Role.ADMINISTRATOR)
    for person in (cast.manager, administrator):
        shown = client_of(person).get("/home/data-requests").text
        assert made.reference in shown
        assert WORDS[1] not in shown
    assert client_of(cast.officer).get("/home/data-requests").status_code == 403
    moment.advance(days=31)
    late = _rows(database, cast.manager)
    assert [(each.title, each.tone) for each in late] == [("Answer the request about personal data", "missed")]


def _rows(database, person: people.Person):
    with database.transaction(tenant=person.organisation_id, write=False):
        return list(panels.DATA_REQUESTS.read(Reading(person.actor)).rows)
