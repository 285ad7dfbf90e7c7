"""The first page of whoever is signed in, and the panels on it."""

from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import View, requires
from portal.access.policy import Permission
from portal.dashboards import pages, panels
from portal.dashboards.panels import Panel
from portal.dashboards.shown import Reading
from portal.web import rendering

blueprint = Blueprint("dashboards", __name__)


def install(app: Flask) -> None:
    """Register the first page on `app`."""
    app.register_blueprint(blueprint)


@blueprint.get("/")
@requires(Permission.PROMPT_READ)
def home(actor: Actor) -> Response:
    """The first page for `actor`'s role or kind of organisation."""
    page = pages.of(actor)
    return rendering.render(page.template, **pages.context(actor, page))


def _refresh(panel: Panel) -> View:
    @requires(panel.permission, quiet=True)
    def view(actor: Actor) -> Response:
        reading = Reading(actor)
        shown = panel.read(reading)
        tag = panels.tag(panel, reading, shown)
        return rendering.not_modified() if tag is None else rendering.panel(panel.fragment, tag, shown=shown)

    return view


for each in panels.PANELS:
    blueprint.add_url_rule(each.address, each.key, _refresh(each), methods=["GET"])
