"""Parts that are shown on a need to know: closed until they are opened, wherever the referral is read; and an end."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal import clock, db
from portal.access.models import ReferralParty, Scope
from portal.access.roles import OrganisationKind, Role
from portal.consent.models import ConsentEvent, Position
from portal.referrals import queries
from portal.referrals.files import attachments
from portal.referrals.form.parts import Part
from portal.referrals.form.sections import SECTIONS, question, section
from portal.referrals.models import Attachment, ReferralSection
from portal.referrals.sharing import jobs, service
from portal.referrals.sharing.rules import is_whole
from portal.referrals.sharing.service import SharingRefusedError, Terms
from portal.tenancy import as_system, enter
from portal.timescales.models import Prompt
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals
from tests.factories.answers import SCHOOL

REASONS = {part.value: f"It needs {part}." for part in Part}
MARKS = {
    "safeguarding_history": "Bruises in 2024.",
    "diagnoses": "Asthma, seen at Weir Clinic.",
    "household": "Grandfather, Joe Pell.",
    "presenting_worries": "She hides in the toilets.",
}
OF = {
    "safeguarding_history": Part.SAFEGUARDING,
    "diagnoses": Part.HEALTH,
    "household": Part.THIRD_PARTIES,
}


class Cast:
    """A school, KSAF's officer, and an Early Help team that is to see the whole of a referral."""

    def __init__(self):
        self.helen = people.add_person(people.add_organisation(name="Larkfield Vale Academy"), Role.REFERRER)
        self.officer = referrals.staff()
        self.team = people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help")
        self.ewan = people.add_person(self.team, Role.REFERRER)
        row = referrals.acknowledged(self.helen, self.officer, SCHOOL | {"safeguarding_known": "yes"} | MARKS)
        self.id, self.reference = row.id, row.reference
        self.path = f"/referrals/{row.reference}"
        self.consent(Position.GIVEN)

    def referral(self, person):
        return referrals.load_for(person, self.id)

    def consent(self, position: Position) -> None:
        row = self.referral(self.officer)
        db.session().add(
            ConsentEvent(
                organisation_id=row.organisation_id,
                referral_id=row.id,
                purpose="named_others",
                position=position,
                to_whom="KSAF",
                recorded_by_id=self.officer.user_id,
                recorded_at=clock.now(),
            )
        )
        db.session().flush()

    def share(self, *parts: Part) -> ReferralParty:
        terms = Terms(Scope.ALL, "It works with the brother.", "3", {part.value: REASONS[part.value] for part in parts})
        return service.share(self.officer.actor, self.referral(self.officer), self.team, terms)


@pytest.fixture
def cast(tx, moment):
    return Cast()


def read(cast) -> dict:
    referral = cast.referral(cast.ewan)
    return queries.answers_of(queries.saved_sections(cast.ewan.actor, referral).values())


def test_every_question_of_a_class_is_classed_and_the_rest_is_open():
    assert {asked.part for asked in section("additional-needs").questions} == {Part.HEALTH}
    assert {asked.part for asked in section("safeguarding-and-context").questions} == {
        Part.SAFEGUARDING,
        Part.THIRD_PARTIES,
    }
    assert all(asked.part for each in SECTIONS for asked in each.questions if asked.sensitive)
    assert question("presenting_worries").part is None


@pytest.mark.parametrize("opened", [(), (Part.HEALTH,), (Part.SAFEGUARDING, Part.THIRD_PARTIES), tuple(Part)])
def test_a_part_leaves_the_query_only_where_it_is_open(tx, cast, opened):
    cast.share(*opened)
    seen = read(cast)
    assert seen["presenting_worries"] == MARKS["presenting_worries"]
    for key, part in OF.items():
        assert (key in seen) is (part in opened), key


@pytest.mark.parametrize("scope", [Scope.STATUS, Scope.UPDATES])
def test_who_sees_the_status_or_the_updates_alone_reads_no_answer(tx, cast, scope):
    service.share(cast.officer.actor, cast.referral(cast.officer), cast.team, Terms(scope, "It has asked.", "3"))
    assert read(cast) == {}


def test_what_is_missing_in_it_is_told_to_nobody_who_looks_on(client_of, database, moment):
    with database.transaction():
        cast = Cast()
        service.share(cast.officer.actor, cast.referral(cast.officer), cast.team, Terms(Scope.STATUS, "Asked.", "3"))
    answer = client_of(cast.ewan).get(f"{cast.path}/quality")
    assert (answer.status_code, answer.text) == (304, "")


def test_reading_a_part_of_it_changes_nothing_that_is_kept(tx, cast):
    cast.share()
    read(cast)
    tx.flush()
    referral = cast.referral(cast.helen)
    kept = tx.scalars(select(ReferralSection).where(ReferralSection.referral_id == referral.id)).all()
    assert queries.answers_of(kept)["diagnoses"] == MARKS["diagnoses"]


def test_both_sides_read_every_part(tx, cast):
    cast.share()
    for reader in (cast.helen, cast.officer):
        referral = cast.referral(reader)
        seen = queries.answers_of(queries.saved_sections(reader.actor, referral).values())
        assert set(OF) <= set(seen)


def test_whole_is_all_of_it_with_every_part():
    assert is_whole(Scope.ALL, REASONS)
    assert not is_whole(Scope.UPDATES, REASONS)
    assert not is_whole(Scope.ALL, ["health", "safeguarding"])


