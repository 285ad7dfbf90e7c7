"""What whoever looks after the portal has to see keep coming: passes of a scheduler, and backups."""

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


class LastBackup(SQLModel, table=True):
    """When the newest whole backup was made: one row, which each backup replaces."""

    __tablename__: ClassVar[str] = "last_backup"

    id: int = Field(primary_key=True)
    made_at: datetime = Field(description="The moment whose rows it holds")
