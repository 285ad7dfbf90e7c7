"""The pages of Pathway 1, by whom they are for."""

from flask import Flask

from portal.enquiries.routes import calls, signposts


def install(app: Flask) -> None:
    """Add the pages to `app`."""
    for each in (calls, signposts):
        app.register_blueprint(each.blueprint)
