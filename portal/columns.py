"""Column types shared by the models."""

from enum import StrEnum

from sqlalchemy import Enum


def words(kind: type[StrEnum]) -> Enum:
    """Return a column type that stores `kind` by its values, as text on both engines: a new word needs no migration."""
    return Enum(
        kind, native_enum=False, length=40, values_callable=lambda members: [member.value for member in members]
    )
