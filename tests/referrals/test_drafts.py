import threading

import pytest
from sqlmodel import select

from portal.access.models import ReferralParty, Scope
from portal.access.roles import Role
from portal.audit.models import AuditEvent
from portal.referrals import queries
from portal.referrals.files import storage
from portal.referrals.form import drafts
from portal.referrals.form.drafts import Saved, Stale
from portal.referrals.form.sections import section
from portal.referrals.models import Attachment, Referral, ReferralSection
from portal.referrals.rules import State
from portal.tenancy import as_system, enter
from portal.web.errors import SomeoneWasFirstError
from tests.factories import people, referrals
from tests.factories.answers import PROTECTION, SCHOOL

CHILD, CONSENT, REASON = section("child-and-family"), section("consent-and-contact"), section("reason")


@pytest.fixture
def writer(tx):
    person = people.add_person(people.add_organisation())
    enter(tx, person.organisation_id)
    return person


@pytest.fixture
def draft(writer):
    return drafts.start_draft(writer.actor)


def answers_to(place, given=SCHOOL):
    return {asked.key: given[asked.key] for asked in place.questions if asked.key in given}


def actions(tx):
    with as_system(tx):
        return [event.action for event in tx.scalars(select(AuditEvent).order_by(AuditEvent.id))]


def test_a_draft_belongs_to_its_writers_organisation_and_to_nobody_else(tx, writer, draft):
    assert (draft.state, draft.organisation_id, draft.contact_name) == (
        State.DRAFT,
        writer.organisation_id,
        writer.name,
    )
    parties = tx.scalars(select(ReferralParty)).all()
    assert [(party.organisation_id, party.scope) for party in parties] == [(writer.organisation_id, Scope.ALL)]
    assert queries.get_referral(writer.actor, draft.reference) is draft
    stranger = people.add_person(people.add_organisation())
    enter(tx, stranger.organisation_id)
    assert queries.get_referral(stranger.actor, draft.reference) is None


def test_a_saved_section_is_there_again_and_counted(tx, writer, draft):
    assert drafts.save_section(writer.actor, draft, REASON, {"presenting_worries": "Ж\n" * 5000}, 0) == Saved(1)
    assert drafts.save_section(writer.actor, draft, REASON, {"presenting_worries": "later"}, 1) == Saved(2)
    tx.expire_all()
    row = queries.saved_sections(writer.actor, draft)["reason"]
    assert (row.answers, row.version, row.updated_by_name) == ({"presenting_worries": "later"}, 2, writer.name)
    assert [each.split(":")[-1] for each in actions(tx)] == ["started", "saved", "saved"]


def test_what_is_kept_already_is_not_saved_again(tx, writer, draft):
    drafts.save_section(writer.actor, draft, REASON, {"presenting_worries": "once"}, 0)
    before = actions(tx)
    assert drafts.save_section(writer.actor, draft, REASON, {"presenting_worries": "once"}, 0) == Saved(1)
    assert drafts.save_section(writer.actor, draft, CHILD, {}, 0) == Saved(0)
    assert actions(tx) == before
    assert set(queries.saved_sections(writer.actor, draft)) == {"reason"}


def test_a_second_tab_is_told_and_changes_nothing(writer, draft):
    drafts.save_section(writer.actor, draft, REASON, {"presenting_worries": "first tab"}, 0)
    outcome = drafts.save_section(writer.actor, draft, REASON, {"presenting_worries": "second tab"}, 0)
    assert isinstance(outcome, Stale)
    assert outcome.current.answers == {"presenting_worries": "first tab"}
    assert drafts.save_section(writer.actor, draft, REASON, {"presenting_worries": "both"}, 1) == Saved(2)


def test_what_lists_show_follows_the_answers(writer, draft):
    drafts.save_section(writer.actor, draft, CHILD, answers_to(CHILD), 0)
    drafts.save_section(writer.actor, draft, CONSENT, answers_to(CONSENT), 0)
    assert (draft.child_given_name, draft.child_family_key, draft.year_group) == ("Amira", "khan", "Year 8")
    assert str(draft.child_date_of_birth) == "2014-03-27"
    assert (draft.contact_name, draft.route, draft.area) == ("Helen Marsh", "outreach", "kent")
    drafts.save_section(writer.actor, draft, CONSENT, answers_to(CONSENT, PROTECTION), 1)
    assert draft.route == "protection"


def test_what_lists_show_is_cut_to_its_column(tx, writer, draft):
    wide = {"child_first_name": "İ" * 300, "date_of_birth": "31/2/2014", "year_group": "y" * 300}
    drafts.save_section(writer.actor, draft, CHILD, wide, 0)
    drafts.save_section(writer.actor, draft, CONSENT, {"contact_name": "n" * 5000}, 0)
    tx.refresh(draft)
    assert (len(draft.child_given_name), len(draft.child_given_key), draft.child_date_of_birth) == (100, 100, None)
    assert (len(draft.year_group), len(draft.contact_name)) == (40, 200)


def test_nothing_is_saved_into_a_referral_that_was_sent(tx, writer):
    referrals.operator()
    made = referrals.sent(writer)
    with pytest.raises(drafts.NotADraftError):
        drafts.save_section(writer.actor, made, REASON, {"presenting_worries": "too late"}, 1)
    with pytest.raises(SomeoneWasFirstError):
        drafts.discard_draft(writer.actor, made)


def test_deleting_a_draft_erases_what_was_written_and_attached(tx, writer, tmp_path, moment, monkeypatch):
    monkeypatch.setattr(storage, "_folder", tmp_path / "files")
    made = referrals.draft(writer)
    name = storage.write(b"minutes")
    tx.add(
        Attachment(
            key="abcdefgh1234", organisation_id=made.organisation_id, referral_id=made.id, filename="minutes.txt",
            content_type="text/plain", size=7, digest="0" * 64, stored_name=name, uploaded_by_id=writer.user_id,
            uploaded_by_name=writer.name, uploaded_at=moment.now,
        )
    )  # fmt: skip
    tx.flush()
    drafts.discard_draft(writer.actor, made)
    assert made.state is State.DISCARDED
    assert tx.scalars(select(ReferralSection)).all() == []
    assert tx.scalars(select(Attachment)).all() == []
    assert (made.child_given_name, made.child_family_key, made.child_date_of_birth) == ("", "", None)
    assert queries.get_referral(writer.actor, made.reference) is None
    tx.commit()
    assert list((tmp_path / "files").iterdir()) == []


def test_of_many_saves_at_one_moment_one_is_kept_and_the_others_are_told(database, moment):
    with database.transaction() as session:
        person = people.add_person(people.add_organisation(), Role.REFERRER)
        enter(session, person.organisation_id)
        reference = drafts.start_draft(person.actor).reference
    outcomes, together = [], threading.Barrier(6)

    def save(text):
        together.wait()
        with database.transaction(tenant=person.organisation_id):
            made = queries.get_referral(person.actor, reference)
            outcomes.append(drafts.save_section(person.actor, made, REASON, {"presenting_worries": text}, 0))

    threads = [threading.Thread(target=save, args=(f"tab {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Saved", *["Stale"] * 5]
    with database.transaction(tenant=person.organisation_id, write=False) as session:
        assert session.scalars(select(ReferralSection)).one().version == 1
        assert session.scalars(select(Referral)).one().last_change_at == moment.now
