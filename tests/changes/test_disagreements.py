"""A disagreement whose other side no longer sees the referral: nothing of it waits for nobody."""

from portal import clock, db
from portal.access.models import ReferralParty
from portal.access.roles import Role
from portal.changes import disagreements
from portal.changes.closing import service as closing
from portal.changes.school import service as moves
from portal.changes.school.service import Told
from portal.disagreements import service
from portal.disagreements.models import DisagreementState
from portal.disagreements.rules import Stage, Stance
from portal.notifications.models import OutboxMail
from portal.tenancy import as_system, enter
from portal.timescales.models import Deadline, Prompt
from portal.timescales.news import News
from portal.web.dates import today
from tests.changes.conftest import rows
from tests.disagreements.conftest import cast as disagreeing
from tests.disagreements.conftest import opened, raised, said
from tests.factories import people, referrals

cast = disagreeing


def owed_by(organisation_id: int) -> list[str]:
    return [each.kind for each in rows(Deadline, Deadline.owed_by_id == organisation_id, Deadline.ended_at.is_(None))]


def alone() -> set[str]:
    return {each.reference for each in rows(Prompt, Prompt.kind == News.DISAGREEMENT_ALONE, Prompt.closed_at.is_(None))}


def test_once_the_old_schools_access_ends_a_manager_has_its_disagreement(cast):
    row = raised(cast)
    home, referral_id = row.organisation_id, row.referral_id
    reference = row.reference
    assert owed_by(home)
    officer = referrals.staff()
    referral = referrals.load_for(officer, referral_id)
    move = moves.record(officer.actor, referral, Told(today(), "Elsewhere Primary", "Her mother"))
    moves.end_access(officer.actor, referral, move)
    assert owed_by(home) == []
    assert alone() == {reference}
    [after] = rows(type(row))
    assert after.state is DisagreementState.OPEN


def test_a_closed_organisation_owes_nothing_on_a_disagreement(cast):
    row = raised(cast)
    home, reference = row.organisation_id, row.reference
    administrator = people.add_person(referrals.operator(), Role.ADMINISTRATOR)
    enter(db.session(), administrator.organisation_id)
    closing.close(administrator.actor, people.organisation_at(home), "It merged.", today())
    assert owed_by(home) == []
    assert alone() == {reference}


def test_who_sees_the_referral_no_more_is_asked_nothing_and_a_manager_has_it(cast):
    row = raised(cast, cast.helper)
    away, reference = cast.helper.organisation_id, row.reference
    assert disagreements.let_go(clock.now()) == 0
    [party] = rows(ReferralParty, ReferralParty.organisation_id == away)
    with as_system(db.session()):
        party.valid_to = clock.now()
        db.session().flush()
    assert rows(Deadline, Deadline.owed_to_id == away, Deadline.reference == reference)
    assert disagreements.let_go(clock.now()) == 1
    assert disagreements.let_go(clock.now()) == 0
    assert rows(Deadline, Deadline.owed_to_id == away, Deadline.reference == reference) == []
    assert alone() == {reference}
    mails = len(rows(OutboxMail, OutboxMail.organisation_id == away))
    service.answer(cast.officer.actor, opened(cast.officer, reference), said(cast.officer, Stage(0)), Stance.STANDS)
    disagreements.let_go(clock.now())
    assert owed_by(away) == []
    assert rows(Prompt, Prompt.organisation_id == away, Prompt.closed_at.is_(None)) == []
    assert len(rows(OutboxMail, OutboxMail.organisation_id == away)) == mails
