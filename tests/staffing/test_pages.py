"""The pages: one person with what they have, and who has one referral."""

import pytest
from sqlmodel import select

from portal.access.roles import Role
from portal.accounts.models import Membership
from portal.referrals.models import Referral
from tests.factories import people, referrals


def key_of(database, person) -> str:
    with database.system_transaction(write=False) as session:
        return session.scalars(select(Membership.key).where(Membership.user_id == person.user_id)).one()


def contact_of(database, reference) -> int | None:
    with database.system_transaction(write=False) as session:
        return session.scalars(select(Referral.contact_id).where(Referral.reference == reference)).one()


def form_of(school, *references, holder=None, to=None) -> dict:
    """What the form about a contact posts."""
    prefix = f"contact-{holder or 'nobody'}-"
    chosen = {f"{prefix}references": list(references)} | ({f"{prefix}to": str(to.user_id)} if to else {})
    return {"part": "contact", "before": str(holder or ""), **chosen}


def test_the_page_of_a_person_lists_what_they_have_before_and_after_they_leave(kept, client_of, database):
    admin, address = client_of(kept.admin), f"/people/{key_of(database, kept.helen)}"
    before = admin.get(address).text
    assert all(reference in before for reference in (kept.sent, kept.acknowledged, kept.draft))
    assert "Contact for KSAF (3)" in before
    theirs = client_of(kept.helen)
    assert theirs.get("/referrals").status_code == 200
    answer = admin.post(f"{address}/remove")
    assert (answer.status_code, answer.location) == (303, address)
    assert theirs.get("/referrals").status_code == 302
    after = admin.get(address).text
    assert "3 referrals now have nobody" in after
    assert "Referrals without a contact (3)" in after
    assert "they cannot sign in" in after


def test_all_are_handed_over_together_or_one_alone(kept, client_of, database):
    admin, address = client_of(kept.admin), f"/people/{key_of(database, kept.helen)}"
    one = form_of(kept, kept.sent, holder=kept.helen.user_id, to=kept.una)
    assert admin.post(f"{address}/hand-over", data=one).status_code == 303
    assert contact_of(database, kept.sent) == kept.una.user_id
    assert contact_of(database, kept.draft) == kept.helen.user_id
    rest = form_of(kept, kept.acknowledged, kept.draft, holder=kept.helen.user_id, to=kept.admin)
    assert admin.post(f"{address}/hand-over", data=rest).status_code == 303
    assert "Ada Quill has 2 referrals more now" in admin.get(address).text
    assert "No referral hangs on them" in admin.get(address).text


def test_what_is_missing_is_said_and_what_was_chosen_stays(kept, client_of, database):
    admin, address = client_of(kept.admin), f"/people/{key_of(database, kept.helen)}/hand-over"
    nobody = admin.post(address, data=form_of(kept, kept.sent, holder=kept.helen.user_id))
    assert nobody.status_code == 422
    assert "Select who takes them" in nobody.text
    ticked = [line for line in nobody.text.splitlines() if 'type="checkbox"' in line and "checked" in line]
    assert [kept.sent in line for line in ticked] == [True]
    nothing = admin.post(address, data=form_of(kept, holder=kept.helen.user_id, to=kept.una))
    assert nothing.status_code == 422
    assert "Select at least one referral" in nothing.text
    viewer = form_of(kept, kept.sent, holder=kept.helen.user_id, to=kept.cast.viewer)
    assert admin.post(address, data=viewer).status_code == 422
    assert contact_of(database, kept.sent) == kept.helen.user_id


def test_a_second_hand_over_of_the_same_is_told_who_was_first(kept, client_of, database):
    admin, address = client_of(kept.admin), f"/people/{key_of(database, kept.helen)}/hand-over"
    posted = form_of(kept, kept.sent, holder=kept.helen.user_id, to=kept.una)
    assert admin.post(address, data=posted).status_code == 303
    again = admin.post(address, data=posted)
    assert again.status_code == 409
    assert "Somebody has handed over some of these meanwhile" in again.text


def test_the_referral_page_offers_the_change_and_shows_who_it_is_now(kept, client_of, database):
    una = client_of(kept.una)
    address = f"/referrals/{kept.acknowledged}/who-has-it"
    assert address in una.get(f"/referrals/{kept.acknowledged}").text
    assert "Helen Marsh has it now" in una.get(address).text
    taken = form_of(kept, kept.acknowledged, holder=kept.helen.user_id, to=kept.una)
    assert una.post(address, data=taken).status_code == 303
    assert "Una Field" in client_of(kept.cast.officer).get(f"/referrals/{kept.acknowledged}").text


def test_a_referral_without_a_contact_says_so_to_ksaf(kept, client_of, database):
    client_of(kept.admin).post(f"/people/{key_of(database, kept.helen)}/remove")
    page = client_of(kept.cast.officer).get(f"/referrals/{kept.acknowledged}").text
    assert "Nobody at the moment" in page
    assert "Nobody has it" in client_of(kept.una).get(f"/referrals/{kept.acknowledged}/who-has-it").text


@pytest.mark.parametrize("typed", [{"part": "practitioner"}, {"part": ""}, {"before": "somebody"}])
def test_a_part_that_is_not_theirs_to_give_is_refused(kept, client_of, database, typed):
    posted = form_of(kept, kept.sent, holder=kept.helen.user_id, to=kept.una) | typed
    assert client_of(kept.una).post(f"/referrals/{kept.sent}/who-has-it", data=posted).status_code == 422


def test_strangers_find_nothing_and_who_may_not_is_refused(kept, client_of, database):
    key = key_of(database, kept.helen)
    outsider, viewer = client_of(kept.cast.outsider), client_of(kept.cast.viewer)
    for address in (f"/referrals/{kept.sent}/who-has-it", f"/people/{key}"):
        assert outsider.get(address).status_code == 404
        assert viewer.get(address).status_code == 403
    assert outsider.post(f"/people/{key}/hand-over").status_code == 404
    assert viewer.post(f"/referrals/{kept.sent}/who-has-it").status_code == 403


def test_ksafs_manager_names_who_takes_over_and_an_administrator_sees_no_name(kept, client_of, database):
    with database.system_transaction():
        administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    address = f"/people/{key_of(database, kept.cast.officer)}"
    assert "Amira" not in client_of(administrator).get(address).text
    manager = client_of(kept.cast.manager)
    page = manager.get(address).text
    assert "Amira K." in page
    assert "Remove Sam Osei" not in page
    closed = client_of(administrator).post(f"{address}/remove")
    assert closed.status_code == 303
    prefix = "assigned-to-nobody-"
    to = str(kept.cast.manager.user_id)
    posted = {"part": "assigned_to", f"{prefix}references": kept.acknowledged, f"{prefix}to": to}
    assert manager.post(f"/referrals/{kept.acknowledged}/who-has-it", data=posted).status_code == 303
    assert "Nobody has it" not in manager.get(f"/referrals/{kept.acknowledged}/who-has-it").text
