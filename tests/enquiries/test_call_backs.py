"""A call that is owed is never lost: it has a deadline, each try is kept, and no partner hears what was said."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal import tenancy
from portal.access.roles import Role
from portal.audit.models import AuditEvent
from portal.enquiries.call_backs import queries, rules, service, shown
from portal.enquiries.call_backs.models import CallBack, CallTry
from portal.enquiries.call_backs.rules import CallBackEnding, TryResult
from portal.enquiries.call_backs.service import CallRefusedError, Family
from portal.enquiries.models import Enquiry
from portal.enquiries.signposts import service as signposting
from portal.enquiries.signposts.models import Signpost
from portal.enquiries.signposts.rules import SignpostState
from portal.enquiries.signposts.service import About
from portal.notifications.models import OutboxMail
from portal.timescales import jobs
from portal.timescales.models import Deadline, Prompt
from portal.web.errors import SomeoneWasFirstError
from tests.enquiries.test_calls import TYPED
from tests.factories import people, referrals

FAMILY = Family("Dana Lowe", "01632 960 701", "morning", about="She speaks Polish.")
SAFE = Family("Kofi Ansah", "01632 960 702", may_leave_message=True)


@pytest.fixture
def owed(tx, adviser):
    """A call that a school's signpost asked for, in the adviser's session."""
    return ask(tx, adviser, FAMILY)


def ask(tx, adviser, family) -> CallBack:
    school = people.add_person(people.add_organisation())
    tenancy.enter(tx, school.organisation_id)
    made = signposting.ask_for_call(school.actor, About("home", "medway"), family)
    tenancy.enter(tx, adviser.organisation_id)
    return queries.get_call_back(adviser, made.reference)


@pytest.fixture
def waiting(database, councillor):
    """The reference of a call that a councillor's signpost asked for, committed."""
    with database.transaction(tenant=councillor.organisation_id):
        return signposting.ask_for_call(councillor.actor, About("home", "medway"), FAMILY).reference


def rows(database, kind):
    with database.system_transaction(write=False) as session:
        return list(session.scalars(select(kind)).all())


# --- rules


def test_a_message_is_left_only_where_it_is_safe():
    assert TryResult.MESSAGE_LEFT in rules.possible(may_leave_message=True)
    assert rules.possible(may_leave_message=False) == (TryResult.NO_ANSWER, TryResult.SPOKE)


def test_nobody_is_given_up_who_was_never_called():
    assert rules.why_not_end(CallBackEnding.NOT_REACHED, 0)
    assert rules.why_not_end(CallBackEnding.NOT_REACHED, 1) is None
    assert rules.why_not_end(CallBackEnding.NOT_WANTED, 0) is None
    assert rules.why_not_end(CallBackEnding.SPOKE, 1)


# --- service


def test_calls_come_by_time_left_and_then_those_to_write_down(tx, adviser, moment, owed):
    service.record_try(adviser, owed, TryResult.SPOKE)
    second = ask(tx, adviser, SAFE)
    moment.advance(days=1)
    third = ask(tx, adviser, FAMILY)
    found = shown.lines(adviser)
    assert [each.reference for each in found] == [second.reference, third.reference, owed.reference]
    assert [each.words for each in found][-1] == "to write down"
    moment.advance(days=1)
    assert shown.lines(adviser)[0].tone == "missed"
    assert shown.context(adviser)["said"] == "2 calls to make, 1 late"


def test_a_try_without_an_answer_owes_the_next(tx, adviser, moment, owed):
    first = owed.due_at
    moment.advance(hours=3)
    service.record_try(adviser, owed, TryResult.NO_ANSWER)
    assert owed.due_at == first  # the same Monday, one working day on
    moment.advance(days=1)
    service.record_try(adviser, owed, TryResult.NO_ANSWER)
    assert owed.due_at == first + timedelta(days=1)
    kept = tx.scalars(select(Deadline).order_by(Deadline.id)).all()
    assert [each.state for each in kept] == ["met", "met", "running"]
    assert kept[-1].person_id == adviser.user_id
    assert (owed.taken_by_name, owed.ended_at) == (adviser.name, None)
    assert shown.lines(adviser)[0].tried == "tried 2 times"


def test_having_spoken_ends_it_and_says_only_that_contact_was_made(tx, adviser, owed):
    service.record_try(adviser, owed, TryResult.SPOKE)
    assert owed.ending is CallBackEnding.SPOKE
    [signpost] = tx.scalars(select(Signpost)).all()
    assert signpost.state is SignpostState.CONTACTED
    with tenancy.as_system(tx):
        [mail] = tx.scalars(select(OutboxMail)).all()
    assert (mail.template, mail.reference, mail.context) == ("enquiries/signpost_news", owed.reference, {})
    for again in (TryResult.SPOKE, TryResult.NO_ANSWER):
        with pytest.raises(SomeoneWasFirstError):
            service.record_try(adviser, owed, again)


