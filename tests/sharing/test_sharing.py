"""A referral shared with another organisation: on a basis, as far as it says, until it ends."""

import pytest
from sqlmodel import col, select

from portal import db
from portal.access.models import Scope
from portal.access.roles import OrganisationKind, Role
from portal.consent.models import ConsentEvent, Position
from portal.notifications.models import OutboxMail
from portal.organisations.models import Organisation
from portal.referrals.form.parts import Part
from portal.referrals.models import Referral
from portal.tenancy import as_system
from tests.factories import people, referrals

WHOLE = {"parts": [part.value for part in Part]} | {f"why_{part}": "It needs it." for part in Part}
WORDS = {"scope": "updates", "why": "It works with the older brother.", "months": "3"}


class Cast:
    """A school's referrer, KSAF's triage officer, an Early Help colleague, and the new school of a child who moves."""

    def __init__(self):
        school = people.add_organisation(name="Larkfield Vale Academy")
        self.helen = people.add_person(school, Role.REFERRER, "Helen Marsh")
        self.officer = referrals.staff()
        early_help = people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help")
        self.early_help = people.add_person(early_help, Role.REFERRER, "Ewan Field")
        self.key = early_help.key
        self.new_school = people.add_person(people.add_organisation(name="Harbour Steps"), Role.REFERRER)
        row = referrals.acknowledged(self.helen, self.officer)
        self.id, self.path = row.id, f"/referrals/{row.reference}"
        self.consent(Position.GIVEN)

    def consent(self, position: Position) -> None:
        """Record what the family says about sharing with others."""
        row = referrals.load_for(self.officer, self.id)
        db.session().add(
            ConsentEvent(
                organisation_id=row.organisation_id,
                referral_id=row.id,
                purpose="named_others",
                position=position,
                to_whom="Estuary Early Help",
                effective_on=row.created_at.date(),
                recorded_by_id=self.officer.user_id,
                recorded_at=row.created_at,
            )
        )


@pytest.fixture
def cast(database, moment):
    with database.transaction():
        return Cast()


def share(client_of, cast, **changed):
    return client_of(cast.officer).post(f"{cast.path}/share", data={"organisation": cast.key} | WORDS | changed)


def test_it_sees_nothing_before_and_what_the_terms_say_after(client_of, cast):
    client = client_of(cast.early_help)
    assert client.get(cast.path).status_code == 404
    assert "Amira" not in client.get("/referrals").text
    assert share(client_of, cast).status_code == 303
    page = client.get(cast.path)
    assert "Amira Khan" in page.text
    assert "It works with the older brother." in client_of(cast.helen).get(f"{cast.path}?tab=people").text
    assert client.get(f"{cast.path}?tab=referral").status_code == 404
    assert "Amira K." in client.get("/referrals").text
    assert client_of(cast.new_school).get(cast.path).status_code == 404


def test_a_child_moves_and_the_new_school_sees_nothing_until_it_is_shared(client_of, cast, database):
    client = client_of(cast.new_school)
    assert client.get(cast.path).status_code == 404
    with database.transaction() as session, as_system(session):
        key = session.scalars(select(Organisation.key).where(col(Organisation.name) == "Harbour Steps")).one()
    share(client_of, cast, organisation=key, scope=Scope.ALL.value, why="The child moved here on 1 December.")
    assert client.get(f"{cast.path}?tab=referral").status_code == 200


def test_it_ends_by_itself_and_at_once_when_it_is_stopped(client_of, cast, moment):
    share(client_of, cast)
    client = client_of(cast.early_help)
    assert client_of(cast.officer).post(f"{cast.path}/stop-sharing", data={"organisation": cast.key}).status_code == 303
    assert client.get(cast.path).status_code == 404
    again = client_of(cast.officer).post(f"{cast.path}/stop-sharing", data={"organisation": cast.key})
    assert again.status_code == 409
    share(client_of, cast)
    assert client.get(cast.path).status_code == 200
    moment.advance(days=13 * 7)
    assert client_of(cast.early_help).get(cast.path).status_code == 404


@pytest.mark.parametrize("position", sorted(set(Position) - {Position.GIVEN, Position.LIMITED}))
def test_without_the_familys_agreement_nothing_is_shared(client_of, cast, database, position):
    with database.transaction():
        cast.consent(position)
    assert "has not agreed" in client_of(cast.officer).get(f"{cast.path}/share").text
    refused = share(client_of, cast)
    assert refused.status_code == 422
    assert "has not agreed" in refused.text
    assert client_of(cast.early_help).get(cast.path).status_code == 404


