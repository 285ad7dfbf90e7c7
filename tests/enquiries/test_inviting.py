"""A professional who called finds what they said as a draft in their own space; KSAF sees only that it was sent."""

import pytest
from sqlmodel import select

from portal import tenancy
from portal.access.roles import OrganisationKind, Role
from portal.enquiries import service as enquiries
from portal.enquiries.inviting import queries, service
from portal.enquiries.inviting.service import Begun
from portal.enquiries.models import Caller, Enquiry, NextStep
from portal.enquiries.service import Call
from portal.notifications import letters
from portal.notifications.models import OutboxMail
from portal.referrals.form import drafts
from portal.referrals.models import Referral, ReferralSection
from portal.referrals.queries import get_referral
from portal.referrals.rules import State
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals

WORRIES = "Quillmarch hides at the gate on Mondays."
TYPED = {"first_name": "Mia", "last_name": "Ottervane", "worries": WORRIES, "agreed": "y"}
CALL = Call(
    Caller.PROFESSIONAL, "kent", "A head of year, worried about Mondays.", "Talk to the parent.", NextStep.ADVICE,
    name="Helen Marsh", phone="01632 960 101",
)  # fmt: skip


@pytest.fixture
def helen(tx):
    return people.add_person(people.add_organisation(name="Larkfield Vale Academy"), Role.REFERRER, "Helen Marsh")


@pytest.fixture
def call(tx, helen, adviser):
    return enquiries.log_call(adviser, CALL)


@pytest.fixture
def kept_helen(database, moment):
    with database.transaction():
        school = people.add_organisation(name="Larkfield Vale Academy")
        return people.add_person(school, Role.REFERRER, "Helen Marsh")


@pytest.fixture
def path(database, kept_helen, kept_adviser):
    with database.transaction(tenant=kept_adviser.organisation_id):
        return f"/enquiries/{enquiries.log_call(kept_adviser.actor, CALL).reference}"


def rows(database, kind):
    with database.system_transaction(write=False) as session:
        return list(session.scalars(select(kind)).all())


# --- service


def test_what_was_said_arrives_in_the_right_space_and_ksaf_reads_no_draft(tx, helen, adviser, call):
    [place] = queries.places(adviser, helen.email.upper())
    service.invite(adviser, call, place, Begun(WORRIES, "Mia", "Ottervane"))
    state, reference = queries.draft_of(adviser, call)
    assert state is State.DRAFT
    assert get_referral(adviser, reference) is None
    assert tx.scalars(select(Referral)).all() == []
    assert tx.scalars(select(ReferralSection)).all() == []
    tenancy.enter(tx, helen.organisation_id)
    draft = get_referral(helen.actor, reference)
    assert (draft.child_given_name, draft.child_family_name, draft.area) == ("Mia", "Ottervane", "kent")
    assert (draft.created_by_id, draft.invited_by_name) == (helen.user_id, adviser.name)
    kept = {key: value for row in tx.scalars(select(ReferralSection)).all() for key, value in row.answers.items()}
    assert kept == {
        "child_first_name": "Mia",
        "child_last_name": "Ottervane",
        "child_area": "kent",
        "education_setting": "Larkfield Vale Academy",
        "presenting_worries": WORRIES,
        "contact_name": "Helen Marsh",
        "contact_email": helen.email,
        "contact_phone": "01632 960 101",
    }


def test_nobody_is_invited_twice_from_one_call(tx, helen, adviser, call):
    [place] = queries.places(adviser, helen.email)
    service.invite(adviser, call, place, Begun(WORRIES))
    with pytest.raises(SomeoneWasFirstError, match="Larkfield Vale Academy"):
        service.invite(adviser, call, place, Begun(WORRIES))


def test_a_deleted_draft_is_said_to_be_deleted(tx, helen, adviser, call):
    service.invite(adviser, call, queries.places(adviser, helen.email)[0], Begun(WORRIES))
    _, reference = queries.draft_of(adviser, call)
    tenancy.enter(tx, helen.organisation_id)
    drafts.discard_draft(helen.actor, get_referral(helen.actor, reference))
    tenancy.enter(tx, adviser.organisation_id)
    again = queries.get_invitable(adviser, call.reference)
    assert queries.draft_of(adviser, again) == (State.DISCARDED, reference)


@pytest.mark.parametrize(
    ("kind", "role", "agreed"),
    [
        (OrganisationKind.EDUCATION, Role.VIEWER, True),
        (OrganisationKind.EDUCATION, Role.REFERRER, False),
        (OrganisationKind.COUNCILLOR, Role.ORGANISATION_ADMIN, True),
    ],
)
def test_only_who_can_refer_is_invited(tx, adviser, kind, role, agreed):
    person = people.add_person(people.add_organisation(kind, agreed=agreed), role)
    assert queries.places(adviser, person.email) == []
    assert queries.places(adviser, "nobody@school.example") == []


