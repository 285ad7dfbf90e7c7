"""What is in a file: one check a family of kinds. Each raises RefusedFileError or lets the bytes pass."""

import re
import zlib
from collections.abc import Callable, Iterator

from portal.referrals.files import archives
from portal.referrals.files.archives import RefusedFileError

_NOT_WHAT_IT_SAYS = (
    "is not what its name says. Open it in the program it came from, save it again, then attach that copy."
)
_MARKUP = re.compile(rb"<\s{0,8}(?:script|iframe|\?php|!doctype|html[\s>]|svg[\s>])", re.IGNORECASE)

# Names in a PDF that make it do something, or carry another file, when it is opened (ISO 32000-2, 7.11.4, 12.6.4).
_ACTIVE_PDF = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z0-9])"
)
_PDF_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# A stream's data is compressed noise in which any short name turns up by chance: it is read inflated, or not at all.
_PDF_STREAM = re.compile(rb">>\s{0,8}stream\r?\n")
_PDF_STREAM_END = b"endstream"
_PDF_DICTIONARY = 1024  # bytes before a stream in which its dictionary says what it is
_PDF_TAIL = 2048
_INFLATED_IN_ALL = 64 * 1024 * 1024  # ours: what object streams may grow to while we look into them

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_FRAME = 12  # length, type and checksum around a chunk's data


def check_pdf(content: bytes) -> None:
    """Let a PDF pass that starts and ends as one, opens without a password and does nothing by itself."""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-_PDF_TAIL:]:
        raise RefusedFileError(_NOT_WHAT_IT_SAYS)
    archives.refuse_hidden_archive(content)
    outside, streams = _apart(content)
    for part in (outside, *_object_streams(streams)):
        names = _plain_names(part)
        if re.search(rb"/Encrypt(?![A-Za-z0-9])", names):
            raise RefusedFileError("is protected by a password. Save a copy without it, then attach that.")
        if _ACTIVE_PDF.search(names):
            raise RefusedFileError("holds a script, a form or another file. Print it to PDF, then attach that copy.")


def _apart(content: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return what lies outside the streams, and each stream after the end of its dictionary, in one pass."""
    outside: list[bytes] = []
    streams: list[tuple[bytes, bytes]] = []
    place = 0
    while start := _PDF_STREAM.search(content, place):
        end = content.find(_PDF_STREAM_END, start.end())
        if end < 0:
            break
        outside.append(content[place : start.end()])
        streams.append(
            (content[max(place, start.start() - _PDF_DICTIONARY) : start.start()], content[start.end() : end])
        )
        place = end + len(_PDF_STREAM_END)
    return b"".join([*outside, content[place:]]), streams


def _plain_names(part: bytes) -> bytes:
    """Return `part` with the escapes in its names (/J#53) resolved."""
    return _PDF_NAME_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)


def _object_streams(streams: list[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Yield the inflated object streams: newer PDFs keep their dictionaries inside them."""
    room = _INFLATED_IN_ALL
    for dictionary, stream in streams:
        if b"/ObjStm" not in _plain_names(dictionary):
            continue
        try:
            inflated = zlib.decompressobj().decompress(stream, room)
        except zlib.error:
            inflated = stream  # not deflated: read as it stands
        room -= len(inflated)
        if room <= 0:
            raise RefusedFileError(archives.TOO_MUCH_INSIDE)
        yield inflated


def check_open_xml(main_part: str) -> Callable[[bytes], None]:
    """Return the check for an Office file whose main part is of type `main_part` ("wordprocessingml.document")."""
    wanted = f"application/vnd.openxmlformats-officedocument.{main_part}.main+xml".encode()

    def check(content: bytes) -> None:
        types = archives.read_member(content, "[Content_Types].xml")
        if wanted not in types:
            raise RefusedFileError(_NOT_WHAT_IT_SAYS)
        if b"macroenabled" in types.lower() or b"vbaproject" in types.lower():
            raise RefusedFileError(archives.MACROS)

    return check


def check_open_document(kind: str) -> Callable[[bytes], None]:
    """Return the check for an OpenDocument file of `kind` ("text", "spreadsheet")."""
    wanted = f"application/vnd.oasis.opendocument.{kind}".encode()

    def check(content: bytes) -> None:
        if archives.read_member(content, "mimetype").strip() != wanted:
            raise RefusedFileError(_NOT_WHAT_IT_SAYS)

    return check


def check_text(content: bytes) -> None:
    """Let text pass that decodes (UTF-8, marked UTF-16, Windows-1252) and holds no control characters and no markup."""
    text = _decoded(content)
    if any(ord(character) < ord(" ") and character not in "\t\r\n\f" for character in text):
        raise RefusedFileError(_NOT_WHAT_IT_SAYS)
    if text.lstrip().startswith(("%PDF", "{\\rtf", "#!", "<?xml")) or _MARKUP.search(text.encode()):
        raise RefusedFileError("is a web page or program and not plain text. Print it to PDF, then attach that.")


def _decoded(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):  # a spreadsheet on Windows saves CSV as cp1252
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedFileError(_NOT_WHAT_IT_SAYS)


def check_png(content: bytes) -> None:
    """Let a PNG pass whose chunks run from its header to its end, with nothing after."""
    if not content.startswith(_PNG_START + b"\x00\x00\x00\rIHDR"):
        raise RefusedFileError(_NOT_WHAT_IT_SAYS)
    place, name = len(_PNG_START), b""
    while place + _PNG_FRAME <= len(content) and name != b"IEND":
        length, name = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        place += length + _PNG_FRAME
    if name != b"IEND" or place != len(content):
        raise RefusedFileError(_NOT_WHAT_IT_SAYS)
    _refuse_passenger(content)


def check_jpeg(content: bytes) -> None:
    """Let a JPEG pass. Phones add data of their own after the picture, so its end may lie before the file's."""
    if not content.startswith(b"\xff\xd8\xff") or b"\xff\xd9" not in content or b"\xff\xda" not in content:
        raise RefusedFileError(_NOT_WHAT_IT_SAYS)
    _refuse_passenger(content)


def _refuse_passenger(content: bytes) -> None:
    """Refuse a picture that is a web page, script, document or archive as well."""
    archives.refuse_hidden_archive(content)
    if _MARKUP.search(content) or b"%PDF-" in content:
        raise RefusedFileError("holds something besides the picture. Take a screenshot of it, then attach that.")
