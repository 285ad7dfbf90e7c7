"""Reading disagreements: their two sides, while each has the referral. To everybody else there is none."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import PartyRole, ReferralParty, Scope
from portal.access.policy import Permission
from portal.disagreements import trail
from portal.disagreements.models import Disagreement, DisagreementEntry
from portal.disagreements.rules import LEVELS, DisagreementState, Speaker, Stage, Standing, Turn
from portal.organisations.models import Organisation
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral, within_need
from portal.referrals.rules import State
from portal.tenancy import as_system
from portal.timescales import away
from portal.timescales.recipients import staff_of


@dataclass(frozen=True)
class Opened:
    """One disagreement with the referral it is about."""

    row: Disagreement
    referral: Referral

    @property
    def standing(self) -> Standing:
        """Return where it stands, as the rules read it."""
        return Standing(DisagreementState(self.row.state), Stage(self.row.stage), Turn(self.row.turn))


@dataclass(frozen=True)
class Party:
    """An organisation that can be challenged: what KSAF may choose from."""

    id: int
    key: str
    name: str


def may_read(actor: Actor) -> bool:
    """Say whether `actor` reads disagreements of their organisation, in the session that is open."""
    return actor.may(Permission.DISAGREEMENT_READ) and db.session().info["tenant"] == actor.organisation_id


def open_disagreement(actor: Actor, reference: str) -> Opened | None:
    """Return the disagreement `reference` if `actor` is of one of its sides and needs to know of the referral.

    A writing request takes the row's lock with it, so that two people act one after the other.
    """
    if db.session().info["tenant"] != actor.organisation_id:
        return None
    wanted = (
        select(Disagreement, Referral)
        .join(Referral, col(Referral.id) == col(Disagreement.referral_id))
        .where(col(Disagreement.reference) == reference, *within_need(actor))
    )
    if db.session().info["writes"]:
        wanted = wanted.with_for_update(of=Disagreement)
    found = db.session().execute(wanted, execution_options={"populate_existing": True}).first()
    return Opened(*found) if found else None


def open_to_challenge(actor: Actor, reference: str) -> Referral | None:
    """Return the referral `reference` if it has been sent and `actor`'s organisation is a party to it, else None."""
    found = get_referral(actor, reference)
    return found if found and found.state is not State.DRAFT else None


def of_referral(actor: Actor, referral: Referral) -> list[Disagreement]:
    """Return the disagreements about a referral that `actor` has loaded, in which their side is one, newest first."""
    if not may_read(actor):
        return []
    about = select(Disagreement).where(col(Disagreement.referral_id) == referral.id)
    return list(db.session().scalars(about.order_by(col(Disagreement.id).desc())).all())


def entries_of(actor: Actor, row: Disagreement) -> list[DisagreementEntry]:
    """Return what was said in a disagreement that `actor` has opened, in the order in which it was said."""
    del actor
    said = select(DisagreementEntry).where(col(DisagreementEntry.disagreement_id) == row.id)
    return list(db.session().scalars(said.order_by(col(DisagreementEntry.id))).all())


def speaker(actor: Actor, opened: Opened) -> Speaker:
    """Return `actor` as the rules see whoever would take a step."""
    row = opened.row
    other = row.answerer_id if actor.organisation_id == row.challenger_id else row.challenger_id
    is_alone = actor.is_operator and not is_party(other, opened.referral.id or 0)
    is_head = actor.is_operator and LEVELS[Stage(row.stage)].is_head and _stands_for_head(actor)
    return Speaker(trail.side_of(actor, row), actor.role, actor.is_operator, is_alone=is_alone, is_head=is_head)


def _stands_for_head(actor: Actor) -> bool:
    """Say whether `actor` is KSAF's head of service, stands in for them today, or manages while none is named."""
    heads = staff_of(actor.organisation_id).head_of_service()
    deputies = [each for head in heads for each in away.standing_in(head.user_id, actor.organisation_id)]
    return actor.user_id in {each.user_id for each in (*heads, *deputies)}


def partners_of(actor: Actor, referral: Referral) -> list[Party]:
    """Return the partners that have a referral which `actor`, of KSAF, has loaded: whoever sent it first.

    Raises PermissionError for anybody else.
    """
    if not actor.is_operator:
        raise PermissionError
    wanted = (
        select(Organisation)
        .join(ReferralParty, col(ReferralParty.organisation_id) == col(Organisation.id))
        .where(
            col(ReferralParty.referral_id) == referral.id,
            col(ReferralParty.role) != PartyRole.OPERATOR,
            ReferralParty.is_live(clock.now()),
        )
        .order_by(col(ReferralParty.id))
    )
    with as_system(db.session()):  # who sees a referral is no secret from KSAF
        found = db.session().scalars(wanted).unique().all()
    return [Party(each.id or 0, each.key, each.name) for each in found]


def sees_decisions(actor: Actor, referral: Referral) -> bool:
    """Say whether what was decided is shown to `actor`'s organisation: status alone says no words."""
    mine = select(ReferralParty.id).where(
        col(ReferralParty.referral_id) == referral.id,
        col(ReferralParty.organisation_id) == actor.organisation_id,
        col(ReferralParty.scope) != Scope.STATUS,
        ReferralParty.is_live(clock.now()),
    )
    return db.session().scalars(mine).first() is not None


def is_party(organisation_id: int, referral_id: int) -> bool:
    """Say whether an organisation still sees the referral that a disagreement is about, whoever asks."""
    party = select(ReferralParty.id).where(
        col(ReferralParty.referral_id) == referral_id,
        col(ReferralParty.organisation_id) == organisation_id,
        ReferralParty.is_live(clock.now()),
    )
    with as_system(db.session()):
        return db.session().scalars(party).first() is not None
