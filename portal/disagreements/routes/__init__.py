"""The pages of disagreements: challenging a decision, one disagreement with its steps, the register and its report."""

from flask import Flask

from portal.disagreements.routes import challenging, register, steps


def install(app: Flask) -> None:
    """Register the pages about disagreements on `app`."""
    for module in (challenging, register, steps):
        app.register_blueprint(module.blueprint)
