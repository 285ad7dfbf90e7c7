"""Who hears of a rung: whoever a deadline is on, their manager, the head of service."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists
from sqlmodel import col, select

from portal import db
from portal.access import levels
from portal.access.levels import Level
from portal.access.roles import OrganisationKind, Role
from portal.accounts.models import MailRhythm, Membership, User
from portal.organisations import contacts
from portal.organisations.models import Organisation
from portal.tenancy import as_system
from portal.timescales import in_force
from portal.timescales.ladder import Rung
from portal.timescales.models import Deadline

MANAGING = frozenset({Role.MANAGER, Role.ADMINISTRATOR, Role.ORGANISATION_ADMIN})

DATA_REQUESTS = (
    "data_request",
    "data_request_extended",
    "data_request_reply",
    "data_complaint",
    "data_complaint_outcome",
)
"""The kinds of policy.toml that are about what people ask about their data."""

DISAGREEMENTS = (
    *(level.kind for level in levels.LEVELS),
    "disagreement_first_over",
    "disagreement_over",
    "disagreement_turn",
)
"""The kinds of policy.toml that are about a decision that is challenged."""

_TRIAGE = (Role.TRIAGE_OFFICER, Role.MANAGER)
"""Whom news about a referral reaches at KSAF while it is on nobody."""


@dataclass(frozen=True)
class Member:
    """Somebody who works in an organisation now, as the ladder needs them."""

    user_id: int
    name: str
    email: str
    phone: str | None
    role: Role
    rhythm: MailRhythm = MailRhythm.AT_ONCE

    def hears_at_once(self, *, urgent: bool) -> bool:
        """Say whether a mail goes out now, or what it would say waits for their next summary."""
        return urgent or self.rhythm is MailRhythm.AT_ONCE


@dataclass(frozen=True)
class Recipient:
    """One person to prompt; `by_mail` when a mail goes with it."""

    member: Member
    by_mail: bool


@dataclass(frozen=True)
class Staff:
    """The people of one organisation, and which of them each rung goes to."""

    kind: OrganisationKind
    head_of_service_id: int | None
    members: tuple[Member, ...]

    def with_role(self, *wanted: Role) -> list[Member]:
        """Return the people of the first of these roles that anybody holds."""
        for role in wanted:
            if found := [member for member in self.members if member.role is role]:
                return found
        return []

    def on_whom(self, person_id: int | None, kind: str = "", version: str = "") -> list[Member]:
        """Return whoever a deadline of `kind` is on, while they still work here; else everyone whose work it is.

        At KSAF that is the policy's to say: as it was at `version`, where it is given, or else as it is.
        """
        if found := [member for member in self.members if member.user_id == person_id]:
            return found
        if (level := levels.of(kind)) and level.roles(self.kind):
            return self.at_level(level)
        if self.kind is OrganisationKind.OPERATOR:
            return self.with_role(*_work_of(kind, version))
        return self.with_role(Role.REFERRER, Role.ORGANISATION_ADMIN)

    def at_level(self, level: Level) -> list[Member]:
        """Return who speaks at a level that goes by roles, all of them; who manages, where nobody has such a role."""
        if level.is_head and self.named_head():
            return self.head_of_service()
        return [each for each in self.members if each.role in level.roles(self.kind)] or self.managers()

    def managers(self) -> list[Member]:
        """Return who manages: KSAF's managers, a partner's organisation admins."""
        if self.kind is OrganisationKind.OPERATOR:
            return self.with_role(Role.MANAGER, Role.ADMINISTRATOR)
        return self.with_role(Role.ORGANISATION_ADMIN)

    def head_of_service(self) -> list[Member]:
        """Return the head of service while one is named and works here, else the managers."""
        named = self.named_head()
        return [named] if named else self.managers()

    def named_head(self) -> Member | None:
        """Return the head of service while one is named and works here."""
        return next((member for member in self.members if member.user_id == self.head_of_service_id), None)


@dataclass
class Directory:
    """Organisations' staff, read once each: many rungs of one tick go to the same few people."""

    _known: dict[int, Staff] = field(default_factory=dict[int, Staff])

    def staff(self, organisation_id: int) -> Staff:
        """Return the staff of an organisation, as `staff_of` reads them."""
        if organisation_id not in self._known:
            self._known[organisation_id] = staff_of(organisation_id)
        return self._known[organisation_id]


