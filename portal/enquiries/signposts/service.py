"""Signposting a family: with their agreement for a call from KSAF, or as a record of nobody in particular."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal import clock, db, references
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.enquiries.call_backs import service as call_backs
from portal.enquiries.call_backs.service import Family, Source
from portal.enquiries.signposts.models import Signpost
from portal.enquiries.signposts.rules import SignpostKind, SignpostState
from portal.organisations.queries import operator
from portal.tenancy import as_system


@dataclass(frozen=True)
class About:
    """What may be kept of any signpost: keys of rules.py, never a person."""

    need: str
    area: str
    given: Sequence[str] = ()


def record(actor: Actor, about: About) -> Signpost:
    """Record that `actor` signposted a family, without anything about who they are."""
    return _make(actor, about, SignpostKind.RECORD, SignpostState.RECORDED)


def ask_for_call(actor: Actor, about: About, family: Family) -> Signpost:
    """Ask KSAF to call a family that agreed to it; the details go to KSAF and stay in no partner's space."""
    made = _make(actor, about, SignpostKind.CALL, SignpostState.WAITING)
    basis = f"The family agreed to it with {actor.name}, {actor.organisation_name}."
    with as_system(db.session()):  # the call is KSAF's own, and so is its deadline
        asked = call_backs.ask(Source(made.reference, signpost_id=made.id), family, basis)
    made.call_by = asked.due_at
    db.session().flush()
    return made


def _make(actor: Actor, about: About, kind: SignpostKind, state: SignpostState) -> Signpost:
    made = Signpost(
        organisation_id=actor.organisation_id,
        operator_id=operator().id or 0,
        reference=references.new(),
        kind=kind,
        state=state,
        need=about.need,
        area=about.area,
        given=list(about.given),
        made_by_id=actor.user_id,
        made_by_name=actor.name,
        made_at=clock.now(),
    )
    references.add(db.session(), made)
    audit.record(
        actor,
        Action.SIGNPOST_MADE,
        subject=("signpost", made.id),
        owner_id=made.organisation_id,
        reference=made.reference,
        kind=kind.value,
    )
    return made
