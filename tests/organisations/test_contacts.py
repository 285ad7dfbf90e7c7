from datetime import date

import pytest

from portal.organisations import contacts


def test_every_contact_can_be_reached_and_is_dated():
    assert len({each.key for each in contacts.CONTACTS}) == len(contacts.CONTACTS)
    for each in contacts.CONTACTS:
        assert each.phone or each.email
        assert each.service
        assert each.what_for.endswith(".")
        assert each.hours
        assert each.source
        assert each.checked_on == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("area", "keys"),
    [
        ("kent", ["emergency", "kent_front_door", "kent_early_help", "kent_lado", "kent_cme"]),
        ("medway", ["emergency", "medway_first_response", "medway_lado", "medway_cme"]),
        ("other", ["emergency"]),
    ],
)
def test_an_area_shows_its_own_services(area, keys):
    assert [each.key for each in contacts.for_area(area)] == keys


def test_an_unknown_area_shows_every_front_door():
    shown = {each.key for each in contacts.for_area("not_known")}
    assert {"emergency", "kent_front_door", "medway_first_response"} <= shown


@pytest.mark.parametrize(
    ("area", "is_out_of_hours", "numbers"),
    [
        ("kent", False, ["999", "03000 41 11 11"]),
        ("kent", True, ["999", "03000 41 91 91"]),
        ("medway", False, ["999", "01634 334466"]),
        ("medway", True, ["999", "03000 41 91 91"]),
        ("other", True, ["999"]),
    ],
)
def test_danger_gives_the_numbers_that_answer_now(area, is_out_of_hours, numbers):
    calls = contacts.immediate_danger(area, is_out_of_hours=is_out_of_hours)
    assert [number for _, number in calls] == numbers


def test_ksaf_has_its_own_line_and_safeguarding_address():
    assert contacts.ksaf().phone == "01795 504355"
    assert contacts.ksaf().email == "info@ksaf.uk"
    assert contacts.ksaf_safeguarding().email == "safeguarding@ksaf.uk"
    with pytest.raises(KeyError):
        contacts.contact("nobody")


@pytest.mark.parametrize(
    ("area", "doors"),
    [
        ("kent", ["kent_front_door"]),
        ("medway", ["medway_first_response"]),
        ("other", []),
        ("not_known", ["kent_front_door", "medway_first_response"]),
    ],
)
def test_the_stop_page_says_999_first_then_the_front_door(area, doors):
    page = contacts.stop_page(area)
    assert [each.phone for each in page.steps[0].contacts] == ["999"]
    assert [each.key for each in page.steps[1].contacts] == doors
    assert page.steps[1].text
    assert "where the child is now" in page.visiting
    assert page.title
    assert page.afterwards


def test_elsewhere_the_stop_page_says_whom_to_ask_for():
    assert "social care" in contacts.stop_page("other").steps[1].text
