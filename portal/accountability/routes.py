"""The pages of accountability. Each part brings a blueprint; a new one is added to the list here."""

from flask import Flask

from portal.accountability.viewer import routes as viewer

BLUEPRINTS = (viewer.blueprint,)


def install(app: Flask) -> None:
    """Register the pages on `app`."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
