"""Organisations and the data-sharing terms they have accepted."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from portal.access.roles import OrganisationKind
from portal.columns import words
from portal.tenancy import OrganisationOwned


class Organisation(SQLModel, table=True):
    """A partner, or KSAF itself. Its name is no secret between partners; everything it owns is."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=20, description="Opaque and public: what addresses and forms carry")
    name: str = Field(unique=True, max_length=200)
    kind: OrganisationKind = Field(sa_type=words(OrganisationKind))
    phase: str | None = Field(default=None, max_length=40, description="For education: primary, secondary, …")
    area: str = Field(default="kent", max_length=20)
    phone: str | None = Field(default=None, max_length=40)
    head_of_service_id: int | None = Field(default=None, description="The person the ladder's last rung goes to")
    active: bool = True
    created_at: datetime


class Agreement(OrganisationOwned, SQLModel, table=True):
    """One version of the data-sharing terms, accepted by a person for an organisation."""

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    version: str = Field(max_length=40)
    accepted_by_id: int
    accepted_by_name: str = Field(max_length=200)
    accepted_by_role: str = Field(max_length=60)
    accepted_at: datetime
