"""What people on a referral read as its story."""

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Author
from portal.referrals.models import Audience, Referral, TimelineEntry

MESSAGE = "message"
"""The kind of what the two sides write to each other: nobody's but theirs, save where the whole is shared."""


def add(
    actor: Author,
    referral: Referral,
    kind: str,
    title: str,
    body: str | None = None,
    *,
    audience: Audience = Audience.EVERYONE,
) -> TimelineEntry:
    """Add an entry by `actor`, now, and note on the referral's row that something changed.

    Takes the `kind` that chooses its look, a `title` without narrative, and the `body` in the writer's words.
    Returns the entry.
    """
    entry = TimelineEntry(
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        at=clock.now(),
        kind=kind,
        title=title,
        body=body,
        actor_id=actor.user_id,
        actor_name=actor.name,
        actor_organisation=actor.organisation_name,
        audience=audience,
    )
    db.session().add(entry)
    referral.last_change_at = entry.at
    db.session().flush()
    return entry


def newest(referral: Referral) -> TimelineEntry:
    """Return the newest entry, the one a move of the referral has just added."""
    entries = select(TimelineEntry).where(col(TimelineEntry.referral_id) == referral.id)
    return db.session().scalars(entries.order_by(col(TimelineEntry.id).desc()).limit(1)).one()


def newest_of(referral: Referral, kind: str) -> TimelineEntry | None:
    """Return the newest entry of `kind` that everybody may read, or None."""
    entries = select(TimelineEntry).where(
        col(TimelineEntry.referral_id) == referral.id,
        col(TimelineEntry.kind) == kind,
        col(TimelineEntry.audience) == Audience.EVERYONE,
    )
    return db.session().scalars(entries.order_by(col(TimelineEntry.id).desc()).limit(1)).first()
