"""The pages of accountability. Each part brings a blueprint; a new one is added to the list here."""

from flask import Flask

from portal.accountability.requests import copy_routes as copies
from portal.accountability.requests import correction_routes as corrections
from portal.accountability.requests import erasing_routes as erasures
from portal.accountability.requests import passed_on_routes as passed_on
from portal.accountability.requests import routes as requests
from portal.accountability.requests import step_routes as request_steps
from portal.accountability.viewer import routes as viewer

BLUEPRINTS = (
    viewer.blueprint,
    requests.blueprint,
    request_steps.blueprint,
    copies.blueprint,
    corrections.blueprint,
    erasures.blueprint,
    passed_on.blueprint,
)


def install(app: Flask) -> None:
    """Register the pages on `app`."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
