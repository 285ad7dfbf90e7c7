"""Statutory referrals: logged with their basis, followed up until they are acknowledged, and read by KSAF alone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from portal import db
from portal.access.roles import Role
from portal.cases import closing
from portal.organisations import contacts
from portal.referrals import lifecycle
from portal.referrals.endings import Ending, Standing, why_not_yet
from portal.referrals.models import Audience, Referral, TimelineEntry
from portal.referrals.rules import Event, State
from portal.referrals.standing import owed
from portal.tenancy import TenancyError, as_system, enter
from portal.timescales import jobs
from portal.timescales.models import Deadline, Prompt
from portal.transfers.statutory import queries, rules, service
from portal.transfers.statutory.models import Basis, StatutoryReferral, Way
from portal.transfers.statutory.service import Door, Told, WithoutConsent
from portal.web.errors import SomeoneWasFirstError
from tests.conftest import MONDAY
from tests.factories import referrals
from tests.factories.statements import counted

FRONT_DOOR = Door("kent_front_door", "Kent County Council: Front Door")
LADO = Door("kent_lado", "Kent County Council: Local Authority Designated Officer (LADO)", is_about_staff=True)
WITHOUT = WithoutConsent("asking_is_unsafe", "Mary Kent, manager", is_family_told=False, not_told_why="It is not safe.")
TYPED = {
    "door": "kent_front_door",
    "way": "phone",
    "spoke_to": "Jan Hill, duty team",
    "made_on": ["23", "11", "2026"],
    "made_time": "09:30",
    "told": "A mark the size of a hand.",
    "basis": "protection",
    "reason": "asking_is_unsafe",
    "authorised_by": "Mary Kent, manager",
    "family_told": "no",
    "not_told_why": "It is not safe yet.",
    "basis_why": "He is due to collect her at 3:15pm.",
}


def told(door: Door = FRONT_DOOR, way: Way = Way.PHONE, at: datetime = MONDAY) -> Told:
    return Told(door, way, at, "Jan Hill", "A mark the size of a hand.", "Due home at 3:15pm.", WITHOUT)


def logged(world, door: Door = FRONT_DOOR, way: Way = Way.PHONE) -> tuple[Referral, StatutoryReferral]:
    """A referral as KSAF has it, and what it told a front door about it."""
    referral = referrals.acknowledged(world.referrer, world.officer)
    return referral, service.log(world.officer.actor, referral, told(door, way))


def deadlines(made: StatutoryReferral) -> dict[str, Deadline]:
    found = select(Deadline).where(Deadline.subject_type == "statutory_referral", Deadline.subject_id == made.id)
    return {each.kind: each for each in db.session().scalars(found)}


def still_owed(made: StatutoryReferral) -> set[str]:
    return {kind for kind, each in deadlines(made).items() if each.ended_at is None}


def test_a_call_starts_every_deadline_of_the_documents(world):
    _, made = logged(world)
    due = {kind: each.due_at for kind, each in deadlines(made).items()}
    assert due == {
        "confirm_telephone": MONDAY + timedelta(hours=48),
        "statutory_acknowledgement": datetime(2026, 11, 24, 17, tzinfo=UTC),
        "statutory_manager": datetime(2026, 11, 26, 17, tzinfo=UTC),
        "statutory_outcome": datetime(2026, 11, 30, 17, tzinfo=UTC),
    }


@pytest.mark.parametrize("way", [Way.PORTAL, Way.EMAIL])
def test_what_was_written_needs_no_confirmation_in_writing(world, way):
    _, made = logged(world, way=way)
    assert "confirm_telephone" not in still_owed(made)


def test_each_thing_recorded_meets_what_it_answers(world):
    referral, made = logged(world)
    actor = world.officer.actor
    service.confirm(actor, referral, made)
    assert still_owed(made) == {"statutory_acknowledgement", "statutory_manager", "statutory_outcome"}
    service.chase(actor, referral, made, "The duty team: not found yet.", is_manager=False)
    assert "statutory_manager" in still_owed(made)
    service.chase(actor, referral, made, "Their manager will look.", is_manager=True)
    assert still_owed(made) == {"statutory_acknowledgement", "statutory_outcome"}
    service.acknowledge(actor, referral, made, "KCC-77")
    assert still_owed(made) == {"statutory_outcome"}
    service.record_outcome(actor, referral, made, "A social worker visits today.")
    assert still_owed(made) == set()
    assert "not found yet" in made.asked_after
    assert "Their manager" in made.asked_after
    for again in (
        lambda: service.confirm(actor, referral, made),
        lambda: service.acknowledge(actor, referral, made, ""),
        lambda: service.chase(actor, referral, made, "Again.", is_manager=False),
        lambda: service.record_outcome(actor, referral, made, "Again."),
    ):
        with pytest.raises(SomeoneWasFirstError, match="recorded this"):
            again()


def test_an_outcome_shows_that_it_arrived(world):
    referral, made = logged(world, way=Way.EMAIL)
    service.record_outcome(world.officer.actor, referral, made, "No further action.")
    assert still_owed(made) == set()
    assert not rules.is_unsettled(made)


def test_without_an_acknowledgement_ksafs_manager_is_told(database, moment, kept_world):
    with database.transaction():
        _, made = logged(kept_world)
        made_id = made.id
    moment.now = datetime(2026, 11, 24, 17, 1, tzinfo=UTC)
    jobs.run(database, moment.now)
    with database.system_transaction(write=False):
        missed = select(Prompt).join(Deadline, Deadline.id == Prompt.deadline_id)
        missed = missed.where(Deadline.subject_id == made_id, Deadline.kind == "statutory_acknowledgement")
        people = {each.user_id for each in db.session().scalars(missed) if each.kind.endswith(":missed")}
    assert people == {kept_world.officer.user_id, kept_world.manager.user_id}


def test_whoever_referred_the_family_learns_nothing_of_it(world):
    referral, _ = logged(world)
    assert referral.next_due_kind != "statutory_acknowledgement"
    entry = db.session().scalars(select(TimelineEntry).where(TimelineEntry.kind == "statutory")).one()
    assert (entry.audience, entry.title, entry.body) == (Audience.OPERATOR, "KSAF made a statutory referral", None)
    referral = referrals.load_for(world.referrer, referral.id)
    assert db.session().scalars(select(StatutoryReferral)).all() == []
    assert queries.owed_on(world.referrer.actor, referral) == []
    assert not queries.has_unsettled(world.referrer.actor, referral)
    assert not [each for each in owed(world.referrer.actor, referral) if "statutory" in each.what]


def test_another_organisation_writes_none(world):
    referral, made = logged(world)
    row = made.model_dump(exclude={"id", "key"})
    enter(db.session(), world.referrer.organisation_id)
    referrals.load_for(world.referrer, referral.id)
    db.session().add(StatutoryReferral(**row, key="another-key"))
    with pytest.raises(TenancyError):
        db.session().flush()


def test_an_allegation_about_staff_is_read_by_few(world):
    referral, made = logged(world, LADO)
    assert queries.owed_on(world.officer.actor, referral) == []
    assert queries.open_statutory(world.officer.actor, referral.reference, made.key) is None
    assert [each for each, _ in queries.owed_on(world.manager.actor, referral)] == [made]
    assert queries.has_unsettled(world.officer.actor, referral)
    offered = [each.key for each in queries.doors(world.officer.actor, "medway")]
    assert offered == ["medway_first_response", "medway_cme", "kent_front_door", "kent_cme"]
    assert "kent_lado" in [each.key for each in queries.doors(world.manager.actor, "kent")]


def test_practitioners_are_not_told_that_one_waits(world):
    referral, _ = logged(world)
    practitioner = referrals.staff(Role.FAMILY_OUTREACH_PRACTITIONER)
    kinds = [each.what for each in owed(practitioner.actor, referral)]
    assert not [each for each in kinds if "statutory" in each or "front door" in each or "telephone" in each]
    assert [each for each in owed(world.officer.actor, referral) if "statutory" in each.what]


def test_nothing_closes_while_one_may_not_have_arrived(world):
    assert "may not have arrived" in why_not_yet(Standing(State.ADVICE, has_unsettled_statutory=True))
    referral, made = logged(world)
    assert closing.standing(world.manager.actor, referral).has_unsettled_statutory
    service.acknowledge(world.officer.actor, referral, made, "")
    assert closing.standing(world.manager.actor, referral).has_unsettled_statutory  # not confirmed in writing yet
    service.confirm(world.officer.actor, referral, made)
    assert not closing.standing(world.manager.actor, referral).has_unsettled_statutory


def test_the_outcome_stays_owed_when_the_referral_is_closed_and_can_be_recorded(world):
    referral, made = logged(world, way=Way.EMAIL)
    service.acknowledge(world.officer.actor, referral, made, "KCC-77")
    lifecycle.move(world.officer.actor, referral, Event.DECIDE, "Decision proposed")
    lifecycle.move(world.manager.actor, referral, Event.AUTHORISE_ADVICE, "KSAF decided")
    closing.close(world.manager.actor, referral, Ending.ENDED_BY_FAMILY, "They asked for it.", "It has ended.")
    assert (referral.state, still_owed(made)) == (State.CLOSED, {"statutory_outcome"})
    assert [each for each in owed(world.officer.actor, referral) if "outcome in writing" in each.what]
    found = queries.open_statutory(world.officer.actor, referral.reference, made.key)
    service.record_outcome(world.officer.actor, found.referral, found.statutory, "No further action.")
    assert still_owed(made) == set()


def test_the_basis_is_kept_with_why(world):
    _, made = logged(world)
    assert (made.basis, made.basis_why, made.authorised_by) == (
        Basis.PROTECTION,
        "Due home at 3:15pm.",
        "Mary Kent, manager",
    )
    assert (made.reason, made.is_family_told, made.not_told_why) == ("asking_is_unsafe", False, "It is not safe.")


def test_every_area_has_its_front_door_lado_and_missing_education():
    known = {each.key for each in contacts.CONTACTS if each.statutory}
    assert known == {f"kent_{each}" for each in ("front_door", "lado", "cme")} | {
        f"medway_{each}" for each in ("first_response", "lado", "cme")
    }
    assert {each.key for each in contacts.CONTACTS if each.about_staff} == {"kent_lado", "medway_lado"}


@pytest.fixture
def referral(database, kept_world) -> Referral:
    with database.transaction():
        return referrals.acknowledged(kept_world.referrer, kept_world.officer)


def stored(database) -> list[StatutoryReferral]:
    with database.system_transaction(write=False), as_system(db.session()):
        return list(db.session().scalars(select(StatutoryReferral)).all())


def test_a_call_is_logged_and_followed_up_in_the_pages(client_of, database, kept_world, referral):
    client, path = client_of(kept_world.officer), f"/referrals/{referral.reference}/onward"
    assert "No statutory referral recorded" in client.get(path).text
    form = client.get(f"{path}/statutory").text
    assert "03000 41 11 11" in form
    assert "(LADO)" not in form  # for the safeguarding team and managers
    where = client.post(f"{path}/statutory", data=TYPED).headers["Location"]
    made = stored(database)[0]
    assert made.made_at == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    shown = client.get(where).text
    for words in ("A mark the size of a hand.", "Mary Kent, manager", "It is not safe yet.", "by Tuesday 24 November"):
        assert words in shown.replace("\n", " ") or words.removeprefix("by ") in shown
    assert "Not acknowledged yet" in client.get(path).text
    assert client.post(f"{where}/confirm").status_code == 303
    assert client.post(f"{where}/chase", data={"who": "manager"}).status_code == 422
    assert client.post(f"{where}/chase", data={"who": "manager", "reached": "Ann Lee."}).status_code == 303
    assert client.post(f"{where}/acknowledge", data={"their_reference": "KCC-77"}).status_code == 303
    assert client.post(f"{where}/outcome").status_code == 422
    assert client.post(f"{where}/outcome", data={"outcome": "A social worker visits."}).status_code == 303
    late = client.post(f"{where}/outcome", data={"outcome": "Typed by a second person."})
    assert (late.status_code, "Typed by a second person." in late.text) == (409, True)
    for words in ("KCC-77", "Ann Lee.", "A social worker visits."):
        assert words in client.get(where).text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"door": ""}, "Select who was told"),
        ({"door": "elsewhere"}, "Enter its name"),
        ({"spoke_to": ""}, "Enter who you spoke to"),
        ({"made_time": "23:59"}, "Enter a time that has passed"),
        ({"made_time": "late"}, "Enter a time such as"),
        ({"basis": ""}, "Select the basis"),
        ({"authorised_by": ""}, "Enter which manager"),
        ({"not_told_why": ""}, "Enter why the family has not been told"),
        ({"basis_why": ""}, "Enter why, on this basis"),
    ],
)
def test_what_was_typed_survives_what_is_missing(client_of, database, kept_world, referral, wrong, says):
    client = client_of(kept_world.officer)
    answer = client.post(f"/referrals/{referral.reference}/onward/statutory", data=TYPED | wrong)
    assert (answer.status_code, says in answer.text) == (422, True)
    assert TYPED["told"] in answer.text
    assert stored(database) == []


def test_with_agreement_only_why_is_asked(client_of, database, kept_world, referral):
    typed = TYPED | {"basis": "agreement", "reason": "", "authorised_by": "", "family_told": "", "way": "email"}
    client = client_of(kept_world.officer)
    assert client.post(f"/referrals/{referral.reference}/onward/statutory", data=typed).status_code == 303
    assert (stored(database)[0].basis, stored(database)[0].reason) == (Basis.AGREEMENT, None)


def test_strangers_find_nothing_and_the_wrong_roles_are_refused(client_of, database, kept_world, referral):
    with database.transaction():
        row = referrals.load_for(kept_world.officer, referral.id)
        made = service.log(kept_world.officer.actor, row, told())
    path = f"/referrals/{referral.reference}/onward/statutory"
    for verb in ("confirm", "acknowledge", "chase", "outcome"):
        assert client_of(kept_world.third).post(f"{path}/{made.key}/{verb}").status_code == 404
        assert client_of(kept_world.referrer).post(f"{path}/{made.key}/{verb}").status_code in {403, 404}
    assert client_of(kept_world.referrer).get(path).status_code == 403
    assert client_of(kept_world.referrer).get(f"{path}/{made.key}").status_code == 404
    assert client_of(kept_world.referrer).get(f"/referrals/{referral.reference}/onward").status_code == 404
    assert client_of(kept_world.third).get(path).status_code == 404


def test_the_onward_tab_asks_no_more_for_many(client_of, database, kept_world, referral):
    client, path = client_of(kept_world.officer), f"/referrals/{referral.reference}/onward"
    asked = []
    for _ in range(2):
        with database.transaction():
            row = referrals.load_for(kept_world.officer, referral.id)
            for _ in range(5):
                service.log(kept_world.officer.actor, row, told())
        client.get(path)
        with counted(database) as statements:
            client.get(path)
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 8
