"""Parts of the support pages on a need to know: marked by their writer or classed, and withheld in the query."""

from dataclasses import dataclass

import pytest
from sqlmodel import select

from portal import db
from portal.access.models import ReferralParty, Scope
from portal.access.roles import OrganisationKind, Role
from portal.cases import need_to_know, opened_week, plan, queries, weeks
from portal.cases.models import CaseReview, CaseWeek
from portal.cases.need_to_know import ANY, MARKS, TEXTS, WITHHELD, is_closed
from portal.cases.summary_words import HEADINGS, OURS, Recorded, draft
from portal.referrals.form.parts import Part
from portal.tenancy import as_system
from tests.cases.conftest import in_support
from tests.cases.test_updates import TYPED
from tests.factories import people, referrals
from tests.factories.statements import counted
from tests.factories.support import agreements

MARKED = TYPED | {"version": "0", "do": "post", "barriers_part": "health", "next_steps_part": ANY}
CHOSEN = "Emotionally based school avoidance"
PLAN = {"family": "They put the bag by the door.", "others": "Miss Adair opens the side door."}


@dataclass(frozen=True)
class Readers:
    """A family in support, by reference, and who looks on: with health open, and with updates alone."""

    reference: str
    health: people.Person
    updates: people.Person

    def page(self, part: str) -> str:
        return f"/referrals/{self.reference}/{part}"


@pytest.fixture
def family(database, kept, moment) -> Readers:
    with database.transaction():
        referral, case = in_support(kept)
        db.session().add_all(agreements(referral, kept.practitioner))
        case.plan, case.intervention = PLAN, "ebsa"
        made = [
            people.add_person(people.add_organisation(kind), Role.REFERRER)
            for kind in (OrganisationKind.HEALTH, OrganisationKind.LOCAL_AUTHORITY)
        ]
        for person, scope in zip(made, (Scope.ALL, Scope.UPDATES), strict=True):
            referrals.share(referral, person.organisation_id, scope)
        with as_system(db.session()):
            mine = select(ReferralParty).where(ReferralParty.organisation_id == made[0].organisation_id)
            db.session().scalars(mine).one().parts = {Part.HEALTH.value: "It treats him."}
        reference = referral.reference
    moment.advance(days=2)
    return Readers(reference, *made)


@pytest.fixture
def posted(client_of, kept, family) -> Readers:
    """The update of week 1, posted with two of its texts marked."""
    answer = client_of(kept.practitioner).post(family.page("weeks/1"), data=MARKED)
    assert answer.status_code == 303, answer.text
    return family


@pytest.mark.parametrize(
    ("mark", "closed", "is_shut"),
    [
        ("", set(Part), False),
        (None, set(Part), False),
        ("health", set(), False),
        ("health", {Part.HEALTH}, True),
        ("health", {Part.SAFEGUARDING}, False),
        (ANY, {Part.THIRD_PARTIES}, True),
        (ANY, set(), False),
    ],
)
def test_a_text_is_closed_where_its_class_is(mark, closed, is_shut):
    assert is_closed(mark, closed) is is_shut


def test_every_part_of_the_pages_is_classed():
    assert set(need_to_know.PLAN) == {"intervention", "goals", *(part.key for part in plan.PARTS)}
    assert set(need_to_know.SUMMARY) == {heading.key for heading in HEADINGS} - OURS
    columns = set(CaseWeek.model_fields)
    assert {name.removesuffix("_part") for name in columns if name.endswith("_part")} == set(TEXTS)
    assert set(need_to_know.REVIEW) <= set(CaseReview.model_fields)
    assert set(MARKS) == {"", ANY, *(part.value for part in Part)}


