"""What was told to front doors, as the safeguarding team reads it beside its concerns, and what CPOMS still lacks."""

from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.referrals.models import Referral
from portal.safeguarding import cpoms_items
from portal.safeguarding.authorities import Told
from portal.safeguarding.cpoms_items import Item
from portal.safeguarding.queries import may_read
from portal.transfers.statutory import queries, rules, shown
from portal.transfers.statutory.models import StatutoryReferral

KIND = "statutory"


def about(actor: Actor, referral: Referral) -> list[Told]:
    """Return what KSAF has told front doors about a referral, as far as `actor` may read it, the newest first."""
    return [
        Told(
            to_name=made.to_name,
            at=made.made_at,
            by=made.made_by_name,
            standing=rules.standing(made)[0],
            tone=rules.standing(made)[1],
            href=_page(made, referral),
            facts=shown.rows(made),
            owed=shown.owed(running),
        )
        for made, running in queries.owed_on(actor, referral)
    ]


def for_cpoms(actor: Actor, recorded: bool) -> list[Item]:  # noqa: FBT001 - a Source
    """Return the statutory referrals that are in CPOMS, or are not yet: for who reads concerns."""
    if not may_read(actor):
        return []
    made = (
        select(StatutoryReferral, Referral)
        .join(Referral, col(Referral.id) == col(StatutoryReferral.referral_id))
        .where(col(StatutoryReferral.organisation_id) == actor.organisation_id)
    )
    key, row_id = col(StatutoryReferral.key), col(StatutoryReferral.id)
    wanted = cpoms_items.narrowed(made, KIND, key, row_id, recorded=recorded)
    return [_item(*row) for row in db.session().execute(wanted).all()]


def _item(made: StatutoryReferral, referral: Referral) -> Item:
    title = f"Statutory referral to {made.to_name}"
    return cpoms_items.item(KIND, made.key, title, referral, made.made_at, shown.rows(made), _page(made, referral))


def _page(made: StatutoryReferral, referral: Referral) -> str:
    return f"/referrals/{referral.reference}/onward/statutory/{made.key}"
