"""The family's link: made, sent, replaced, ended, and found again.

Nobody is signed in behind a link. Looking it up is the only thing done across organisations; what an answer changes it
changes as the organisation that sent the referral, and so within that one's rows alone; as KSAF, once the sender no
longer sees it.
"""

import secrets
from dataclasses import dataclass

from sqlmodel import col, select, update

from portal import clock, crypto, db
from portal.access.actor import Actor, Author
from portal.audit.actions import Action
from portal.family.models import ConsentLink, ForWhom, Way
from portal.family.rules import LinkState, link_state
from portal.notifications import service as notifications
from portal.referrals import sender, timeline, trail
from portal.referrals.models import Referral
from portal.tenancy import as_system, enter
from portal.timescales import closures, in_force, news
from portal.timescales.ladder import Rung
from portal.timescales.news import News
from portal.transfers.links import Guest, hashed

KIND = "consent_link"  # of policy.toml
_PURPOSE = "consent"
LINK, REMINDER = MAILS = ("family/link", "family/reminder")
"""The mails that bring a link to a family."""
WAITING = (News.LINK_TO_REMIND, News.LINK_UNANSWERED, News.LINK_NOT_DELIVERED)
"""What waits for whoever made a link, until there is another or an answer."""
WHO = {ForWhom.PARENT: "the parent or carer", ForWhom.YOUNG_PERSON: "the young person"}
NAMED = {ForWhom.PARENT: "The family", ForWhom.YOUNG_PERSON: "The young person"}
"""Whoever answers through a link, as others on the referral read it: who exactly stands in the ledger."""


class LinkRefusedError(Exception):
    """No link can be made; the message says why, to the person who tried."""


@dataclass(frozen=True)
class Wanted:
    """Whose answer is asked for, and how the link reaches them; `email` for a link that is mailed."""

    for_whom: ForWhom
    way: Way
    email: str = ""


@dataclass(frozen=True)
class Link:
    """A link somebody has opened: what it opens, its row, and the referral behind it."""

    state: LinkState
    row: ConsentLink
    referral: Referral

    @property
    def guest(self) -> Guest:
        """Return whoever answers through it: they work on the rows of the sender's side (`sender.side`)."""
        return Guest(NAMED[self.row.for_whom], "", sender.side(self.referral))

    @property
    def is_of_sender(self) -> bool:
        """Say whether the people of who sent the referral made it: on paper or a screen they can open it themselves."""
        return self.row.made_for_id == self.row.organisation_id

    @property
    def is_young(self) -> bool:
        """Say whether it asks the young person."""
        return self.row.for_whom is ForWhom.YOUNG_PERSON


def make(actor: Actor, referral: Referral, wanted: Wanted) -> ConsentLink:
    """Make a link for a family, mail it where that is wanted, and return it; the same person's one before it ends.

    Raises LinkRefusedError where the child's date of birth, which the link asks for first, is not known.
    """
    if referral.child_date_of_birth is None:
        raise LinkRefusedError("The link asks for the child’s date of birth first, and the referral does not have it.")
    _end_all(referral, wanted.for_whom)
    made = _add(referral, wanted, secrets.token_urlsafe(12), (actor.user_id, actor.name, actor.organisation_id))
    timeline.add(actor, referral, "consent", f"A consent link was made for {WHO[wanted.for_whom]}")
    for each in (News.FAMILY_LINK, *WAITING):
        news.settle(each, referral.reference, f"{actor.name} made a new link")
    trail.record(actor, referral, Action.CONSENT_LINK_MADE, key=made.key, way=wanted.way.value)
    return made


def renew(link: Link) -> ConsentLink:
    """Send a new link to the address that this one was sent to, for the person who holds it; this one ends."""
    row = link.row
    wanted = Wanted(row.for_whom, row.way, row.email or "")
    _end_all(link.referral, row.for_whom)
    made = _add(link.referral, wanted, row.thread, (row.made_by_id, row.made_by_name, row.made_for_id))
    trail.record(link.guest, link.referral, Action.CONSENT_LINK_MADE, key=made.key, way=row.way.value)
    return made