def test_a_message_that_is_not_safe_is_refused(tx, adviser, owed):
    with pytest.raises(CallRefusedError):
        service.record_try(adviser, owed, TryResult.MESSAGE_LEFT)
    assert tx.scalars(select(CallTry)).all() == []
    service.record_try(adviser, ask(tx, adviser, SAFE), TryResult.MESSAGE_LEFT)


@pytest.mark.parametrize(
    ("ending", "state"),
    [(CallBackEnding.NOT_REACHED, SignpostState.NOT_REACHED), (CallBackEnding.NOT_WANTED, SignpostState.CLOSED)],
)
def test_a_call_that_is_not_made_says_so(tx, adviser, owed, ending, state):
    service.record_try(adviser, owed, TryResult.NO_ANSWER)
    service.end(adviser, owed, ending)
    assert tx.scalars(select(Signpost.state)).all() == [state]
    assert tx.scalars(select(Deadline).where(Deadline.ended_at.is_(None))).all() == []
    assert shown.lines(adviser) == []
    with pytest.raises(SomeoneWasFirstError):
        service.end(adviser, owed, ending)


def test_two_take_it_at_once_and_the_second_is_told_who(tx, adviser, owed):
    other = referrals.staff(Role.SUPPORT_LINE_ADVISER)
    service.take(adviser, owed, None)
    service.take(adviser, owed, None)
    with pytest.raises(SomeoneWasFirstError, match=adviser.name):
        service.take(other.actor, owed, None)
    service.take(other.actor, owed, adviser.user_id)
    assert owed.taken_by_id == other.user_id
    assert tx.scalars(select(Deadline.person_id)).all() == [other.user_id]


def test_no_partner_reaches_a_call(tx, adviser, owed):
    reference = owed.reference
    service.record_try(adviser, owed, TryResult.NO_ANSWER)
    stranger = people.add_person(people.add_organisation())
    tenancy.enter(tx, stranger.organisation_id)
    assert queries.get_call_back(stranger.actor, reference) is None
    assert queries.open_call_backs(stranger.actor) == []
    assert tx.scalars(select(CallTry)).all() == []
    assert queries.get_call_back(adviser, reference) is None  # in somebody else's session


# --- time


def test_a_missed_call_climbs_the_ladder(database, moment, kept_adviser, waiting):
    with database.transaction():
        manager = referrals.staff(Role.MANAGER)
    moment.advance(days=1, hours=5)  # Tuesday 3pm, two working hours before
    jobs.run(database, moment.now)
    assert [(each.user_id, each.kind) for each in rows(database, Prompt)] == [
        (kept_adviser.user_id, "call_back:approaching")
    ]
    moment.advance(hours=3)
    jobs.run(database, moment.now)
    open_now = {(each.user_id, each.kind) for each in rows(database, Prompt) if each.closed_at is None}
    assert open_now == {(kept_adviser.user_id, "call_back:missed"), (manager.user_id, "call_back:missed")}
    with database.transaction(tenant=kept_adviser.organisation_id):
        service.record_try(kept_adviser.actor, queries.get_call_back(kept_adviser.actor, waiting), TryResult.SPOKE)
    assert all(each.closed_at for each in rows(database, Prompt))


def test_a_prompt_leads_to_the_call(client_of, database, moment, kept_adviser, waiting):
    moment.advance(days=1, hours=5)
    jobs.run(database, moment.now)
    [prompt] = rows(database, Prompt)
    page = client_of(kept_adviser).get(f"/prompts/{prompt.key}").text
    assert f'href="/enquiries/call-backs/{waiting}"' in page
    assert "/referrals/" not in page


# --- pages


def test_a_call_is_taken_made_and_written_down(client_of, database, kept_adviser, waiting):
    client = client_of(kept_adviser)
    for path in ("/", "/enquiries/call-backs", "/enquiries/call-backs/rows"):
        assert "Dana Lowe" in client.get(path).text
    path = f"/enquiries/call-backs/{waiting}"
    page = client.get(path).text
    for words in ("01632 960 701", "She speaks Polish.", "Do not leave a message", "The family agreed to it"):
        assert words in page
    assert "Message left" not in page
    assert client.post(f"{path}/take", data={"seen": ""}).status_code == 303
    assert client.post(f"{path}/try", data={"result": "no_answer"}).headers["Location"].endswith(waiting)
    answer = client.post(f"{path}/try", data={"result": "spoke"})
    assert answer.headers["Location"].endswith(f"/enquiries/new?call={waiting}")
    form = client.get(answer.headers["Location"]).text
    assert 'value="Dana Lowe"' in form
    assert f'name="call" value="{waiting}"' in form
    assert "to write down" in client.get("/enquiries/call-backs").text
    assert client.post("/enquiries/new", data=TYPED | {"call": waiting}).status_code == 303
    [kept], [made] = rows(database, CallBack), rows(database, Enquiry)
    assert kept.logged_id == made.id
    assert "No calls to make" in client.get("/enquiries/call-backs").text
    assert "The call was made and written down" in client.get(path).text
    actions = [each.action for each in rows(database, AuditEvent) if each.action.startswith("enquiries:call_back")]
    assert actions.count("enquiries:call_back:tried") == 2
    assert "enquiries:call_back:viewed" in actions