def test_each_organisation_reads_what_is_open_to_it(client_of, kept, posted):
    progress, barriers, steps = (TYPED[name] for name in TEXTS)
    for person, reads in (
        (kept.referrer, {progress, barriers, steps}),
        (kept.practitioner, {progress, barriers, steps}),
        (posted.health, {progress, barriers}),
        (posted.updates, {progress}),
    ):
        client = client_of(person)
        for page in ("support", "support/weeks"):
            shown = client.get(posted.page(page)).text
            assert {text for text in (progress, barriers, steps) if text in shown} == reads, person.kind
            assert shown.count(WITHHELD) == 3 - len(reads)
            assert "safeguarding is" not in shown  # which part it is would tell enough


def test_what_is_closed_leaves_no_query(database, posted):
    person = posted.updates
    with database.transaction(tenant=person.organisation_id):
        found = queries.open_support(person.actor, posted.reference)
        closed = need_to_know.closed_to(person.actor, found.referral)
        row = weeks.rows_of(person.actor, found.case, closed)[0]
        assert (row.progress, row.barriers, row.next_steps) == (TYPED["progress"], None, None)
        assert row not in db.session().dirty
        assert opened_week.open_week(person.actor, posted.reference, 1).row.barriers is None


def test_the_plan_withholds_what_is_classed(client_of, kept, family):
    wanted = {CHOSEN, *PLAN.values()}
    for person, reads in (
        (kept.referrer, wanted),
        (family.health, {CHOSEN, PLAN["family"]}),
        (family.updates, {PLAN["family"]}),
    ):
        client = client_of(person)
        for page in ("plan", "plan/page"):
            answer = client.get(family.page(page))
            main = answer.text[answer.text.index("<main") : answer.text.index("</main")]
            assert {text for text in wanted if text in main} == reads, (page, person.kind)
            assert (WITHHELD in main) is (reads != wanted)


def test_the_writer_sees_who_will_read_which_part(client_of, kept, family):
    client = client_of(kept.practitioner)
    page = family.page("weeks/1")
    assert client.post(page, data=MARKED | {"do": "save"}).status_code == 303
    for shown in (client.get(page).text, client.get(f"{page}/preview").text):
        read = " ".join(shown.split())
        assert f'<strong class="break-anywhere">{kept.referrer.organisation_name}</strong>: all of it' in read
        assert f"{family.health.organisation_name}</strong>: all but next steps" in read
        assert f"{family.updates.organisation_name}</strong>: all but what stands in the way, next steps" in read
    assert 'value="health" selected' in " ".join(client.get(page).text.split())


def test_the_pages_ask_no_more_than_eight_times(client_of, database, kept, posted):
    for person, pages in ((kept.practitioner, ("weeks/2", "support", "plan")), (posted.updates, ("support", "plan"))):
        client = client_of(person)
        for page in pages:
            client.get(posted.page(page))
            if "weeks" in page:  # with a draft, who will read it is asked too
                client.post(posted.page(page), data=MARKED | {"do": "save"})
            with counted(database) as asked:
                assert client.get(posted.page(page)).status_code == 200
            print(f"{person.kind.value} {page}: {len(asked)} queries")
            assert len(asked) <= 8, [each[:120] for each in asked]


def test_a_mark_that_is_none_of_ours_is_refused_and_nothing_typed_is_lost(client_of, kept, family):
    answer = client_of(kept.practitioner).post(family.page("weeks/1"), data=MARKED | {"progress_part": "everybody"})
    assert (answer.status_code, "Select who reads it" in answer.text) == (422, True)
    assert all(TYPED[name] in answer.text for name in TEXTS)


def test_the_summarys_draft_takes_over_nothing_that_is_marked(database, kept, posted):
    with database.transaction(tenant=kept.practitioner.organisation_id):
        found = queries.open_support(kept.practitioner.actor, posted.reference)
        drafted = draft(Recorded(queries.weeks_of(kept.practitioner.actor, found.case), [], []))
    assert TYPED["progress"] in drafted["progress"]
    assert (drafted["barriers"], drafted["next_steps"]) == ("", "")
