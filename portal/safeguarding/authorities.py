"""What is kept above this feature and handed in when the portal starts.

That is what KSAF has told the authorities about a child, and whatever else belongs in CPOMS.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from portal.access.actor import Actor
from portal.referrals.models import Referral
from portal.safeguarding.cpoms_items import Source
from portal.timescales.descriptions import Described


@dataclass(frozen=True)
class Told:
    """One referral that KSAF made to a statutory service. `facts` are its rows, `owed` what still runs on it."""

    to_name: str
    at: datetime
    by: str
    standing: str
    tone: str
    href: str
    facts: Sequence[dict[str, str]]
    owed: Sequence[Described]


@dataclass(frozen=True)
class Above:
    """How to read it: what was told about one referral, the newest first, and each source of things for CPOMS."""

    told: Callable[[Actor, Referral], list[Told]]
    for_cpoms: tuple[Source, ...]


NAME = "above_safeguarding"


def known() -> Above:
    """Return what the application was started with."""
    given: Above = current_app.extensions[NAME]
    return given
