"""KSAF Partner Portal: consent-led referrals, and what becomes of them."""

from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from htmx_flask import Htmx

from portal import config, crypto, db


def create_app(settings: config.Settings | None = None) -> Flask:
    """Return the web application for `settings` (read from the environment when None)."""
    from portal import features, web  # noqa: PLC0415 - a job that never serves should not load every route

    settings = settings or config.from_environment()
    crypto.use_keys(settings.secret_keys)
    root = Path(__file__).resolve().parents[1]
    app = Flask(__name__, template_folder=str(root / "templates"), static_folder=str(root / "static"))
    app.config.update(
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        SESSION_COOKIE_NAME="__Host-portal" if settings.is_production else "portal",
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # it lives as long as the session; a form left open must not lose its text
        MAX_CONTENT_LENGTH=25 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
    )
    app.extensions["settings"] = settings
    app.extensions["database"] = db.Database(settings.database_url)
    Htmx(app)
    web.install(app, settings)
    CSRFProtect(app)
    features.install(app)
    return app
