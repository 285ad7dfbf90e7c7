"""A kept file as a browser is given it: to be saved, never shown inside a page."""

import re
from urllib.parse import quote

from flask import Response

# Opened in a browser after all, a file may run nothing, load nothing and belongs to no site.
DOWNLOAD_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


def as_download(content: bytes, filename: str, content_type: str) -> Response:
    """Return the answer that sends `content` as a file called `filename`."""
    response = Response(content, content_type=content_type)
    response.headers["Content-Disposition"] = _disposition(filename)
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response


def _disposition(filename: str) -> str:
    """Return the header that makes a download of it, its name in plain letters and in full (RFC 6266, RFC 8187)."""
    plain = re.sub(r"[^A-Za-z0-9 ._-]", "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
