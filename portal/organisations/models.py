"""Organisations, what they were called and belonged to before, and the data-sharing terms they have accepted."""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from portal.access.roles import OrganisationKind
from portal.columns import words
from portal.crypto import EncryptedText
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


class ChangeKind(StrEnum):
    """What changed about an organisation."""

    NAME = "name"
    TRUST = "trust"
    CLOSED = "closed"
    OPENED = "opened"


class OrganisationChange(OrganisationOwned, SQLModel, table=True):
    """One change, as KSAF recorded it; insert only. A trust is a name with its dates, and lets nobody read anything."""

    __tablename__: ClassVar[str] = "organisation_change"
    __table_args__ = (Index("ix_organisation_change_about", "about_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="KSAF")
    about_id: int = Field(foreign_key="organisation.id", description="The organisation that changed")
    kind: ChangeKind = Field(sa_type=words(ChangeKind))
    before: str = Field(default="", max_length=200, description="The name, or the trust, until then")
    after: str = Field(default="", max_length=200, description="The name, or the trust, from then on; empty for none")
    since: dt.date = Field(description="From which day, as KSAF was told")
    reason: str | None = Field(default=None, sa_type=EncryptedText, description="Why it was closed or opened again")
    changed_by_id: int = Field(foreign_key="user_account.id")
    changed_by_name: str = Field(max_length=200)
    changed_at: datetime
