"""Narrative at rest: one column type that encrypts free text about a child, with keys that can be rotated."""

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_cipher: MultiFernet | None = None


class NoKeyError(RuntimeError):
    """Something encrypted was touched before `use_keys` was called."""


def use_keys(keys: tuple[str, ...]) -> None:
    """Encrypt with the first of `keys` from now on, and decrypt with any of them."""
    global _cipher  # noqa: PLW0603 - one set of keys a process
    _cipher = MultiFernet([Fernet(derive(key)) for key in keys])


def derive(key: str) -> bytes:
    """Return the Fernet key that belongs to one secret of the settings, kept apart from its other uses."""
    return base64.urlsafe_b64encode(hashlib.blake2b(key.encode(), digest_size=32, person=b"ksaf-narrative").digest())


def encrypt(plain: bytes) -> bytes:
    """Return `plain` encrypted under the newest key."""
    return _ready().encrypt(plain)


def decrypt(stored: bytes) -> bytes:
    """Return what `encrypt` was given. Raises cryptography's InvalidToken when it was changed or no key fits."""
    return _ready().decrypt(stored)


def _ready() -> MultiFernet:
    if _cipher is None:
        message = "No encryption keys yet: call portal.crypto.use_keys first."
        raise NoKeyError(message)
    return _cipher


class EncryptedText(TypeDecorator[str]):
    """Text that is ciphertext in the database and plain in Python."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else encrypt(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else decrypt(value).decode()


class EncryptedJSON(TypeDecorator[dict[str, Any]]):
    """A small JSON object that is ciphertext in the database; assign a new object to change it."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else encrypt(json.dumps(value, ensure_ascii=False, sort_keys=True).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> dict[str, Any] | None:
        """Decrypt on the way out."""
        return None if value is None else json.loads(decrypt(value))
