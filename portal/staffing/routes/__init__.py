"""The pages of who works on what."""

from flask import Flask

from portal.staffing.routes import account, head, person, referral


def install(app: Flask) -> None:
    """Register the pages on `app`."""
    for pages in (person, referral, account, head):
        app.register_blueprint(pages.blueprint)
