"""How an event's digest and its place in the chain are computed. Pure, so that anybody can check a chain with it."""

import hashlib
import json
from typing import Any

START = "0" * 64


def canonical(value: dict[str, Any]) -> bytes:
    """Return `value` as the one JSON text whose bytes are hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def payload_digest(salt: str, detail: dict[str, Any]) -> str:
    """Return the salted SHA-256 that stays in the chain when the detail itself is erased."""
    return hashlib.sha256(salt.encode() + canonical(detail)).hexdigest()


def link(previous_hash: str, facts: dict[str, Any]) -> str:
    """Return the hash of an event with `facts`, following the event whose hash is `previous_hash`."""
    return hashlib.sha256(previous_hash.encode() + canonical(facts)).hexdigest()
