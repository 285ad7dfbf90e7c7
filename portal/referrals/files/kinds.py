"""Which files may be attached, told by their name and by what is in them. Nothing here trusts what a browser says.

Every limit is ours: no document gives one. Why no library does this: docs/decisions/0004-attachments.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from portal.referrals.files import contents
from portal.referrals.files.archives import RefusedFileError

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
MOST_FILES = 10  # a referral, with its messages


@dataclass(frozen=True)
class FileKind:
    """One kind: its ending, what people call it, the type it is served as, and the check its content must pass."""

    ending: str
    label: str
    content_type: str
    check: Callable[[bytes], None]


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

KINDS: dict[str, FileKind] = {
    kind.ending: kind
    for kind in (
        FileKind("pdf", "PDF", "application/pdf", contents.check_pdf),
        FileKind(
            "docx",
            "Word",
            f"{_OPEN_XML}.wordprocessingml.document",
            contents.check_open_xml("wordprocessingml.document"),
        ),
        FileKind("xlsx", "Excel", f"{_OPEN_XML}.spreadsheetml.sheet", contents.check_open_xml("spreadsheetml.sheet")),
        FileKind("odt", "OpenDocument text", f"{_OPEN_DOCUMENT}.text", contents.check_open_document("text")),
        FileKind(
            "ods",
            "OpenDocument spreadsheet",
            f"{_OPEN_DOCUMENT}.spreadsheet",
            contents.check_open_document("spreadsheet"),
        ),
        FileKind("txt", "plain text", "text/plain", contents.check_text),
        FileKind("csv", "CSV", "text/csv", contents.check_text),
        FileKind("png", "PNG picture", "image/png", contents.check_png),
        FileKind("jpg", "JPEG picture", "image/jpeg", contents.check_jpeg),
        FileKind("jpeg", "JPEG picture", "image/jpeg", contents.check_jpeg),
    )
}
ACCEPT = ",".join(f".{ending}" for ending in KINDS)
"""For the browser's file chooser."""
IN_WORDS = "PDF, Word (docx), Excel (xlsx), OpenDocument (odt, ods), plain text, CSV, PNG or JPEG"

# An ending inside the name that makes a file look like something else where endings are hidden.
_NEVER = re.compile(
    r"\.(?:bat|chm|cmd|com|cpl|dll|docm|dotm|exe|hta|html?|iso|jar|jse?|lnk|mht|msi|php|pif|ps1|py|reg|scr|sh"
    r"|shtml|svg|vb[es]|wsf|xhtml|xls[bm]|xml|zip)\."
)
_INSTEAD = {
    "doc": "Save it as docx or PDF, then attach that.",
    "xls": "Save it as xlsx or PDF, then attach that.",
    "docm": "Save it as docx without macros, or as PDF, then attach that.",
    "xlsm": "Save it as xlsx without macros, or as PDF, then attach that.",
    "heic": "Save or send the photo as JPEG, then attach that.",
    "heif": "Save or send the photo as JPEG, then attach that.",
    "svg": "Save it as PNG or PDF, then attach that.",
    "htm": "Print the page to PDF, then attach that.",
    "html": "Print the page to PDF, then attach that.",
    "msg": "Print the email to PDF, then attach that.",
    "eml": "Print the email to PDF, then attach that.",
    "zip": "Attach the files inside it one by one.",
}


def recognise(filename: str, content: bytes) -> FileKind:
    """Return the kind of a file by its cleaned name (see names.clean) and its content.

    Raises RefusedFileError, saying why and what to do, for every file that is not what it says or may act by itself.
    """
    _, *endings = filename.lower().split(".")
    kind = KINDS.get(endings[-1]) if endings else None
    if kind is None:
        how = _INSTEAD.get(endings[-1] if endings else "", f"Attach a file of one of these kinds: {IN_WORDS}.")
        raise RefusedFileError(f"is of a kind the portal does not take. {how}")
    if _NEVER.search(filename.lower()):
        raise RefusedFileError("has a second ending in its name. Rename it so that it ends only in its own kind.")
    check_size(len(content))
    kind.check(content)
    return kind


def check_size(size: int) -> None:
    """Raise RefusedFileError for a file of `size` bytes that is empty or larger than one may be."""
    if size == 0:
        raise RefusedFileError("is empty. Check that it opens on your computer, then attach it again.")
    if size > LARGEST_FILE:
        raise RefusedFileError(
            f"is larger than {LARGEST_FILE // MEGABYTE} MB. Save a smaller copy, or split it into parts."
        )
