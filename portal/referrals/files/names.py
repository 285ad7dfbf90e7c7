"""A file's name as it is shown and offered for download. It is never a place on our disk."""

import re
import unicodedata

from portal.referrals.files.archives import RefusedFileError

LONGEST_NAME = 120  # ours: what a line of the page and a file system both take
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(given: str) -> str:
    """Return the name to show for one a browser gave: its last part, no hidden characters, at most LONGEST_NAME long.

    Raises RefusedFileError for a name with characters that reorder it on screen, so that its ending reads as another.
    """
    if _REORDERING.search(given):
        raise RefusedFileError("has hidden characters in its name. Rename it, then attach it again.")
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    shown = "".join(character for character in last if unicodedata.category(character) not in _HIDDEN)
    shown = " ".join(_NOT_IN_NAMES.sub("-", shown).split()).strip(". ")
    stem, dot, ending = shown.rpartition(".")
    if not dot:
        return shown[:LONGEST_NAME]
    return (
        f"{stem[: LONGEST_NAME - len(ending) - 1].rstrip()}.{ending}"
        if len(ending) < LONGEST_NAME
        else shown[:LONGEST_NAME]
    )


def for_refusal(given: str) -> str:
    """Return the name in a form fit for an error message, whatever is wrong with it."""
    try:
        return clean(given) or "The file"
    except RefusedFileError:
        return clean(_REORDERING.sub("", given)) or "The file"
