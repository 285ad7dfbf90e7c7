"""A record that is said to be wrong: the statement beside it, who reads it, who was told."""

import pytest
from sqlmodel import select

from portal.access.models import ReferralParty, Scope
from portal.access.roles import OrganisationKind, Role
from portal.accountability.requests import corrections, service
from portal.accountability.requests.corrections import Statement
from portal.accountability.requests.refusal import RequestRefusedError
from portal.accountability.requests.rules import Kind
from portal.notifications.models import OutboxMail
from portal.referrals.corrections import queries
from portal.referrals.corrections.models import Corrected
from tests.factories import people, referrals
from tests.factories.data_requests import asked

WRONG, RIGHT = "It says that he hit another child on 4 November.", "He was hit. The school has corrected its own log."
TYPED = {"part": "referral", "wrong": WRONG, "is_corrected": "yes", "statement": RIGHT}


@pytest.fixture
def council(database, cast) -> people.Person:
    """Somebody of an organisation that sees the whole referral but its need-to-know parts."""
    with database.transaction():
        made = people.add_person(people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help"))
    with database.transaction(tenant=cast.manager.organisation_id):
        referrals.share(referrals.load_for(cast.manager, cast.referral.id), made.organisation_id, Scope.ALL)
    return made


@pytest.fixture
def asks(database, cast) -> str:
    """A parent's request to correct the referral."""
    with database.transaction(tenant=cast.manager.organisation_id):
        referral = referrals.load_for(cast.manager, cast.referral.id)
        made = service.record(cast.manager.actor, asked(kind=Kind.CORRECTION, referrals=(referral,)))
        return f"/data-requests/{made.reference}"


def read_by(client, cast) -> bool:
    return RIGHT in client.get(f"/referrals/{cast.referral.reference}?tab=referral").text


def test_a_statement_stands_beside_the_record_and_those_who_read_it_are_told(client_of, database, cast, council, asks):
    manager = client_of(cast.manager)
    early = manager.post(f"{asks}/answer", data={"outcome": "corrected", "words": "Right", "sent": "By post"})
    assert (early.status_code, "First add the statement" in early.text) == (422, True)
    assert manager.post(f"{asks}/corrections", data=TYPED).status_code == 303
    shown = manager.get(asks).text
    assert "Larkfield Vale Academy" in shown
    assert "Estuary Early Help" in shown
    assert shown.count("told Mon 23 Nov, 10am") == 2
    for person in (cast.manager, cast.referrer, council):
        assert read_by(client_of(person), cast)
    assert client_of(cast.stranger).get(f"/referrals/{cast.referral.reference}?tab=referral").status_code == 404
    with database.system_transaction(write=False) as session:
        mails = session.scalars(select(OutboxMail).where(OutboxMail.template == "accountability/correction")).all()
    assert {mail.organisation_id for mail in mails} == {cast.referrer.organisation_id, council.organisation_id}
    assert {(mail.reference, str(mail.context)) for mail in mails} == {(cast.referral.reference, "{}")}
    done = manager.post(f"{asks}/answer", data={"outcome": "corrected", "words": "Right", "sent": "By post"})
    assert done.status_code == 303


@pytest.mark.parametrize(
    ("part", "school", "shared"),
    [("referral", True, True), ("safeguarding", True, False), ("health", True, False), ("internal", False, False)],
)
def test_whoever_reads_a_part_reads_the_statement_about_it(client_of, cast, council, asks, part, school, shared):
    manager = client_of(cast.manager)
    manager.post(f"{asks}/corrections", data=TYPED | {"part": part})
    assert read_by(manager, cast)
    assert read_by(client_of(cast.referrer), cast) is school
    assert read_by(client_of(council), cast) is shared
    listed = manager.get(asks).text
    assert ("Estuary Early Help" in listed) is shared
    timeline = client_of(cast.referrer).get(f"/referrals/{cast.referral.reference}").text
    assert ("A statement was added beside the record" in timeline) is school


def test_who_saw_it_before_is_listed_until_somebody_tells_them(client_of, database, cast, council, asks, moment):
    with database.system_transaction() as session:
        seats = session.scalars(select(ReferralParty).where(ReferralParty.referral_id == cast.referral.id)).all()
        next(each for each in seats if each.organisation_id == council.organisation_id).valid_to = moment.now
    moment.advance(minutes=5)
    manager = client_of(cast.manager)
    manager.post(f"{asks}/corrections", data=TYPED)
    page = manager.get(asks).text
    address = f"{asks}/recipients/" + page.partition(f"{asks}/recipients/")[2].partition('"')[0]
    assert "Tell Estuary Early Help" in manager.get(address).text
    empty = manager.post(address, data={"how": ""})
    assert (empty.status_code, "Enter how they were told" in empty.text) == (422, True)
    assert manager.post(address, data={"how": "By phone, to Ines Duarte"}).status_code == 303
    assert "By phone, to Ines Duarte" in manager.get(asks).text
    again = manager.post(address, data={"how": "By letter"})
    assert (again.status_code, "told them on" in again.text, "By letter" in again.text) == (409, True, True)
    assert not any(client_of(person).get(address).status_code == 200 for person in (cast.referrer, cast.officer))


@pytest.mark.parametrize("missing", list(TYPED))
def test_nothing_typed_is_lost(client_of, cast, asks, missing):
    answer = client_of(cast.manager).post(f"{asks}/corrections", data=TYPED | {missing: ""})
    assert answer.status_code == 422
    assert all(each in answer.text for each in (WRONG, RIGHT) if each != TYPED[missing])


def test_only_a_manager_corrects_and_reads_the_words(client_of, database, cast, asks):
    with database.transaction():
        administrator = referrals.staff(Role.ADMINISTRATOR)
    client_of(cast.manager).post(f"{asks}/corrections", data=TYPED | {"part": "safeguarding"})
    kept = client_of(administrator).get(asks).text
    assert "Statement added" in kept
    assert not any(each in kept for each in (WRONG, RIGHT))
    for person in (administrator, cast.referrer, cast.officer, cast.stranger):
        client = client_of(person)
        answers = (client.get(f"{asks}/corrections"), client.post(f"{asks}/corrections", data=TYPED))
        assert [each.status_code for each in answers] == [404, 404]


def test_nothing_is_corrected_for_a_stranger_nor_for_another_question(tx):
    manager = referrals.staff(Role.MANAGER)
    owner = people.add_person(people.add_organisation(), Role.REFERRER)
    referral = referrals.load_for(manager, referrals.acknowledged(owner, manager).id)
    said = Statement(Corrected.REFERRAL, is_corrected=False, wrong=WRONG, statement=RIGHT)
    unknown = service.record(manager.actor, asked(kind=Kind.CORRECTION, known_by="", referrals=(referral,)))
    with pytest.raises(RequestRefusedError, match="who they say"):
        corrections.add(manager.actor, unknown, referral.reference, said)
    other = service.record(manager.actor, asked(referrals=(referral,)))
    with pytest.raises(RequestRefusedError, match="No statement"):
        corrections.add(manager.actor, other, referral.reference, said)
    assert queries.of_referral(manager.actor, referral) == []
