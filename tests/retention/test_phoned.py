"""A referral that was phoned in and never confirmed: with the call, what is owed ends, and the words about it go."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from portal.access.roles import Role
from portal.enquiries import service as enquiries
from portal.enquiries.confirming import ending
from portal.enquiries.confirming.ending import Came
from portal.enquiries.inviting.queries import get_invitable
from portal.enquiries.models import Caller, NextStep
from portal.enquiries.service import Call
from portal.retention import jobs, service
from portal.timescales.models import Deadline, DeadlineState

CALL = Call(Caller.PROFESSIONAL, "kent", "Mondays", "To refer.", NextStep.IN_WRITING, name="Helen Marsh")
IN_THREE_YEARS = datetime(2029, 11, 26, 10, tzinfo=UTC)


@pytest.mark.parametrize("is_given_up", [True, False])
def test_once_the_call_is_erased_nothing_runs_and_nothing_says_why(database, world, manager, moment, is_given_up):
    adviser = world.ksaf.people[Role.SUPPORT_LINE_ADVISER].actor
    with database.transaction(tenant=adviser.organisation_id):
        made = enquiries.log_call(adviser, CALL)
        reference, name = made.reference, f"enquiry:{made.id}"
        if is_given_up:
            ending.record(adviser, get_invitable(adviser, reference), Came(why="Mrs Ottervane refers her herself."))
    moment.set(IN_THREE_YEARS)
    with database.transaction(tenant=manager.organisation_id):
        service.approve(manager.actor, [name], 100)
    assert jobs.run(database, moment.now)["erased"] == 1
    with database.system_transaction(write=False) as session:
        kept = session.scalars(select(Deadline).where(Deadline.reference == reference)).one()
        assert (kept.kind, kept.state) == ("confirm_call_followed", DeadlineState.CANCELLED)
        assert kept.ended_at is not None
        assert not kept.ended_why
