"""The pages of accounts."""

from flask import Flask

from portal.accounts.routes import (
    account,
    invitations,
    organisation,
    organisation_in_use,
    password_reset,
    people,
    second_factor,
    sign_in,
    terms,
)


def install(app: Flask) -> None:
    """Register the pages on `app`."""
    signing_in = (sign_in, second_factor, terms, organisation_in_use, password_reset, invitations)
    for pages in (*signing_in, account, people, organisation):
        app.register_blueprint(pages.blueprint)
