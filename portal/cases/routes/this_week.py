"""This week: what is due for the families somebody works with, the least time left first."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.cases import caseload
from portal.cases.caseload import Caseload
from portal.web.rendering import not_modified, panel, render, unchanged

blueprint = Blueprint("cases_this_week", __name__)


@blueprint.get("/this-week")
@requires(Permission.CASELOAD_READ)
def this_week(actor: Actor) -> Response:
    """Show the caseload."""
    found = caseload.of(actor)
    return render("cases/this_week.html", tag=_tag(actor, found) or "", caseload=found)


@blueprint.get("/this-week/rows")
@requires(Permission.CASELOAD_READ, quiet=True)
def rows(actor: Actor) -> Response:
    """Give the caseload as it is now."""
    found = caseload.of(actor)
    tag = _tag(actor, found)
    return not_modified() if tag is None else panel("cases/_caseload.html", tag, caseload=found)


def _tag(actor: Actor, found: Caseload) -> str | None:
    return unchanged(actor.user_id, actor.role, found)
