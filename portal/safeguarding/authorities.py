"""What KSAF has told the authorities about a child: kept above this feature, and handed in when the portal starts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from portal.access.actor import Actor
from portal.referrals.models import Referral
from portal.safeguarding.cpoms_items import Item
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
class Authorities:
    """How to read them: about one referral the newest first, and those of all that are not in CPOMS yet."""

    told: Callable[[Actor, Referral], list[Told]]
    to_record: Callable[[Actor], list[Item]]


NAME = "authorities"


def known() -> Authorities:
    """Return what the application was started with."""
    given: Authorities = current_app.extensions[NAME]
    return given
