"""The pages about what changes around a referral."""

from flask import Flask

from portal.changes.school import routes as school


def install(app: Flask) -> None:
    """Register the pages on `app`."""
    app.register_blueprint(school.blueprint)
