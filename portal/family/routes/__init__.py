"""The family's page behind its link, and the pages on which a link is made."""

from flask import Flask

from portal.family.routes import behalf, made, one, page, questions


def install(app: Flask) -> None:
    """Register the family's page, the pages that make its link, and the one that records for it, on `app`."""
    for module in (made, behalf, page, questions, one):
        app.register_blueprint(module.blueprint)
