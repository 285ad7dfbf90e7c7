"""KSAF's pages about a referral: the queue, assessing, asking, deciding, authorising, and the outcome."""

from flask import Flask

from portal.triage.routes import ask, asked, assessment, authorise, context, decide, decisions, outcome, queue


def install(app: Flask) -> None:
    """Register triage's pages on `app`."""
    for module in (queue, assessment, ask, context, asked, decide, decisions, authorise, outcome):
        app.register_blueprint(module.blueprint)
