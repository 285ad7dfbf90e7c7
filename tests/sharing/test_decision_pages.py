"""The pages of sharing without consent: deciding, authorising, returning, what has to follow, and what each keeps."""

import re

import pytest

from portal import db
from portal.access.roles import OrganisationKind, Role
from portal.consent.models import ConsentEvent, Position
from portal.referrals.models import Referral
from tests.factories import people, referrals
from tests.factories.sharing import CHOSEN

WORDS = {
    "reason": "refused_but_needed",
    **CHOSEN,
    "necessity": "She was hit on Sunday.",
    "scope": "all",
    "parts": "safeguarding",
    "why_safeguarding": "It leads the plan.",
    "months": "3",
    "family_told": "no",
    "not_told_why": "He may take her away.",
    "look_again_on": ["1", "12", "2026"],
}


class Cast:
    """Who takes part, and a referral whose family refused to share with others."""

    def __init__(self):
        self.helen = people.add_person(people.add_organisation(name="Larkfield Vale Academy"), Role.REFERRER)
        self.officer, self.manager = referrals.staff(), referrals.staff(Role.MANAGER)
        self.practitioner = referrals.staff(Role.FAMILY_OUTREACH_PRACTITIONER)
        self.team = people.add_organisation(OrganisationKind.LOCAL_AUTHORITY, "Estuary Early Help")
        self.ewan = people.add_person(self.team, Role.REFERRER)
        self.key = self.team.key
        row = referrals.acknowledged(self.helen, self.officer)
        self.path = f"/referrals/{row.reference}"
        _refuse(row, self.officer)


def _refuse(row: Referral, by: people.Person) -> None:
    db.session().add(
        ConsentEvent(
            organisation_id=row.organisation_id,
            referral_id=row.id,
            purpose="named_others",
            position=Position.REFUSED,
            to_whom="KSAF",
            recorded_by_id=by.user_id,
            recorded_at=row.created_at,
        )
    )


@pytest.fixture
def cast(database, moment):
    with database.transaction():
        return Cast()


def decide(client_of, cast, **changed):
    return client_of(cast.officer).post(f"{cast.path}/sharing/new", data={"organisation": cast.key} | WORDS | changed)


def authorised(client_of, cast, **changed) -> str:
    made = decide(client_of, cast, **changed).headers["Location"]
    assert client_of(cast.manager).post(f"{made}/authorise").status_code == 303
    return made


def test_a_decision_is_made_authorised_and_followed_up(client_of, cast):
    made = decide(client_of, cast)
    assert made.status_code == 303
    where = made.headers["Location"]
    assert client_of(cast.ewan).get(cast.path).status_code == 404
    waiting = client_of(cast.manager).get("/decisions").text
    assert where in waiting
    assert "It was refused and the child still needs protecting" in waiting
    page = client_of(cast.manager).get(where).text
    for said in (
        "She was hit on Sunday.",
        "Article 6(1)(ea)",
        "Paragraph 18(2)(c)",
        "Safeguarding: It leads the plan.",
    ):
        assert said in page
    answer = client_of(cast.manager).post(f"{where}/authorise", follow_redirects=True)
    assert "Estuary Early Help can see it now." in answer.text
    receiver = client_of(cast.ewan).get(cast.path).text
    assert "The family refused consent." in receiver
    assert "The family has not been told that you see this." in receiver
    assert "She was hit on Sunday." not in receiver
    for duty in ("refusal-reason", "tell-receiver"):
        prefix = duty.replace("-", "_")
        posted = client_of(cast.officer).post(f"{where}/{duty}", data={f"{prefix}-text": f"Done {duty}."})
        assert posted.status_code == 303
    # A browser sends the day that is not asked for, empty.
    told = {
        "tell_family-told": "yes",
        "tell_family-text": "By phone.",
        "tell_family-look_again_on": ["", "", ""],
        "tell_family-not_told_why": "",
    }
    assert client_of(cast.officer).post(f"{where}/tell-family", data=told).status_code == 303
    page = client_of(cast.officer).get(where).text
    assert all(said in page for said in ("Done refusal-reason.", "Done tell-receiver.", "By phone."))
    assert "The family has not been told" not in client_of(cast.ewan).get(cast.path).text


def test_what_is_left_out_is_asked_for_and_nothing_typed_is_lost(client_of, cast):
    answer = decide(client_of, cast, organisation="", why_safeguarding="", look_again_on=["", "", ""], article_9="")
    assert answer.status_code == 422
    for missing in (
        "Select an organisation, or enter the name of one that is not on the portal",
        "Enter why it needs this part",
        "Enter the day to look at this again",
        "Select the Article 9 condition",
    ):
        assert missing in answer.text
    assert "She was hit on Sunday." in answer.text
    assert "He may take her away." in answer.text


