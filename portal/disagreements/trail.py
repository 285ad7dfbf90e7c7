"""What happens in a disagreement: kept with it, and in the audit of whoever did it.

No other chain tells of it, and the organisation that referred is named as its owner only where it is a side: another
party's challenge is not its to know of.
"""

from typing import Any

from portal import clock, db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.disagreements.models import SUBJECT, Disagreement, DisagreementEntry
from portal.disagreements.rules import Event, Side, Stance


def side_of(actor: Actor, row: Disagreement) -> Side:
    """Return which side `actor`, who has opened a disagreement, speaks for."""
    return Side.CHALLENGER if actor.organisation_id == row.challenger_id else Side.ANSWERER


def add(
    actor: Actor, row: Disagreement, event: Event, said: str, speaker: str, stance: Stance | None = None
) -> DisagreementEntry:
    """Keep what `actor` says or does for their side: in whose name (`speaker`, name and role), in which words."""
    made = DisagreementEntry(
        organisation_id=row.organisation_id,
        referral_id=row.referral_id,
        challenger_id=row.challenger_id,
        answerer_id=row.answerer_id,
        disagreement_id=row.id or 0,
        stage=row.stage,
        event=event,
        side=side_of(actor, row),
        stance=stance,
        said=said,
        said_by_name=speaker,
        said_by_organisation=actor.organisation_name,
        at=clock.now(),
        recorded_by_id=actor.user_id,
        recorded_by_name=actor.name,
    )
    db.session().add(made)
    db.session().flush()
    return made


def record(actor: Actor, row: Disagreement, action: Action, **detail: Any) -> None:
    """Record `action` by `actor` on a disagreement, with its reference and what else `action` declares as detail."""
    is_owners = row.organisation_id in {row.challenger_id, row.answerer_id}
    owner = row.organisation_id if is_owners else actor.organisation_id
    audit.record(actor, action, subject=(SUBJECT, row.id), owner_id=owner, reference=row.reference, **detail)


def note_view(actor: Actor, row: Disagreement, page: str) -> None:
    """Record that `actor` looked at `page` of a disagreement, kept whatever becomes of the web request."""
    with db.own_transaction(actor.organisation_id):
        record(actor, row, Action.DISAGREEMENT_VIEWED, page=page)
