"""The pages about what changes around referrals."""

from flask import Flask

from portal.changes.closing import routes as closing
from portal.changes.school import routes as school


def install(app: Flask) -> None:
    """Register the pages on `app`."""
    for pages in (school, closing):
        app.register_blueprint(pages.blueprint)
