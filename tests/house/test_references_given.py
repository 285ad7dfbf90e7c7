"""A reference that is taken gives way to a fresh one, wherever references are given; nobody meets an error for it."""

import re
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import func, select

import portal
from portal import db, references
from portal.access.roles import Role
from portal.enquiries import service as enquiries
from portal.enquiries.models import Caller, Enquiry, NextStep
from portal.enquiries.service import Call
from portal.referrals.form import drafts
from portal.referrals.models import Referral
from portal.tenancy import enter
from tests.factories import people, referrals

TAKEN, FRESH = references.new(), references.new()
CALL = Call(Caller.PARENT, "kent", "Mondays", "A plan", NextStep.ADVICE)


@pytest.fixture
def drawn(monkeypatch):
    """What is drawn next, in this order."""
    following: list[str] = []
    monkeypatch.setattr(references, "new", lambda: following.pop(0))
    return following


def draft() -> Referral:
    referrals.operator()
    person = people.add_person(people.add_organisation())
    enter(db.session(), person.organisation_id)
    return drafts.start_draft(person.actor)


def call() -> Enquiry:
    adviser = people.add_person(referrals.operator(), Role.SUPPORT_LINE_ADVISER)
    enter(db.session(), adviser.organisation_id)
    return enquiries.log_call(adviser.actor, CALL)


@pytest.mark.parametrize("make", [draft, call])
def test_one_that_is_taken_gives_way_to_a_fresh_one(tx, drawn, make):
    drawn += [TAKEN, TAKEN, TAKEN, FRESH]
    first, second = make(), make()
    assert (first.reference, second.reference, drawn) == (TAKEN, FRESH, [])
    assert second.id not in {None, first.id}


def test_it_gives_up_after_a_few_tries_and_leaves_no_row(tx, drawn):
    drawn += [TAKEN] * (references.TRIES + 1)
    call()
    with pytest.raises(IntegrityError), tx.begin_nested():
        call()
    assert tx.scalar(select(func.count()).select_from(Enquiry)) == 1
    assert drawn == []


def test_what_else_the_database_refuses_is_no_reason_to_try_again(tx, drawn):
    drawn += [FRESH, TAKEN]
    adviser = people.add_person(referrals.operator(), Role.SUPPORT_LINE_ADVISER)
    enter(tx, adviser.organisation_id)
    kept = enquiries.log_call(adviser.actor, CALL)
    row = Enquiry.model_validate(
        kept.model_dump() | {"id": None, "reference": "KSAF-OTHER", "caller": Caller.UNNAMED, "name": "Ada"}
    )
    with pytest.raises(IntegrityError):
        references.add(tx, row)
    assert drawn == [TAKEN]


def test_no_reference_is_given_elsewhere():
    for path in Path(portal.__file__).parent.rglob("*.py"):
        written = path.read_text(encoding="utf-8")
        drawn, given = (len(re.findall(rf"\breferences\.{verb}\(", written)) for verb in ("new", "add"))
        assert drawn == given, path
