"""What every page shares: rendering, headers, errors, one-time keys, logs."""

from flask import Flask
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from portal import clock
from portal.config import Settings
from portal.web import converters, errors, filters, headers, limits, logs, parameters, proxies, rendering, transactions


def install(app: Flask, settings: Settings) -> None:
    """Put onto `app` what every page shares."""
    proxies.install(app, settings.proxies)
    logs.install(app)
    limits.install(app)
    parameters.install(app)
    headers.install(app, https_only=settings.is_production)
    transactions.install(app)
    errors.install(app)
    filters.install(app)
    converters.install(app)
    own = app.jinja_loader
    assert own is not None  # noqa: S101 - Flask makes one whenever there is a template folder
    macros = PrefixLoader(
        {
            "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
            "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
        }
    )
    app.jinja_env.loader = ChoiceLoader([own, macros])
    WTFormsHelpers(app)

    @app.context_processor
    def shared() -> dict[str, object]:
        return {
            "asset": rendering.asset,
            "csp_nonce": headers.csp_nonce,
            "env": settings.env.value,
            "now": clock.now(),
        }
