"""The pages of accounts."""

from flask import Flask

from portal.accounts.routes import organisation_in_use, second_factor, sign_in


def install(app: Flask) -> None:
    """Register the pages on `app`."""
    for pages in (sign_in, second_factor, organisation_in_use):
        app.register_blueprint(pages.blueprint)
