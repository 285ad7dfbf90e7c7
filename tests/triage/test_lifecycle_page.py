"""docs/lifecycle.md draws the table in portal/referrals/rules.py. On failure this prints what the page should hold."""

from pathlib import Path

from portal.referrals.rules import LIFECYCLE, STATE_LABELS, diagram

PAGE = Path(__file__).resolve().parents[2] / "docs/lifecycle.md"


def expected() -> str:
    rows = "\n".join(
        f"| {row.event} | {', '.join(STATE_LABELS[source] for source in row.sources)} | {STATE_LABELS[row.target]}"
        f" | `{row.permission}` | {row.requires} |"
        for row in LIFECYCLE
    )
    heading = "| Event | From | To | Permission | Requires |\n|---|---|---|---|---|"
    return f"```mermaid\n{diagram()}\n```\n\n{heading}\n{rows}\n"


def test_the_page_draws_the_lifecycle_as_it_is():
    written = PAGE.read_text(encoding="utf-8")
    assert expected() in written, f"Put this into {PAGE.name}:\n\n{expected()}"