def test_a_partner_finds_out_about_nobody(tx, helen, adviser):
    with pytest.raises(PermissionError):
        queries.places(helen.actor, helen.email)


# --- pages


def test_a_call_becomes_a_draft_that_the_school_goes_on_with(client_of, database, kept_helen, kept_adviser, path):
    ksaf, school = client_of(kept_adviser), client_of(kept_helen)
    assert f"{path}/invite" in ksaf.get(path).text
    assert CALL.explored in ksaf.get(f"{path}/invite").text
    assert ksaf.post(f"{path}/invite", data=TYPED | {"email": kept_helen.email}).status_code == 303
    page = ksaf.get(path).text
    assert "It has not been sent yet" in page
    assert "Mia" not in page
    assert ksaf.get(f"{path}/invite").status_code == 303
    assert ksaf.post(f"{path}/invite", data=TYPED | {"email": kept_helen.email}).status_code == 409
    [draft] = rows(database, Referral)
    assert "that KSAF began from a call" in school.get("/").text
    assert "Begun by KSAF from a call" in school.get("/referrals").text
    tasks = school.get(f"/referrals/{draft.reference}/tasks").text
    assert "began this from your call" in tasks
    assert WORRIES in school.get(f"/referrals/{draft.reference}/sections/reason").text
    assert ksaf.get(f"/referrals/{draft.reference}").status_code == 404


def test_the_mail_carries_a_link_and_no_word_of_it(client_of, database, kept_helen, kept_adviser, path):
    client_of(kept_adviser).post(f"{path}/invite", data=TYPED | {"email": kept_helen.email})
    [mail], [draft] = rows(database, OutboxMail), rows(database, Referral)
    letterhead = letters.Letterhead("https://portal.example", "01795 504355", "info@ksaf.example")
    subject, body = letters.read(mail, letterhead)
    assert (mail.to_address, mail.organisation_id) == (kept_helen.email, kept_helen.organisation_id)
    assert f"https://portal.example/referrals/{draft.reference}/tasks" in body
    assert not any(word in subject + body for word in ("Mia", "Ottervane", "Quillmarch", "Helen"))


def test_somebody_in_two_organisations_is_asked_which(client_of, database, kept_helen, kept_adviser, path):
    with database.transaction():
        other = people.add_organisation(name="Teasel Primary School")
        key = people.add_membership(other.id, kept_helen.user_id)
    client, typed = client_of(kept_adviser), TYPED | {"email": kept_helen.email}
    page = client.post(f"{path}/invite", data=typed)
    assert page.status_code == 422
    assert "Select for which organisation they called" in page.text
    assert WORRIES in page.text
    assert client.post(f"{path}/invite", data=typed | {"organisation": key}).status_code == 303
    assert [each.organisation_id for each in rows(database, Referral)] == [other.id]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": "nobody@school.example"}, "Nobody who can refer signs in with this address"),
        ({"email": ""}, "Enter the email address they sign in with"),
        ({"agreed": ""}, "Ask them first"),
        ({"worries": " "}, "Enter what they are worried about"),
        ({"first_name": "x" * 101}, "Shorten the name"),
    ],
)
def test_what_was_typed_survives_an_error(client_of, database, kept_helen, kept_adviser, path, changed, said):
    page = client_of(kept_adviser).post(f"{path}/invite", data=TYPED | {"email": kept_helen.email} | changed)
    assert page.status_code == 422
    assert said in page.text
    assert "Ottervane" in page.text
    assert rows(database, Referral) == []


def test_only_a_professional_is_invited_and_only_by_an_adviser(client_of, database, kept_helen, kept_adviser, path):
    with database.transaction(tenant=kept_adviser.organisation_id):
        parent = Call(Caller.PARENT, "kent", "Mondays", "A plan", NextStep.ADVICE)
        other = f"/enquiries/{enquiries.log_call(kept_adviser.actor, parent).reference}"
    with database.transaction():
        practitioner = referrals.staff(Role.FAMILY_OUTREACH_PRACTITIONER)
    client = client_of(kept_adviser)
    assert "Invite them" not in client.get(other).text
    assert client.get(f"{other}/invite").status_code == 404
    assert client_of(practitioner).get(f"{path}/invite").status_code == 403
    for person in (kept_helen, practitioner):
        assert client_of(person).post(f"{path}/invite", data=TYPED).status_code in {403, 404}
    assert [each.draft_id for each in rows(database, Enquiry)] == [None, None]
