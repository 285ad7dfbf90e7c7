"""One-time keys of forms."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class RequestKey(SQLModel, table=True):
    """A form that has been acted on, and the answer it got: sending it again gives the same answer."""

    __tablename__: ClassVar[str] = "request_key"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int
    key: str = Field(max_length=64)
    location: str = Field(max_length=300)
    at: datetime = Field(index=True)
