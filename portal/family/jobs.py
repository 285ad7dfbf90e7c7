"""What happens to a family's link without anybody asking: one reminder, and word to its maker when it ran out.

A family without an address, whose link is on paper or a screen, is reminded by whoever made it: they are prompted.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select

from portal import db
from portal.db import Database
from portal.family import links
from portal.family.models import ConsentLink
from portal.notifications import service as notifications
from portal.notifications.models import OutboxMail
from portal.referrals.models import Referral
from portal.referrals.rules import ENDED
from portal.timescales import news, prompts
from portal.timescales.news import News
from portal.timescales.recipients import staff_of

BATCH = 50  # links a pass, so that nobody waits long for the database; the next pass takes the rest
_UNANSWERED = (col(ConsentLink.answered_at).is_(None), col(ConsentLink.ended_at).is_(None))


def run(database: Database, now: datetime) -> dict[str, int]:
    """Do what is due at `now`; return for how many links somebody was reminded, and how many ran out unanswered."""
    to_remind = (
        col(ConsentLink.reminded_at).is_(None),
        col(ConsentLink.remind_at) <= now,
        col(ConsentLink.expires_at) > now,
    )
    ran_out = (col(ConsentLink.run_out_told_at).is_(None), col(ConsentLink.expires_at) <= now)
    return {
        "links_reminded": _each(database, to_remind, "reminded_at", now, _remind),
        "links_run_out": _each(database, ran_out, "run_out_told_at", now, _tell_maker),
    }


def failed_mail(mail: OutboxMail) -> None:
    """Prompt whoever made the link that `mail` carries that it was not delivered; nobody where it carries none.

    For the scheduler, in a transaction across organisations.
    """
    if mail.reference is None or mail.template not in links.MAILS:
        return
    running = (
        select(ConsentLink)
        .join(Referral, col(Referral.id) == col(ConsentLink.referral_id))
        .where(
            col(Referral.reference) == mail.reference,
            col(Referral.state).not_in(ENDED),
            col(ConsentLink.made_for_id) == mail.organisation_id,
            *_UNANSWERED,
        )
    )
    # One for each who is asked; their addresses are encrypted, so that no query compares them.
    for row in (each for each in db.session().scalars(running) if each.email == mail.to_address):
        told = staff_of(row.made_for_id).on_whom(row.made_by_id)
        news.tell(News.LINK_NOT_DELIVERED, mail.reference, told, organisation_id=row.made_for_id)


def _each(
    database: Database,
    due: tuple[ColumnElement[bool], ...],
    mark: str,
    now: datetime,
    deed: Callable[[ConsentLink, str], None],
) -> int:
    """Do `deed` for each link that is `due` on a referral that goes on, and `mark` it: once, whoever else is at it."""
    wanted = (
        select(ConsentLink, Referral.reference)
        .join(Referral, col(Referral.id) == col(ConsentLink.referral_id))
        .where(*due, *_UNANSWERED, col(Referral.state).not_in(ENDED))
        .order_by(col(ConsentLink.id))
        .limit(BATCH)
    )
    done = 0
    with database.system_transaction() as session:
        for row, reference in session.execute(wanted).all():
            unmarked = update(ConsentLink).where(col(ConsentLink.id) == row.id, *due, *_UNANSWERED)
            if db.changed(session, unmarked.values({mark: now})) == 1:
                deed(row, reference)
                done += 1
    return done


def _remind(row: ConsentLink, reference: str) -> None:
    if row.email:
        links.mail(row, links.REMINDER, row.email, reference)
        return
    told = {member.user_id: member for member in staff_of(row.made_for_id).on_whom(row.made_by_id)}
    for made in news.tell(News.LINK_TO_REMIND, reference, told.values(), organisation_id=row.made_for_id):
        prompts.tell_by_mail(made, told[made.user_id])


def _tell_maker(row: ConsentLink, reference: str) -> None:
    told = staff_of(row.made_for_id).on_whom(row.made_by_id)
    news.settle(News.LINK_TO_REMIND, reference, "The link has run out")
    news.tell(News.LINK_UNANSWERED, reference, told, organisation_id=row.made_for_id)
    for member in (each for each in told if each.hears_at_once(urgent=False)):  # the prompt stands in their summary
        notifications.queue("family/run_out", member.email, organisation_id=row.made_for_id, reference=reference)
