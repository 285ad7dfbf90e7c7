"""Who is asking: one person, acting for one organisation, in one role."""

from dataclasses import dataclass
from typing import Protocol

from portal.access import policy
from portal.access.roles import ROLE_LABELS, OrganisationKind, Role


class Author(Protocol):
    """Whoever something is recorded of: an actor, or somebody without an account, who has no `user_id`."""

    @property
    def user_id(self) -> int | None:
        """Return the person's account, if they have one."""
        ...

    @property
    def name(self) -> str:
        """Return the person's name."""
        ...

    @property
    def organisation_id(self) -> int:
        """Return the organisation whose rows they work on."""
        ...

    @property
    def organisation_name(self) -> str:
        """Return the name of the organisation they speak for."""
        ...


@dataclass(frozen=True)
class OtherMembership:
    """A further organisation that the same person can switch to."""

    key: str
    organisation_name: str
    role_label: str


@dataclass(frozen=True)
class Actor:
    """The person behind a request. Every query and service takes one first, and has no default for it."""

    user_id: int
    name: str
    email: str
    organisation_id: int
    organisation_name: str
    organisation_kind: OrganisationKind
    role: Role
    session_id: int | None = None
    memberships: tuple[OtherMembership, ...] = ()

    @property
    def is_operator(self) -> bool:
        """Say whether the person acts for KSAF."""
        return self.organisation_kind is OrganisationKind.OPERATOR

    @property
    def role_label(self) -> str:
        """Return the role in words."""
        return ROLE_LABELS[self.role]

    def may(self, permission: policy.Permission | str) -> bool:
        """Say whether this person, here and now, holds `permission`."""
        return policy.may(self.role, self.organisation_kind, policy.Permission(permission))
