"""Looking into the zip archives that office files are, without being drowned by one."""

import io
import zipfile
import zlib

# All ours: a hundred times the room of an honest document of 10 MB.
MOST_MEMBERS = 2_000
MOST_INFLATED = 100 * 1024 * 1024
STEEPEST_RATIO = 200
_RATIO_FROM = 1024 * 1024  # below this a steep ratio harms nobody

_START, _END, _END_LENGTH = b"PK\x03\x04", b"PK\x05\x06", 22
_ENCRYPTED = 0x1
_ACTIVE = ("vbaproject", "vbadata", "macrosheets/", "activex/", "oleobject", "basic/", "scripts/")
_PROGRAMS = (".exe", ".dll", ".js", ".vbs", ".bat", ".cmd", ".scr", ".hta", ".ps1", ".jar", ".html", ".htm", ".zip")

MACROS = "holds macros or another program. Save it without them, or as PDF, then attach that copy."
TOO_MUCH_INSIDE = "unpacks to far more than it should. Save a fresh copy from the program it came from, or a PDF."
DAMAGED = "cannot be opened. Check that it opens on your computer, save it again, then attach that copy."


class RefusedFileError(Exception):
    """A file the portal does not keep. The message follows the file's name: it says why, and what to do instead."""


def read_member(content: bytes, name: str) -> bytes:
    """Return the member `name` of the archive in `content`, after the whole archive has been looked over.

    Raises RefusedFileError for an archive that is damaged, locked, too large unpacked, or holds macros or programs.
    """
    if not content.startswith(_START) or content[-_END_LENGTH:][:4] != _END:
        raise RefusedFileError(DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _look_over(archive)
            # Reads every member against its declared size and checksum: an archive that lies about either fails here.
            if archive.testzip() is not None:
                raise RefusedFileError(DAMAGED)
            return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise RefusedFileError(DAMAGED) from error


def refuse_hidden_archive(content: bytes) -> None:
    """Raise RefusedFileError when something that should be one file is a zip archive as well."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise RefusedFileError("has another file hidden inside. Save a fresh copy from the program it came from.")


def _look_over(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(members) > MOST_MEMBERS or len(set(names)) != len(names):
        raise RefusedFileError(TOO_MUCH_INSIDE)
    inflated = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if inflated > MOST_INFLATED or (inflated > _RATIO_FROM and inflated > packed * STEEPEST_RATIO):
        raise RefusedFileError(TOO_MUCH_INSIDE)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise RefusedFileError("is protected by a password. Save a copy without it, then attach that.")
    for name in map(str.lower, names):
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
            raise RefusedFileError(DAMAGED)
        if any(mark in name for mark in _ACTIVE) or name.endswith(_PROGRAMS):
            raise RefusedFileError(MACROS)