@pytest.mark.parametrize("left_out", ["organisation", "scope", "why", "months"])
def test_each_of_the_terms_is_needed_and_the_rest_is_kept(client_of, cast, left_out):
    page = share(client_of, cast, **{left_out: ""})
    assert page.status_code == 422
    assert left_out == "why" or "It works with the older brother." in page.text


def test_whom_it_is_shared_with_already_is_not_offered_again(client_of, cast):
    share(client_of, cast)
    assert cast.key not in client_of(cast.officer).get(f"{cast.path}/share").text
    assert share(client_of, cast).status_code == 422


def test_the_mail_says_the_reference_and_nothing_else(client_of, cast, database):
    share(client_of, cast)
    with database.transaction() as session, as_system(session):
        mail = session.scalars(select(OutboxMail).where(OutboxMail.template == "referrals/shared")).one()
        reference = session.scalars(select(Referral.reference).where(col(Referral.id) == cast.id)).one()
    assert (mail.to_address, mail.reference) == (cast.early_help.email, reference)
    assert "Amira" not in str(mail.context)


def test_what_early_help_adds_is_for_ksaf_and_themselves(client_of, cast):
    share(client_of, cast)
    client = client_of(cast.early_help)
    assert "Add what you know" in client.get(cast.path).text
    assert client.post(f"{cast.path}/context", data={"text": ""}).status_code == 422
    assert client.post(f"{cast.path}/context", data={"text": "A plan for the brother."}).status_code == 303
    read = [client_of(person).get(cast.path).text for person in (cast.officer, cast.early_help, cast.helen)]
    assert ["A plan for the brother." in text for text in read] == [True, True, False]


def test_who_sees_the_status_alone_adds_nothing(client_of, cast):
    share(client_of, cast, scope=Scope.STATUS.value)
    client = client_of(cast.early_help)
    assert client.get(cast.path).status_code == 200
    assert "Add what you know" not in client.get(cast.path).text
    assert client.get(f"{cast.path}/context").status_code == 404


def test_what_the_two_sides_write_to_each_other_is_read_by_who_sees_the_whole(client_of, cast):
    said = {"messages": "Mum cried on Monday.", "update": "He slept at his aunt’s."}
    share(client_of, cast)
    looks_on = client_of(cast.early_help)
    looks_on.post(f"{cast.path}/context", data={"text": "A plan for the brother."})
    for part, text in said.items():
        posted = client_of(cast.helen).post(f"{cast.path}/{part}", data={"text": text, "is_risk_changed": "no"})
        assert posted.status_code == 303
    pages = [looks_on.get(at).text for at in ("/", cast.path, f"{cast.path}?timeline=all", f"{cast.path}/status")]
    assert [text for text in said.values() for page in pages if text in page] == []
    assert "1 referral changed" in pages[0]
    assert "Circumstances have changed" in pages[2]
    assert "A plan for the brother." in pages[2]
    assert "Message" not in pages[2]
    assert client_of(cast.officer).post(f"{cast.path}/stop-sharing", data={"organisation": cast.key}).status_code == 303
    share(client_of, cast, scope=Scope.ALL.value, **WHOLE)
    whole = looks_on.get(f"{cast.path}?timeline=all").text
    assert all(text in whole for text in said.values())


def test_nothing_is_shared_with_a_councillor_or_an_organisation_that_has_left(client_of, cast, database):
    with database.transaction():
        councillor = people.add_organisation(OrganisationKind.COUNCILLOR, "Councillor Joan Ferris")
        left = people.add_organisation(OrganisationKind.COMMUNITY, "Weir Kitchen")
        left.active = False
        keys = [councillor.key, left.key]
    page = client_of(cast.officer).get(f"{cast.path}/share").text
    assert cast.key in page
    assert not any(key in page for key in keys)
    assert [share(client_of, cast, organisation=key).status_code for key in keys] == [422, 422]


def test_a_partner_shares_nothing_by_itself(client_of, cast):
    assert client_of(cast.helen).get(f"{cast.path}/share").status_code == 403
    assert client_of(cast.helen).post(f"{cast.path}/stop-sharing").status_code == 403
