import pytest

from portal.access.roles import OPERATOR_ROLES, PARTNER_ROLES, Role
from portal.referrals.models import Referral
from portal.referrals.rules import ENDED, State
from portal.staffing.rules import PARTS, Part, lost_with, parts_at
from portal.timescales import policy


@pytest.mark.parametrize("part", Part)
def test_each_part_is_a_pair_of_columns_for_roles_of_one_side(part):
    assert {f"{part}_id", f"{part}_name"} <= set(Referral.model_fields)
    side = PARTNER_ROLES if part is Part.CONTACT else OPERATOR_ROLES
    assert side >= PARTS[part].roles
    assert not PARTS[part].needed_in & ENDED


def test_what_ended_needs_nobody_and_what_lives_needs_a_contact():
    assert PARTS[Part.CONTACT].needed_in == set(State) - ENDED


def test_no_kind_is_owed_by_two_of_ksafs_parts():
    kinds = {each.kind for each in policy.load().timescales.values()}
    by_part = {part: PARTS[part].owes or kinds - PARTS[part].owes_not for part in parts_at(is_operator=True)}
    assert by_part[Part.PRACTITIONER] == {"weekly_update"}
    assert all(not one & other for a, one in by_part.items() for b, other in by_part.items() if a is not b)


@pytest.mark.parametrize(
    ("role", "is_operator", "lost"),
    [
        (Role.VIEWER, False, (Part.CONTACT,)),
        (Role.REFERRER, False, ()),
        (Role.TRIAGE_OFFICER, True, (Part.CASE_MANAGER, Part.PRACTITIONER)),
        (Role.ADMINISTRATOR, True, (Part.ASSIGNED_TO, Part.CASE_MANAGER, Part.PRACTITIONER)),
    ],
)
def test_a_role_says_which_parts_it_cannot_have(role, is_operator, lost):
    assert lost_with(role, is_operator=is_operator) == lost
