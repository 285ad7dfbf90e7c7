"""The home of a child as a key: the same for the same home however it is written, and readable by nobody.

Addresses are encrypted, so the database cannot compare them. The key is a keyed hash of postcode and house number.
"""

import re

from portal import crypto
from portal.referrals.form.sections import Answers, words

_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b\d+\s?[a-z]?\b", re.IGNORECASE)


def key_of(answers: Answers) -> str | None:
    """Return the key of the home in `answers`, or None where the address names no postcode, or nothing before it."""
    home = home_in(words(answers, "address"))
    return crypto.keyed_hash("household", home) if home else None


def home_in(address: str) -> str | None:
    """Return the first postcode of `address` with the house and flat numbers before it, or else the house's name."""
    postcode = _POSTCODE.search(address)
    if postcode is None:
        return None
    before = address[: postcode.start()]
    numbers = sorted(re.sub(r"\s", "", each).lower() for each in _NUMBER.findall(before))
    named = re.sub(r"[^a-z]", "", before.split(",")[0].split("\n")[0].lower())
    house = " ".join(numbers) or named
    return f"{''.join(postcode.groups()).upper()} {house}" if house else None
