"""A link as a code to scan, drawn into the page: no picture is fetched, so it prints from any browser."""

import io

import segno
from markupsafe import Markup


def svg(address: str) -> Markup:
    """Return the code of `address` as an SVG element with a title, for paper and screens alike."""
    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, title="Code to scan", svgclass="qr", lineclass=None
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - segno's own drawing; the address is only in its shape
