"""Reading signposts: an organisation its own, KSAF's advisers everybody's."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.enquiries.signposts.models import Signpost
from portal.organisations.models import Organisation

PAGE = 25


@dataclass(frozen=True)
class Signposts:
    """One page of signposts, each with the name of who made it, and after which row the next page begins."""

    rows: list[tuple[Signpost, str]]
    following: int | None


def signposts(actor: Actor, before: int | None = None) -> Signposts:
    """Return a page of what `actor`'s organisation may read, newest first, from below the row `before`."""
    if db.session().info["tenant"] != actor.organisation_id:
        return Signposts([], None)
    found = (
        select(Signpost, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Signpost.organisation_id))
        .order_by(col(Signpost.id).desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        found = found.where(col(Signpost.id) < before)
    rows = [(signpost, name) for signpost, name in db.session().execute(found).all()]
    return Signposts(rows[:PAGE], rows[PAGE - 1][0].id if len(rows) > PAGE else None)
