"""The headers every response carries, errors, fragments and redirects too."""

import secrets

from flask import Flask, Response, g, request

# Nothing inline, nothing from elsewhere, no frames. The nonce lets GOV.UK Frontend's one-line script through.
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
ONE_YEAR = 31_536_000


def csp_nonce() -> str:
    """Return this response's nonce."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    return g.csp_nonce


def install(app: Flask, *, https_only: bool) -> None:
    """Set the headers on every response of `app`; `https_only` also tells browsers never to come back without TLS."""

    @app.after_request
    def harden(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))  # a download has a stricter one
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        headers["X-Robots-Tag"] = "noindex"
        if https_only:
            headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"
        if request.endpoint == "static" and "v" in request.args and response.status_code in {200, 304}:
            headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
            return response
        response.vary.add("HX-Request")
        response.vary.add("Cookie")
        # A panel may be kept long enough to ask whether it changed; nothing else is kept at all.
        headers["Cache-Control"] = "no-store"
        return response
