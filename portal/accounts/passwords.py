"""Passwords: how they are kept, checked without telling who has an account, and which are refused."""

from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from portal.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)

# What the service is called, and what it is about: the first words anybody would guess here.
SERVICE_WORDS = ("ksaf", "partner portal", "safeguarding", "attendance", "kent", "medway")
SHORTEST_WORD = 4
# zxcvbn's scale of 0 to 4: from 3 on, a password is in no list of common ones and follows no common pattern.
HARD_TO_GUESS = 3
# The estimate's work grows with the square of the length; whatever makes a password good shows in its beginning.
LOOKED_AT = 40


def hashed(password: str) -> str:
    """Return what an account keeps of `password` (argon2id)."""
    return _hasher.hash(password[:LONGEST_PASSWORD])


def matches(kept: str | None, password: str) -> bool:
    """Say whether `password` is the one whose hash is `kept`; takes as long when there is none to compare with."""
    try:
        right = _hasher.verify(kept or _nobody(), password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def is_dated(kept: str) -> bool:
    """Say whether `kept` was made with weaker settings than today's and should be made anew."""
    return _hasher.check_needs_rehash(kept)


def problem(password: str, *about: str) -> str | None:
    """Return what to do about a new password, or None when it will do.

    `about` names the person, their address and their organisation: a password made of those is the first to be guessed.
    """
    if len(password) < SHORTEST_PASSWORD:
        return f"Your password must have {SHORTEST_PASSWORD} characters or more. Three random words do well."
    if len(password) > LONGEST_PASSWORD:
        return f"Your password must have {LONGEST_PASSWORD} characters or fewer."
    plain = password.lower()
    if any(word in plain for word in _words(about)):
        return "Your password must not hold your name, email address, organisation or the name of this service."
    if _score(password) < HARD_TO_GUESS:
        return "That password is easy to guess: it is common, or follows a common pattern. Try three random words."
    return None


def _words(about: tuple[str, ...]) -> set[str]:
    texts = [text.lower() for text in (*about, *SERVICE_WORDS)]
    parts = [part for text in texts for part in text.replace("@", " ").replace(".", " ").split()]
    joined = [text.replace(" ", "") for text in texts]
    common = {"school", "academy", "college", "primary", "council", "example", "trust"}
    return {word for word in (*texts, *joined, *parts) if len(word) >= SHORTEST_WORD} - common


def _score(password: str) -> int:
    # Its word lists take 16 MB: only a process in which somebody chooses a password carries them.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    return int(zxcvbn(password[:LOOKED_AT])["score"])


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
