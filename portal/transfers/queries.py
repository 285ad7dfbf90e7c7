"""Reading offers: KSAF and who sent the referral read what became of each, the receiver what was handed to it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, LargeBinary, type_coerce
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor, Author
from portal.access.models import Scope
from portal.access.policy import Permission
from portal.access.roles import OrganisationKind
from portal.organisations import terms
from portal.organisations.models import Agreement, Organisation
from portal.referrals.models import Referral
from portal.referrals.page import goes_on
from portal.referrals.queries import get_own_referral
from portal.referrals.record import Opened, open_referral
from portal.tenancy import as_system
from portal.transfers.models import Transfer
from portal.transfers.rules import READABLE

_NO_RECEIVERS = (OrganisationKind.OPERATOR, OrganisationKind.COUNCILLOR)


@dataclass(frozen=True)
class Made:
    """One offer with the referral it is about."""

    referral: Referral
    transfer: Transfer


def open_onward(actor: Actor, reference: str) -> Opened | None:
    """Return the referral `reference` for its Onward tab, to who has that tab (`page.goes_on`)."""
    opened = open_referral(actor, reference)
    if opened is None or not opened.reaches(Scope.ALL):
        return None
    return opened if goes_on(actor, opened.referral) else None


def open_offer(actor: Actor, reference: str, key: str) -> Made | None:
    """Return the offer `key` of the referral `reference` to KSAF and who sent it; a writing request locks both."""
    referral = get_own_referral(actor, reference)
    if referral is None:
        return None
    found = next((each for each in offers_of(actor, referral) if each.key == key), None)
    return Made(referral, found) if found else None


def offers_of(actor: Author, referral: Referral) -> list[Transfer]:
    """Return the offers about a referral that `actor` has loaded, newest first."""
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    made = select(Transfer).where(col(Transfer.referral_id) == referral.id)
    return list(db.session().scalars(made.order_by(col(Transfer.id).desc())).all())


def asked_outside(actor: Actor, referral: Referral) -> set[str]:
    """Return the addresses of services without an account that have an offer of `referral` now."""
    return {each.to_email for each in offers_of(actor, referral) if each.to_email and each.state in READABLE}


def received(actor: Actor) -> list[Transfer]:
    """Return the newest hundred offers made to the actor's organisation, those that wait for an answer first."""
    if db.session().info["tenant"] != actor.organisation_id:
        return []
    mine = select(Transfer).where(col(Transfer.to_organisation_id) == actor.organisation_id, _says_something())
    newest = mine.order_by(col(Transfer.answered_at).is_(None).desc(), col(Transfer.id).desc()).limit(100)
    return list(db.session().scalars(newest).all())


def get_received(actor: Actor, key: str) -> Transfer | None:
    """Return the offer `key` if it was made to the actor's organisation, else None."""
    if db.session().info["tenant"] != actor.organisation_id:
        return None
    mine = select(Transfer).where(col(Transfer.to_organisation_id) == actor.organisation_id, col(Transfer.key) == key)
    return db.session().scalars(mine.where(_says_something())).first()


def _says_something() -> ColumnElement[bool]:
    """Return the SQL that is true of an offer whose family has not been erased; the receiver sees no more than that."""
    return type_coerce(col(Transfer.content), LargeBinary) != b""


def receivers(actor: Actor, referral: Referral) -> list[Organisation]:
    """Return the partners that `referral` can be offered to: those that accepted the terms and have no offer of it.

    Raises PermissionError for who may make no offer: an organisation's name is no secret, the list of partners is.
    """
    if not actor.may(Permission.TRANSFER_OFFER):
        raise PermissionError
    asked = [each for each in offers_of(actor, referral) if each.state in READABLE]
    taken = [each.to_organisation_id for each in asked if each.to_organisation_id is not None]
    agreed = select(Agreement.organisation_id).where(col(Agreement.version) == terms.current().id)
    wanted = select(Organisation).where(
        col(Organisation.id).in_(agreed),
        col(Organisation.id).not_in([referral.organisation_id, *taken]),
        col(Organisation.kind).not_in(_NO_RECEIVERS),
        col(Organisation.active),
    )
    session = db.session()
    with as_system(session):
        return list(session.scalars(wanted.order_by(col(Organisation.name))).all())
