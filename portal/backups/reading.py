"""Reading a backup: whole, or what is wrong with it."""

import hashlib
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.backups import manifest, rows
from portal.backups.manifest import MANIFEST, DamagedError, Manifest


@contextmanager
def opened(source: Path) -> Generator[tuple[zipfile.ZipFile, Manifest]]:
    """Open the backup `source`; give its archive and manifest. Raises DamagedError where it cannot be read."""
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive, manifest.loaded(archive.read(MANIFEST))
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError):
        raise DamagedError("This file is not a backup of the portal, or it is damaged.") from None


def verify(source: Path) -> Manifest:
    """Read the whole of the backup `source` and return its manifest. Raises DamagedError, naming the first bad part."""
    with opened(source) as (archive, held):
        for name, figure in held.tables.items():
            digest = rows.Digest()
            for line in lines(archive, name):
                digest.add(line)
            if digest.figure() != figure:
                raise DamagedError(f"The table {name} of this backup is damaged.")
        for name in held.files:
            content(archive, held, name)
    return held


def lines(archive: zipfile.ZipFile, table: str) -> Iterator[bytes]:
    """Give the lines of a table."""
    with archive.open(manifest.table_member(table)) as member:
        yield from member


def content(archive: zipfile.ZipFile, held: Manifest, name: str) -> bytes:
    """Return an attachment as it is stored. Raises DamagedError when it is not what was backed up."""
    found = archive.read(manifest.file_member(name))
    if hashlib.sha256(found).hexdigest() != held.files[name]:
        raise DamagedError("A file of this backup is damaged.")
    return found