def test_the_list_is_sent_again_only_when_it_has_changed(client_of, kept_adviser, waiting):
    client = client_of(kept_adviser)
    tag = client.get("/enquiries/call-backs/rows").headers["ETag"]
    assert client.get("/enquiries/call-backs/rows", headers={"If-None-Match": tag}).status_code == 304
    client.post(f"/enquiries/call-backs/{waiting}/take", data={"seen": ""})
    assert client.get("/enquiries/call-backs/rows", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("result", ["message_left", "", "shouted"])
def test_what_may_not_come_of_it_is_refused(client_of, database, kept_adviser, waiting, result):
    page = client_of(kept_adviser).post(f"/enquiries/call-backs/{waiting}/try", data={"result": result})
    assert page.status_code == 422
    assert "Select what came of the call" in page.text
    assert rows(database, CallTry) == []


def test_it_cannot_be_given_up_without_a_try(client_of, database, kept_adviser, waiting):
    client, path = client_of(kept_adviser), f"/enquiries/call-backs/{waiting}"
    page = client.post(f"{path}/end", data={"ending": "not_reached"})
    assert page.status_code == 422
    assert "Try to call them first" in page.text
    assert client.post(f"{path}/end", data={"ending": "spoke"}).status_code == 422
    client.post(f"{path}/try", data={"result": "no_answer"})
    assert client.post(f"{path}/end", data={"ending": "not_reached"}).status_code == 303
    assert client.post(f"{path}/end", data={"ending": "not_reached"}).status_code == 409
    assert "They could not be reached" in client.get(path).text


def test_the_signposter_reads_that_contact_was_made_and_no_more(client_of, kept_adviser, councillor, waiting):
    client_of(kept_adviser).post(f"/enquiries/call-backs/{waiting}/try", data={"result": "spoke"})
    client_of(kept_adviser).post("/enquiries/new", data=TYPED | {"call": waiting})
    page = client_of(councillor).get("/signposts").text
    assert "Contact was made" in page
    for words in (TYPED["explored"], TYPED["advised"], "Dana", "Polish"):
        assert words not in page


def test_a_caller_who_wants_to_be_called_is_owed_it(client_of, database, kept_adviser):
    client = client_of(kept_adviser)
    typed = TYPED | {"next_step": "call_back", "preferred_time": "midday", "message": "yes"}
    assert client.post("/enquiries/new", data=typed).status_code == 303
    [asked], [call] = rows(database, CallBack), rows(database, Enquiry)
    assert (asked.name, asked.phone, asked.may_leave_message, asked.reference) == (
        *("Dana Lowe", TYPED["phone"], True),
        call.reference,
    )
    assert "Message left" in client.get(f"/enquiries/call-backs/{asked.reference}").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"caller": "unnamed"}, "cannot be called back"),
        ({"phone": ""}, "Enter the phone number above"),
        ({"message": ""}, "Select below when they would like the call"),
    ],
)
def test_a_call_back_needs_somebody_to_call(client_of, database, kept_adviser, changed, said):
    typed = TYPED | {"next_step": "call_back", "preferred_time": "any", "message": "no"} | changed
    page = client_of(kept_adviser).post("/enquiries/new", data=typed)
    assert page.status_code == 422
    assert said in page.text
    assert rows(database, CallBack) == rows(database, Enquiry) == []


def test_a_call_that_is_not_owed_brings_nothing_along(client_of, database, kept_adviser, waiting):
    client = client_of(kept_adviser)
    assert "Dana Lowe" not in client.get(f"/enquiries/new?call={waiting}").text
    assert client.get("/enquiries/new?call=%00").status_code == 200
    assert client.post("/enquiries/new", data=TYPED | {"call": waiting}).status_code == 303
    [kept] = rows(database, CallBack)
    assert kept.logged_id is None


def test_other_roles_and_partners_are_refused(client_of, database, kept_adviser, councillor, waiting):
    with database.transaction():
        other = referrals.staff(Role.FAMILY_OUTREACH_PRACTITIONER)
    path = f"/enquiries/call-backs/{waiting}"
    assert [client_of(other).get(each).status_code for each in (path, "/enquiries/call-backs")] == [403, 403]
    assert client_of(councillor).get(path).status_code == 404
    for verb in ("take", "try", "end"):
        assert client_of(other).post(f"{path}/{verb}").status_code == 403
        assert client_of(councillor).post(f"{path}/{verb}").status_code == 404
