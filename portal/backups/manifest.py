"""What a backup says about itself: enough to prove, before and after it is used, that nothing of it is missing."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

MANIFEST = "manifest.json"
FORMAT = 1
KEPT_KEY = "secret.key"
"""Outside production the key is made in the data directory and kept with it; a real one is never in a backup."""


class DamagedError(Exception):
    """A backup that is none, or not whole; the message says what is wrong with it."""


@dataclass
class Manifest:
    """The inside of one backup."""

    made_at: datetime
    migration: str
    """The number of the newest migration its rows are for."""
    lock: str
    """Something encrypted, which shows whether the keys at hand are those the rows were written under."""
    audit_heads: dict[str, dict[str, Any]]
    columns: dict[str, list[str]] = field(default_factory=dict)
    """What each table's lines hold, by table."""
    tables: dict[str, list[int | str]] = field(default_factory=dict)
    """How many rows each table has, and their digest."""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each attachment as it is stored, by its random name."""
    missing: list[str] = field(default_factory=list)
    """Attachments that the rows name and the folder did not hold."""

    def dumped(self) -> str:
        """Return it as JSON."""
        return json.dumps({"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}, indent=1)


def loaded(text: bytes) -> Manifest:
    """Return the manifest that `dumped` wrote. Raises DamagedError for any other text."""
    try:
        held = json.loads(text)
        if held.pop("format") != FORMAT:
            raise DamagedError("This backup was written by another release in a form that this one does not know.")
        return Manifest(**held | {"made_at": datetime.fromisoformat(held["made_at"])})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DamagedError("This file is not a backup of the portal.") from None


def table_member(name: str) -> str:
    """Return under which name a table's rows lie in the backup."""
    return f"tables/{name}.jsonl"


def file_member(name: str) -> str:
    """Return under which name an attachment lies in the backup."""
    return f"attachments/{name}"
