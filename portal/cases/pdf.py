"""A completion summary as a tagged PDF (PDF/UA-1), made by typst from `summary.typ`."""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# PDF/UA allows no character without a glyph. These have one in the fonts that come with typst: Latin, Cyrillic, Hebrew,
# Arabic, punctuation; tests/endings/test_pdf.py draws them all.
DRAWN = (
    "\t\n -~\u00a0-\u024f\u0400-\u045f\u05d0-\u05ea\u0621-\u063a\u0641-\u064a\u1e00-\u1eff"
    "\u2010-\u2027\u20ac\u2190-\u2193\ufffd"
)
_OTHERS = re.compile(f"[^{DRAWN}]")
_LEFT_OUT = "Some characters cannot be shown in this file. The page in the portal has the whole text."
_SOURCE = Path(__file__).with_name("summary.typ")


@dataclass(frozen=True)
class Document:
    """What one version says; `size` is the text's, in points, larger for a family."""

    title: str
    heading: str
    facts: list[tuple[str, str]]
    parts: list[tuple[str, str]]
    contact: str
    size: int = 11


def render(document: Document) -> bytes:
    """Return `document` as a PDF. Only the fonts that come with typst are used, so that it looks the same anywhere."""
    import typst  # noqa: PLC0415 - worth its memory only to a process that makes a file

    parts = [{"title": title, "text": _drawn(text)} for title, text in document.parts]
    facts = [(key, _drawn(value)) for key, value in document.facts]
    is_whole = "\ufffd" not in json.dumps([parts, facts], ensure_ascii=False)
    given = {
        "title": document.title,
        "heading": document.heading,
        "facts": facts,
        "parts": parts,
        "note": "" if is_whole else _LEFT_OUT,
        "contact": document.contact,
        "size": f"{document.size}pt",
    }
    return typst.compile(
        _source(),
        format="pdf",
        sys_inputs={"given": json.dumps(given)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )


def _drawn(text: str) -> str:
    return _OTHERS.sub("\ufffd", unicodedata.normalize("NFC", text))


@cache
def _source() -> bytes:
    return _SOURCE.read_bytes()
