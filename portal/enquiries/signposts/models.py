"""A signpost: that a family was pointed to KSAF, by whom and about what. It never says which family."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, or_
from sqlmodel import Field, SQLModel, col

from portal.columns import words
from portal.crypto import EncryptedJSON
from portal.enquiries.signposts.rules import SignpostKind, SignpostState
from portal.tenancy import OrganisationOwned


class Signpost(OrganisationOwned, SQLModel, table=True):
    """One signpost, of the organisation that made it; KSAF (`operator_id`) reads it too.

    No column has room for a name, a number or a story. Where the family asked for a call, its details are KSAF's alone
    (`call_backs/models.py`).
    """

    __table_args__ = (
        Index("ix_signpost_newest", "organisation_id", "id"),
        Index("ix_signpost_operator", "operator_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", description="Who signposts")
    operator_id: int = Field(foreign_key="organisation.id", description="KSAF")
    reference: str = Field(unique=True, max_length=20)
    kind: SignpostKind = Field(sa_type=words(SignpostKind))
    state: SignpostState = Field(sa_type=words(SignpostState))
    need: str = Field(max_length=40, description="A key of signposts/rules.py")
    area: str = Field(max_length=20, description="Where the family is: a key of enquiries/rules.py")
    given: list[str] = Field(sa_type=EncryptedJSON, description="Keys of signposts/rules.py")
    call_by: datetime | None = Field(default=None, description="By when KSAF said it would call")
    made_by_id: int = Field(foreign_key="user_account.id")
    made_by_name: str = Field(max_length=200)
    made_at: datetime

    @classmethod
    def visible_to(cls, tenant: int) -> ColumnElement[bool]:
        """Return the signposts that `tenant` made, or receives as KSAF."""
        return or_(col(cls.organisation_id) == tenant, col(cls.operator_id) == tenant)

    def written_by(self, tenant: int, reached: dict[int, int]) -> bool:
        """Allow whoever makes it, and KSAF to say how one that is there stands."""
        return (self.id is not None and self.operator_id == tenant) or super().written_by(tenant, reached)
