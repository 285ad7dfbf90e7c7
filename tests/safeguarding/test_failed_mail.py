"""A mail about a concern that could not be delivered: the team hears of it and can open it, nobody else does."""

from sqlmodel import select

from portal import db, scheduler
from portal.access.roles import Role
from portal.notifications.models import OutboxMail
from portal.timescales.models import Prompt
from portal.timescales.news import News
from tests.factories import concerns, people, referrals


def test_the_team_is_told_and_opens_the_concern_and_administrators_hear_nothing(database, moment, client_of):
    with database.transaction():
        team, administrator = referrals.staff(Role.SAFEGUARDING_TEAM), referrals.staff(Role.ADMINISTRATOR)
        person = people.add_person(people.add_organisation())
        reference = concerns.raised(referrals.sent(person).reference, person, "mark")
    with database.system_transaction():
        scheduler._failed(OutboxMail(reference=reference, template="any"))
        told = db.session().scalars(select(Prompt).where(Prompt.kind == News.CONCERN_MAIL_FAILED)).all()
        others = db.session().scalars(select(Prompt).where(Prompt.kind == News.MAIL_FAILED)).all()
        assert ([each.user_id for each in told], list(others)) == ([team.user_id], [])
        assert administrator.user_id not in {each.user_id for each in told}
        key = told[0].key
    client = client_of(team)
    assert f'href="/concerns/{reference}"' in client.get(f"/prompts/{key}").text
    assert client.get(f"/concerns/{reference}").status_code == 200


def test_a_mail_about_a_referral_is_told_as_before(database, moment):
    with database.transaction():
        officer = referrals.staff()
        reference = referrals.sent(people.add_person(people.add_organisation())).reference
    with database.system_transaction():
        scheduler._failed(OutboxMail(reference=reference, template="any"))
        told = db.session().scalars(select(Prompt).where(Prompt.kind == News.MAIL_FAILED)).all()
    assert [each.user_id for each in told] == [officer.user_id]
