"""What features above this one show on a referral's page: handed in when the portal starts."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from portal.access.actor import Actor
from portal.referrals.models import Referral


@dataclass(frozen=True)
class Note:
    """Something the reader has to know before they read on: its title, a sentence, and where it leads."""

    title: str
    text: str
    href: str
    link: str


Notes = Callable[[Actor, Referral], list[Note]]
NAME = "beside_referrals"


def notes(actor: Actor, referral: Referral) -> list[Note]:
    """Return what the application was started with has to say about `referral` to `actor`."""
    given: Notes = current_app.extensions[NAME]
    return given(actor, referral)
