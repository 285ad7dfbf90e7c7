"""The first page of whoever is signed in, and the panels on it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.dashboards import audiences, panels
from portal.web.rendering import not_modified, panel, render, unchanged

blueprint = Blueprint("dashboards", __name__)


def install(app: Flask) -> None:
    """Register the first page on `app`."""
    app.register_blueprint(blueprint)


@blueprint.get("/")
@requires(Permission.PROMPT_READ)
def home(actor: Actor) -> Response:
    """The first page for `actor`'s audience."""
    audience = audiences.of(actor)
    return render(f"dashboards/{audience}.html", **audiences.CONTEXTS[audience](actor))


@blueprint.get("/home/waiting")
@requires(Permission.PROMPT_READ, quiet=True)
def waiting(actor: Actor) -> Response:
    """What waits for the reader."""
    return _refresh(actor, "dashboards/_waiting.html", panels.waiting)


@blueprint.get("/home/latest")
@requires(Permission.REFERRAL_READ, quiet=True)
def latest(actor: Actor) -> Response:
    """The referrals that changed last."""
    return _refresh(actor, "dashboards/_latest.html", panels.latest)


@blueprint.get("/home/queue")
@requires(Permission.REFERRAL_QUEUE, quiet=True)
def queue(actor: Actor) -> Response:
    """How KSAF's queue stands."""
    return _refresh(actor, "dashboards/_queue.html", panels.queue)


def _refresh(actor: Actor, fragment: str, read: Callable[[Actor], dict[str, Any]]) -> Response:
    shown = read(actor)
    tag = unchanged(actor.user_id, actor.organisation_id, shown)
    return not_modified() if tag is None else panel(fragment, tag, **shown)
