"""The pages of Pathway 2: allocating a family, its weeks of support, and how they end."""

from flask import Flask

from portal.cases.routes import (
    allocate,
    attendance,
    closing,
    contacts,
    goals,
    plan,
    review,
    summary,
    support,
    this_week,
    updates,
)

_PAGES = (this_week, support, updates, allocate, plan, goals, contacts, review, attendance, summary, closing)


def install(app: Flask) -> None:
    """Register the pages about the weeks of support on `app`."""
    for module in _PAGES:
        app.register_blueprint(module.blueprint)
