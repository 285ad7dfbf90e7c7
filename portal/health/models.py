"""The sign of life each scheduler leaves."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel


class SchedulerHeartbeat(SQLModel, table=True):
    """One scheduler process and the end of its last pass. Any number may run; rows of those long gone are removed."""

    __tablename__: ClassVar[str] = "scheduler_heartbeat"

    scheduler: str = Field(
        primary_key=True, max_length=40, description="Made up at start; says nothing about the machine"
    )
    beat_at: datetime = Field(index=True)
