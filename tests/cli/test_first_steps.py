"""Organisations, invitations and the demo from the command line."""

import pytest


def test_a_real_installation_begins_with_ksaf_and_its_administrator(portal):
    assert portal("organisations", "add", "KSAF", "--kind", "operator").stdout == "Added KSAF.\n"
    done = portal("users", "invite", "Head@ksaf.example", "--organisation", "KSAF", "--role", "administrator")
    assert done.exit_code == 0
    assert done.stdout.startswith("http://localhost:8000/invitations/")
    assert portal("audit", "verify").exit_code == 0


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_what_cannot_be_done_is_refused_in_one_line(portal):
    portal("organisations", "add", "Invented School", "--kind", "education", "--phase", "primary")
    invite = ("users", "invite", "dsl@school.example", "--role", "administrator", "--organisation")
    for refused in (
        portal("organisations", "add", "Invented School", "--kind", "education"),
        portal(*invite, "Nonesuch School"),
        portal(*invite, "Invented School"),  # a role of KSAF's
        portal("demo", "load"),
        portal("demo", "accounts", "--json"),
    ):
        assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_kind_nobody_knows_is_wrong_usage(portal):
    assert portal("organisations", "add", "KSAF", "--kind", "bank").exit_code == 2
