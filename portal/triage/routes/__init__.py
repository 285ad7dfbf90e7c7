"""KSAF's pages about a referral: the queue, asking, deciding, authorising, and the outcome its referrer reads."""

from flask import Flask

from portal.triage.routes import ask, authorise, decide, outcome, queue


def install(app: Flask) -> None:
    """Register triage's pages on `app`."""
    for module in (queue, ask, decide, authorise, outcome):
        app.register_blueprint(module.blueprint)
