"""The demo's organisations and people, added as an administrator would, with everything set up to sign in."""

from datetime import datetime
from typing import Any

import pyotp
from sqlmodel import col, select

from portal import db
from portal.access.actor import Actor
from portal.access.roles import OrganisationKind, Role, needs_second_factor
from portal.accounts import passwords
from portal.accounts.models import Membership, User
from portal.demo.stories import read
from portal.notices import published
from portal.organisations import service as organisations
from portal.organisations.models import Organisation
from portal.staffing import head as heads


def add(now: datetime) -> dict[str, list[Actor]]:
    """Add everybody at `now`, in a system transaction; returns each person's actors by e-mail address."""
    hashed = passwords.hashed(read("people")["password"])
    actors: dict[str, list[Actor]] = {}
    for row in read("people")["organisation"]:
        made = organisations.add(
            row["name"],
            OrganisationKind(row["kind"]),
            phase=row.get("phase"),
            area=row.get("area", "kent"),
            phone=row.get("phone"),
        )
        for person in row["people"]:
            actor = _add_person(made, person, hashed, now)
            actors.setdefault(person["email"], []).append(actor)
        if head := row.get("head_of_service"):
            _name_head(actors, made, head)
    db.session().flush()
    return actors


def accept_terms(actors: dict[str, list[Actor]]) -> list[Actor]:
    """Return the admins whose organisations accept the data-sharing terms in the demo."""
    willing = {row["name"] for row in read("people")["organisation"] if row.get("agreed", row["kind"] != "operator")}
    everyone = [actor for held in actors.values() for actor in held]
    return [one for one in everyone if one.role is Role.ORGANISATION_ADMIN and one.organisation_name in willing]


def accounts() -> list[dict[str, Any]]:
    """Return how everybody signs in: name, address, password, authenticator key, organisation, kind and role."""
    rows = db.session().execute(
        select(User, Membership, Organisation)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(col(Membership.ended_at).is_(None))
        .order_by(col(Membership.id))
    )
    return [
        {
            "name": user.name,
            "email": user.email,
            "password": read("people")["password"],
            "totp_secret": user.totp_secret,
            "organisation": organisation.name,
            "kind": organisation.kind.value,
            "role": membership.role.value,
        }
        for user, membership, organisation in rows
    ]


def _name_head(actors: dict[str, list[Actor]], made: Organisation, email: str) -> None:
    """Name the person with this address head of service, as KSAF's administrator would."""
    everyone = [actor for held in actors.values() for actor in held]
    administrator = next(actor for actor in everyone if actor.role is Role.ADMINISTRATOR)
    managers = heads.candidates(made.id or 0)
    heads.name(administrator, next(each for each in managers if each.email == email), None)


def _add_person(organisation: Organisation, row: dict[str, str], hashed: str, now: datetime) -> Actor:
    session = db.session()
    user = session.scalars(select(User).where(col(User.email) == row["email"])).first()
    role = Role(row["role"])
    if user is None:
        user = User(
            email=row["email"],
            name=row["name"],
            job_title=row["job_title"],
            phone=row["phone"],
            password_hash=hashed,
            terms_version=published.terms_in_force(),
            terms_accepted_at=now,
            created_at=now,
        )
        session.add(user)
    if needs_second_factor(role) and user.totp_secret is None:
        user.totp_secret, user.totp_confirmed_at = pyotp.random_base32(), now
    session.flush()
    session.add(Membership(organisation_id=organisation.id or 0, user_id=user.id or 0, role=role, started_at=now))
    session.flush()
    return Actor(
        user_id=user.id or 0,
        name=user.name,
        email=user.email,
        organisation_id=organisation.id or 0,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind,
        role=role,
    )
