"""The pages of Pathway 1, by whom they are for."""

from flask import Flask

from portal.enquiries.routes import call_backs, calls, confirming, inviting, signposts


def install(app: Flask) -> None:
    """Add the pages to `app`."""
    for each in (calls, call_backs, inviting, confirming, signposts):
        app.register_blueprint(each.blueprint)
