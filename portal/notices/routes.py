"""The notices' pages, for everybody: the version in force, and any that was before it."""

from flask import Blueprint, Flask, abort, current_app, request
from werkzeug.wrappers import Response

from portal.access.decorators import public
from portal.notices import published
from portal.web.rendering import render

blueprint = Blueprint("notices", __name__)
_PERIODS = "notices.periods"


def install(app: Flask, periods: list[str]) -> None:
    """Register the pages on `app`; `periods` says how long each kind of record is kept, in the policy's own figures."""
    app.extensions[_PERIODS] = periods
    app.register_blueprint(blueprint)


@blueprint.get("/privacy")
@public
def privacy() -> Response:
    """What happens to people's information."""
    return _show("privacy")


@blueprint.get("/accessibility")
@public
def accessibility() -> Response:
    """Who can use the portal, and where it falls short."""
    return _show("accessibility")


@blueprint.get("/terms")
@public
def terms() -> Response:
    """What everybody who works in the portal promises."""
    return _show("terms")


def _show(name: str) -> Response:
    known = published.of(name)
    wanted = request.args.get("version", known[-1].id)
    notice = next((each for each in known if each.id == wanted), None)
    if notice is None:
        abort(404)
    earlier = [each for each in reversed(known) if each.id != notice.id]
    return render(
        "notices/notice.html",
        notice=notice,
        others=earlier,
        newest=known[-1],
        path=f"/{name}",
        periods=current_app.extensions[_PERIODS],
    )
