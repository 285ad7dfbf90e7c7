"""A file that somebody sends, looked at before any of it is kept."""

import hashlib
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from portal.referrals.files import kinds, names


@dataclass(frozen=True)
class Taken:
    """What is in a file that may be kept: its cleaned name, its type, its bytes and their SHA-256."""

    name: str
    content_type: str
    content: bytes
    digest: str


def take(file: FileStorage) -> Taken:
    """Return what is in `file`. Raises RefusedFileError, saying why, for one that the portal does not keep."""
    name = names.clean(file.filename or "")
    content = file.stream.read(kinds.LARGEST_FILE + 1)
    kind = kinds.recognise(name, content)
    return Taken(name, kind.content_type, content, hashlib.sha256(content).hexdigest())
