"""The data-sharing terms an organisation accepts before it can refer, version by version, from terms.toml."""

from pathlib import Path

from portal.notices import published
from portal.notices.published import Notice


def versions() -> tuple[Notice, ...]:
    """Return every published version, oldest first."""
    return published.versions(Path(__file__).with_suffix(".toml"))


def current() -> Notice:
    """Return the version that must be accepted now: the newest."""
    return versions()[-1]