def end(actor: Actor, referral: Referral, row: ConsentLink) -> None:
    """End a link: it opens nothing from now on."""
    _end_all(referral, row.for_whom)
    timeline.add(actor, referral, "consent", f"The consent link for {WHO[row.for_whom]} was stopped")
    news.settle(News.LINK_TO_REMIND, referral.reference, f"{actor.name} stopped the link")
    trail.record(actor, referral, Action.CONSENT_LINK_ENDED, key=row.key)


def end_made_for(referral: Referral, organisation_id: int) -> None:
    """End the links that the people of one organisation made: they can open those on paper or a screen themselves."""
    running = update(ConsentLink).where(
        col(ConsentLink.referral_id) == referral.id,
        col(ConsentLink.made_for_id) == organisation_id,
        col(ConsentLink.ended_at).is_(None),
    )
    db.changed(db.session(), running.values(ended_at=clock.now()))


def made_for(actor: Author, referral: Referral) -> list[ConsentLink]:
    """Return the links of a referral that `actor` has loaded, the newest first."""
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    made = select(ConsentLink).where(col(ConsentLink.referral_id) == referral.id)
    return list(db.session().scalars(made.order_by(col(ConsentLink.id).desc())).all())


def state_of(row: ConsentLink) -> LinkState:
    """Say what a link opens now."""
    is_running = row.expires_at > clock.now()
    return link_state(is_ended=row.ended_at is not None, is_running=is_running, wrong_dates=row.wrong_dates)


def find(token: str) -> Link | None:
    """Return what the link of `token` leads to and enter the rows of that referral's owner; None when it is none."""
    key, session = crypto.unsign(_PURPOSE, token), db.session()
    if key is None:
        return None
    mine = ConsentLink.key_hash == hashed(key)
    with as_system(session):  # to find the referral behind a link: nobody is signed in, and its key is all there is
        behind = select(Referral).join(ConsentLink, col(ConsentLink.referral_id) == col(Referral.id))
        found = session.scalars(behind.where(mine)).first()
    if found is None:
        return None
    about = select(Referral).where(col(Referral.id) == found.id)
    enter(session, sender.side(found))
    # First the referral, whose lock makes two answers at once come one after the other.
    referral = session.scalars(about.with_for_update() if session.info["writes"] else about).one()
    row = session.scalars(select(ConsentLink).where(mine)).one()
    return Link(state_of(row), row, referral)


def path_of(row: ConsentLink) -> str | None:
    """Return the address of a link, made again from our secret; None once that is another than the link was made with.

    So that a link on paper can be printed twice and a reminder can carry it, although only its hash is kept.
    """
    secret = _secret(row.key)
    return f"/consent/{crypto.sign(_PURPOSE, secret)}" if hashed(secret) == row.key_hash else None


def _add(referral: Referral, wanted: Wanted, thread: str, by: tuple[int, str, int]) -> ConsentLink:
    now, key, rules, calendar = clock.now(), secrets.token_urlsafe(12), in_force.rules(), closures.calendar()
    expires_at = rules.due_at(KIND, now, calendar)
    made = ConsentLink(
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        key=key,
        key_hash=hashed(_secret(key)),
        thread=thread,
        for_whom=wanted.for_whom,
        way=wanted.way,
        email=wanted.email or None,
        made_by_id=by[0],
        made_by_name=by[1],
        made_for_id=by[2],
        sent_at=now,
        remind_at=dict(rules.rungs(KIND, expires_at, calendar))[Rung.REMINDER],
        expires_at=expires_at,
    )
    db.session().add(made)
    db.session().flush()
    if made.email:
        mail(made, LINK, made.email, referral.reference)
    return made


def mail(row: ConsentLink, template: str, address: str, reference: str) -> None:
    """Queue a mail with the address of the link, to somebody without an account: no name, no word about a child.

    It is its maker's organisation's, which reads on the referral when it could not be delivered.
    """
    notifications.queue(
        template,
        address,
        organisation_id=row.made_for_id,
        reference=reference,
        has_account=False,
        path=path_of(row) or "",
        until=row.expires_at,
    )


def _end_all(referral: Referral, for_whom: ForWhom) -> None:
    running = update(ConsentLink).where(
        col(ConsentLink.referral_id) == referral.id,
        col(ConsentLink.for_whom) == for_whom,
        col(ConsentLink.ended_at).is_(None),
    )
    db.changed(db.session(), running.values(ended_at=clock.now()))


def _secret(key: str) -> str:
    return crypto.keyed_hash("consent-link", key)[:32]
