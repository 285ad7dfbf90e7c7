"""Public references such as KSAF-7F3K-9QRT: unguessable, easy to read out, and a mistyped one is noticed."""

import re
import secrets
from typing import Protocol

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

# Crockford's base 32: no I, L, O or U, so that nothing read aloud is mistaken.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 7
TRIES = 5  # a second one in a row that is taken comes about as often as never
# As SQLite says which column repeats, and PostgreSQL which constraint.
_TAKEN = re.compile(r"\b\w+\.reference\b|\buq_\w+_reference\b")
PATTERN = re.compile(rf"KSAF-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}")


def new() -> str:
    """Return a fresh reference: seven random characters (35 bits) and a check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return _shown(body)


class Referenced(Protocol):
    """A row of a table whose `reference` is unique."""

    reference: str


def add(session: Session, row: Referenced) -> None:
    """Add `row` to the transaction of `session`, with its id; a reference that is taken gives way to a fresh one.

    Whatever else the database refuses is raised as it comes (IntegrityError), with the transaction as it was before.
    """
    for left in reversed(range(TRIES)):
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as error:
            if not (left and _TAKEN.search(str(error.orig))):
                raise
            row.reference = new()
        else:
            return


def normalise(typed: str) -> str | None:
    """Return the reference a person meant by `typed` (any case, spacing, O for 0, I or L for 1), or None."""
    text = re.sub(r"[\s-]", "", typed).upper().removeprefix("KSAF").translate(str.maketrans("OIL", "011"))
    if len(text) != RANDOM_CHARACTERS + 1 or any(character not in ALPHABET for character in text):
        return None
    reference = _shown(text[:RANDOM_CHARACTERS])
    return reference if reference.endswith(text[-1]) else None


def _shown(body: str) -> str:
    # Weights are odd, so each is invertible modulo 32 and any single wrong character changes the check.
    weighted = sum((2 * place + 1) * ALPHABET.index(character) for place, character in enumerate(body, start=1))
    text = body + ALPHABET[weighted % 32]
    return f"KSAF-{text[:4]}-{text[4:]}"
