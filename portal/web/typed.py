"""What people type, made fit to keep: the one place that knows which characters cannot be kept or shown again."""

import re

# PostgreSQL keeps no NUL, and a lone surrogate is no UTF-8.
UNPRINTABLE = re.compile("[\0\ud800-\udfff]")
REPLACEMENT = "\ufffd"
# PostgreSQL's integer ends here: no row has a higher number, and it refuses to compare one with more.
LARGEST = 2**31 - 1


def printable(text: str) -> str:
    """Return `text` with a mark for each character that cannot be kept, and line feeds alone between its lines.

    Browsers send line breaks as CR LF; what is kept has the line feeds that were typed.
    """
    return UNPRINTABLE.sub(REPLACEMENT, text.replace("\r\n", "\n"))


def one_line(text: str | None) -> str:
    """Return what was typed into a short field on one line, without what cannot be kept; empty for nothing."""
    return " ".join(UNPRINTABLE.sub("", (text or "").replace(REPLACEMENT, "")).split())


def tidied(text: str | None) -> str:
    """Return what was typed into a field, printable and without the space around it; empty for nothing."""
    return printable(text or "").strip()


def whole_number(text: str | None, most: int = LARGEST) -> int | None:
    """Return the whole number from 0 to `most` that `text` is, or None: hidden fields and addresses hold anything."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    found = int(text)
    return found if found <= most else None


def shown_with(text: str | None) -> int:
    """Return the number that a form carries of what it was shown with; -1, which nothing has, for anything else."""
    known = whole_number(text)
    return -1 if known is None else known
