"""What the secret keys do: encrypt narrative at rest, sign links, hash what is only compared. Keys can be rotated."""

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_cipher: MultiFernet | None = None
_newest: Fernet | None = None
_secrets: tuple[str, ...] = ()


class NoKeyError(RuntimeError):
    """Something encrypted was touched before `use_keys` was called."""


def use_keys(keys: tuple[str, ...]) -> None:
    """Encrypt and sign with the first of `keys` from now on, and accept what any of them made."""
    global _cipher, _newest, _secrets  # noqa: PLW0603 - one set of keys a process
    _secrets = keys
    made = [Fernet(derive(key)) for key in keys]
    _cipher, _newest = MultiFernet(made), made[0]


def derive(key: str) -> bytes:
    """Return the Fernet key that belongs to one secret of the settings, kept apart from its other uses."""
    return base64.urlsafe_b64encode(hashlib.blake2b(key.encode(), digest_size=32, person=b"ksaf-narrative").digest())


def encrypt(plain: bytes) -> bytes:
    """Return `plain` encrypted under the newest key."""
    return _ready().encrypt(plain)


def decrypt(stored: bytes) -> bytes:
    """Return what `encrypt` was given. Raises cryptography's InvalidToken when it was changed or no key fits."""
    return _ready().decrypt(stored)


def renewed(stored: bytes) -> bytes | None:
    """Return `stored` under the newest key, its age kept, or None where it is already.

    Raises cryptography's InvalidToken when no key fits.
    """
    ready = _ready()
    try:
        if _newest is not None:
            _newest.decrypt(stored)
            return None
    except InvalidToken:
        pass
    return ready.rotate(stored)


def sign(purpose: str, key: str) -> str:
    """Return `key`, signed for one `purpose` under the newest secret, fit for an address."""
    return _signer(purpose).dumps(key)


def unsign(purpose: str, token: str) -> str | None:
    """Return the key inside `token`, or None when it was not signed for `purpose` under any of our secrets."""
    try:
        return str(_signer(purpose).loads(token))
    except BadSignature:
        return None


def keyed_hash(purpose: str, value: str) -> str:
    """Return a hash of `value` that nobody without the newest secret can make or test guesses against."""
    _ready()
    return hmac.new(_secrets[0].encode(), f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def _signer(purpose: str) -> URLSafeSerializer:
    _ready()
    how = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    # itsdangerous signs with the last key of its list; ours are given newest first.
    return URLSafeSerializer(list(reversed(_secrets)), salt=f"ksaf-{purpose}", signer_kwargs=how)


def _ready() -> MultiFernet:
    if _cipher is None:
        message = "No encryption keys yet: call portal.crypto.use_keys first."
        raise NoKeyError(message)
    return _cipher


class EncryptedText(TypeDecorator[str]):
    """Text that is ciphertext in the database and plain in Python; an erasure leaves no bytes at all: no text."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else encrypt(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else decrypt(value).decode() if value else ""


class EncryptedJSON(TypeDecorator[dict[str, Any]]):
    """A small JSON object that is ciphertext in the database; assign a new object to change it.

    No bytes at all are an empty object: an erasure left them.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else encrypt(json.dumps(value, ensure_ascii=False, sort_keys=True).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> dict[str, Any] | None:
        """Decrypt on the way out."""
        return None if value is None else json.loads(decrypt(value)) if value else {}