def staff_of(organisation_id: int) -> Staff:
    """Return the people who work in an organisation now, whoever asks: only for telling them something.

    Raises sqlalchemy's NoResultFound when there is no such organisation.
    """
    session = db.session()
    people = (
        select(User, Membership)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(
            col(Membership.organisation_id) == organisation_id,
            col(Membership.ended_at).is_(None),
            col(User.disabled_at).is_(None),
        )
        .order_by(col(User.id))
    )
    with as_system(session):
        organisation = session.scalars(select(Organisation).where(col(Organisation.id) == organisation_id)).one()
        rows = session.execute(people).all()
    members = tuple(
        Member(user.id or 0, user.name, user.email, user.phone, held.role, held.mail_rhythm) for user, held in rows
    )
    return Staff(organisation.kind, organisation.head_of_service_id, members)


def has_head_of_service() -> ColumnElement[bool]:
    """Return whether KSAF has a head of service who works there, as a column of a query that is asked anyhow."""
    return (
        exists()
        .where(col(Organisation.kind) == OrganisationKind.OPERATOR)
        .where(col(Membership.organisation_id) == col(Organisation.id), col(Membership.ended_at).is_(None))
        .where(col(Membership.user_id) == col(Organisation.head_of_service_id))
        .where(col(User.id) == col(Membership.user_id), col(User.disabled_at).is_(None))
    )


def _work_of(kind: str, version: str) -> tuple[Role, ...]:
    if not kind:
        return _TRIAGE
    rules = in_force.rules_at(version) if version else in_force.rules()
    return rules[kind].work_of


def of_rung(rung: Rung, deadline: Deadline, staff: Staff) -> list[Recipient]:
    """Return whom this rung prompts and who of them is mailed, each person once."""
    return _TOLD[rung](deadline, staff)


def manager_contact(organisation_id: int) -> contacts.Contact | Member:
    """Return the manager a referrer may contact about a late acknowledgement, else KSAF's own line."""
    managers = staff_of(organisation_id).managers()
    return managers[0] if managers else contacts.ksaf()


def _approaching(deadline: Deadline, staff: Staff) -> list[Recipient]:
    return _once(_on_whom(deadline, staff))


def _missed(deadline: Deadline, staff: Staff) -> list[Recipient]:
    return _once(staff.managers(), in_app_only=_on_whom(deadline, staff))


def _still_missed(_deadline: Deadline, staff: Staff) -> list[Recipient]:
    return _once(staff.head_of_service())


def _again(deadline: Deadline, staff: Staff) -> list[Recipient]:
    return _once([*staff.managers(), *staff.head_of_service()], in_app_only=_on_whom(deadline, staff))


def _due(deadline: Deadline, staff: Staff) -> list[Recipient]:
    return _once([*_on_whom(deadline, staff), *staff.managers()])


def _on_whom(deadline: Deadline, staff: Staff) -> list[Member]:
    return staff.on_whom(deadline.person_id, deadline.kind, deadline.policy_version)


_TOLD: dict[Rung, Callable[[Deadline, Staff], list[Recipient]]] = {
    Rung.APPROACHING: _approaching,
    Rung.MISSED: _missed,
    Rung.STILL_MISSED: _still_missed,
    Rung.AGAIN: _again,
    Rung.DUE: _due,
}


def _once(mailed: Iterable[Member], in_app_only: Iterable[Member] = ()) -> list[Recipient]:
    told = {member.user_id: Recipient(member, by_mail=False) for member in in_app_only}
    told |= {member.user_id: Recipient(member, by_mail=True) for member in mailed}
    return list(told.values())
