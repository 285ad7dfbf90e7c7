"""The page of what is kept, for how long, and what is due to go."""

from flask import Blueprint, Flask, Response

from portal import db
from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.retention import policy, shown
from portal.tenancy import as_system
from portal.web.dates import today
from portal.web.rendering import render

blueprint = Blueprint("retention", __name__)


def install(app: Flask) -> None:
    """Register the page on `app`."""
    app.register_blueprint(blueprint)


@blueprint.get("/retention")
@requires(Permission.RETENTION_READ)
def show(actor: Actor) -> Response:
    """What is due, by reference, and every rule with its source."""
    # Records of every organisation, also those that KSAF was never sent: their references and days, and nothing else.
    with as_system(db.session()):
        found = shown.overview(today())
    return render("retention/retention.html", found=found, rules=policy.load(), shown=shown)