def test_pages_files_and_messages_follow(client_of, database, moment):
    with database.transaction():
        cast = Cast()
        cast.share(Part.HEALTH)
    client_of(cast.helen).post(f"{cast.path}/messages", data={"text": "He came with a bruise."})
    page = client_of(cast.ewan).get(f"{cast.path}?tab=referral").text
    assert MARKS["diagnoses"] in page
    assert MARKS["presenting_worries"] in page
    assert MARKS["safeguarding_history"] not in page
    assert MARKS["household"] not in page
    assert "are closed to your organisation" in page
    assert "Safeguarding." in page
    assert "bruise" not in client_of(cast.ewan).get(f"{cast.path}?timeline=all").text
    assert client_of(cast.ewan).get(f"{cast.path}/outcome").status_code == 404
    with database.transaction():
        [party] = _theirs(cast)
        with as_system(db.session()):
            party.parts, party.is_whole = REASONS, True
    page = client_of(cast.ewan).get(f"{cast.path}?tab=referral").text
    assert all(mark in page for mark in MARKS.values())
    assert "are closed to your organisation" not in page
    assert "bruise" in client_of(cast.ewan).get(f"{cast.path}?timeline=all").text


def test_files_are_closed_until_every_part_is_open(tx, cast):
    party = cast.share(Part.HEALTH, Part.SAFEGUARDING)
    referral = cast.referral(cast.helen)
    tx.add(_file(referral, cast.helen))
    tx.flush()
    assert attachments.of_referral(cast.ewan.actor, cast.referral(cast.ewan)) == []
    with as_system(tx):
        party = tx.scalars(select(ReferralParty).where(col(ReferralParty.id) == party.id)).one()
        party.is_whole = True
    assert len(attachments.of_referral(cast.ewan.actor, cast.referral(cast.ewan))) == 1


def test_a_part_that_is_ticked_needs_a_reason_and_nothing_typed_is_lost(client_of, database, moment):
    with database.transaction():
        cast = Cast()
    words = {"organisation": cast.team.key, "scope": "all", "why": "It leads.", "months": "3", "parts": "health"}
    answer = client_of(cast.officer).post(f"{cast.path}/share", data=words)
    assert (answer.status_code, "Enter why it needs this part" in answer.text) == (422, True)
    assert "It leads." in answer.text
    done = client_of(cast.officer).post(f"{cast.path}/share", data=words | {"why_health": "It treats her."})
    assert done.status_code == 303
    assert "Health (It treats her.)" in client_of(cast.officer).get(f"{cast.path}?tab=people").text
    school = client_of(cast.helen).get(f"{cast.path}?tab=people").text
    assert "Health" in school
    assert "It treats her." not in school


def test_ksaf_is_reminded_once_before_the_end_and_then_it_closes_by_itself(database, moment, client_of):
    with database.transaction():
        cast = Cast()
        cast.share()
    assert jobs.remind(database, clock.now()) == 0
    moment.advance(weeks=11, days=1)
    assert jobs.remind(database, clock.now()) == 1
    assert jobs.remind(database, clock.now()) == 0
    with database.transaction() as session, as_system(session):
        told = session.scalars(select(Prompt).where(col(Prompt.kind) == "sharing_ends")).all()
        assert [prompt.user_id for prompt in told] == [cast.officer.user_id]
    assert client_of(cast.ewan).get(cast.path).status_code == 200
    moment.advance(weeks=2)
    assert client_of(cast.ewan).get(cast.path).status_code == 404


def test_a_sharing_is_extended_with_a_reason_while_the_family_agrees(client_of, database, moment):
    with database.transaction():
        cast = Cast()
        cast.share()
    moment.advance(weeks=12)
    jobs.remind(database, clock.now())
    where = f"{cast.path}/extend-sharing"
    form = client_of(cast.officer).get(f"{where}?organisation={cast.team.key}").text
    assert "Share for longer with Estuary Early Help" in form
    empty = client_of(cast.officer).post(where, data={"organisation": cast.team.key, "months": "6", "text": ""})
    assert empty.status_code == 422
    words = {"organisation": cast.team.key, "months": "6", "text": "The plan runs until June."}
    assert client_of(cast.officer).post(where, data=words).status_code == 303
    with database.transaction():
        [party] = _theirs(cast)
        assert (party.valid_to, party.reminded_at) == (clock.now() + timedelta(weeks=26), None)
        with as_system(db.session()):
            assert db.session().scalars(select(Prompt).where(col(Prompt.closed_at).is_(None))).all() == []
    assert client_of(cast.helen).get(where).status_code == 403
    assert client_of(cast.officer).get(f"{where}?organisation=nobody").status_code == 409


def test_nothing_is_extended_without_consent_or_after_its_end(tx, cast, moment):
    cast.share()
    cast.consent(Position.WITHDRAWN)
    with pytest.raises(SharingRefusedError, match="has not agreed"):
        service.extend(cast.officer.actor, cast.referral(cast.officer), cast.team.key, "3", "It still works with them.")
    moment.advance(weeks=14)
    with pytest.raises(SomeoneWasFirstError, match="no longer shared"):
        service.extend(cast.officer.actor, cast.referral(cast.officer), cast.team.key, "3", "It still works with them.")


def _theirs(cast) -> list[ReferralParty]:
    enter(db.session(), cast.officer.organisation_id)
    theirs = select(ReferralParty).where(col(ReferralParty.organisation_id) == cast.team.id)
    with as_system(db.session()):
        return list(db.session().scalars(theirs).all())


def _file(referral, by):
    return Attachment(
        key="a-key-of-a-file",
        organisation_id=referral.organisation_id,
        referral_id=referral.id,
        filename="notes.pdf",
        content_type="application/pdf",
        size=1,
        digest="0" * 64,
        stored_name="stored",
        uploaded_by_id=by.user_id,
        uploaded_by_name=by.name,
        uploaded_at=clock.now(),
    )
