"""Whom a list of referrals can be narrowed to."""

import hashlib
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.policy import POLICY, Permission
from portal.access.roles import OPERATOR_ROLES, PARTNER_ROLES
from portal.accounts.models import Membership, User


class Choosable(NamedTuple):
    """A person in the reader's organisation; the `key` stands for them in addresses."""

    key: str
    name: str
    user_id: int


def who_can_be_chosen(actor: Actor) -> list[Choosable]:
    """Return who starts referrals in `actor`'s organisation or, at KSAF, who has them; those who left too."""
    found: Any = db.session().execute(_people(is_operator=actor.is_operator), {"here": actor.organisation_id}).all()
    return [Choosable(_key(email), name, user_id or 0) for user_id, name, email in found]


@cache
def _people(*, is_operator: bool) -> Any:
    mine = OPERATOR_ROLES if is_operator else PARTNER_ROLES
    working = POLICY[Permission.REFERRAL_QUEUE if is_operator else Permission.REFERRAL_START] & mine
    return (
        select(User.id, User.name, User.email)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(col(Membership.organisation_id) == bindparam("here"), col(Membership.role).in_(working))
        .order_by(col(User.name), col(User.id))
    )


def _key(email: str) -> str:
    # An address bar shows neither a row's id nor who it is.
    return hashlib.blake2b(email.encode(), digest_size=6).hexdigest()
