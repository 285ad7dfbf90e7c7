"""The pages of accounts."""

from flask import Flask

from portal.accounts.routes import account, invitations, organisation_in_use, password_reset, second_factor, sign_in


def install(app: Flask) -> None:
    """Register the pages on `app`."""
    for pages in (sign_in, second_factor, organisation_in_use, account, password_reset, invitations):
        app.register_blueprint(pages.blueprint)