@pytest.mark.parametrize("day", [["23", "11", "2026"], ["22", "12", "2026"]])
def test_the_day_to_look_again_is_ahead_and_near(client_of, cast, day):
    answer = decide(client_of, cast, look_again_on=day)
    assert answer.status_code == 422
    assert "Enter a day from 24 November 2026 to 21 December 2026" in answer.text


def test_a_family_that_was_told_needs_no_day(client_of, cast):
    told = {"family_told": "yes", "told_how": "By phone.", "not_told_why": "", "look_again_on": ["", "", ""]}
    assert decide(client_of, cast, **told).status_code == 303


def test_an_organisation_off_the_portal_is_named_and_nothing_is_opened(client_of, cast):
    made = authorised(client_of, cast, organisation="", outside_name="A police team")
    assert "A police team, not on the portal" in client_of(cast.officer).get(made).text
    both = decide(client_of, cast, outside_name="A police team")
    assert (both.status_code, "not both" in both.text) == (422, True)


def test_a_returned_decision_can_be_made_again_from_what_it_said(client_of, cast):
    where = decide(client_of, cast).headers["Location"]
    empty = client_of(cast.manager).post(f"{where}/return", data={"text": ""})
    assert empty.status_code == 422
    assert client_of(cast.manager).post(f"{where}/return", data={"text": "Name the harm."}).status_code == 303
    page = client_of(cast.officer).get(where).text
    assert "Name the harm." in page
    again = client_of(cast.officer).get(re.search(r'href="([^"]+/sharing/new\?from=[^"]+)"', page)[1]).text
    assert "She was hit on Sunday." in again
    assert "He may take her away." in again
    assert re.search(rf'value="{cast.key}"[^>]*selected|selected[^>]*value="{cast.key}"', again)
    late = client_of(cast.manager).post(f"{where}/return", data={"text": "And say by whom."})
    assert (late.status_code, "And say by whom." in late.text) == (409, True)


def test_nobody_authorises_their_own(client_of, cast):
    data = {"organisation": cast.key} | WORDS
    where = client_of(cast.manager).post(f"{cast.path}/sharing/new", data=data).headers["Location"]
    assert "You decided this, so another manager" in client_of(cast.manager).get(where).text
    assert client_of(cast.manager).post(f"{where}/authorise").status_code == 422
    assert client_of(cast.ewan).get(cast.path).status_code == 404


def test_telling_the_family_can_be_put_off_with_a_reason(client_of, cast):
    where = authorised(client_of, cast)
    later = {
        "tell_family-told": "no",
        "tell_family-not_told_why": "Police see him on Friday.",
        "tell_family-look_again_on": ["30", "11", "2026"],
    }
    no_day = client_of(cast.officer).post(f"{where}/tell-family", data=later | {"tell_family-look_again_on": ""})
    assert (no_day.status_code, "Police see him on Friday." in no_day.text) == (422, True)
    assert client_of(cast.officer).post(f"{where}/tell-family", data=later).status_code == 303
    page = client_of(cast.officer).get(where).text
    assert "To be looked at again on Monday 30 November 2026." in page
    assert "Record this" in page


def test_a_refusal_can_be_respected(client_of, cast):
    assert "Respect the refusal" in client_of(cast.officer).get(f"{cast.path}/sharing").text
    words = {"organisation": cast.key, "refusal_reason": "“Not our school.”", "why": "He is safe at his aunt’s."}
    short = client_of(cast.officer).post(f"{cast.path}/sharing/respect", data=words | {"why": ""})
    assert (short.status_code, "Not our school." in short.text) == (422, True)
    made = client_of(cast.officer).post(f"{cast.path}/sharing/respect", data=words)
    page = client_of(cast.officer).get(made.headers["Location"]).text
    assert "Refusal respected" in page
    assert "Authorise" not in page
    assert client_of(cast.ewan).get(cast.path).status_code == 404


def test_only_who_needs_to_know_reads_it(client_of, cast):
    where = authorised(client_of, cast)
    for stranger in (cast.helen, cast.ewan):
        assert client_of(stranger).get(where).status_code == 404
        assert client_of(stranger).get(f"{cast.path}/sharing").status_code in {403, 404}
        assert "Sharing without consent" not in client_of(stranger).get(f"{cast.path}?timeline=all").text
    assert client_of(cast.practitioner).get(where).status_code == 404
    assert client_of(cast.officer).post(f"{where}/authorise").status_code == 404
    assert client_of(cast.officer).get(f"{cast.path}/sharing/nowhere-at-all").status_code == 404
