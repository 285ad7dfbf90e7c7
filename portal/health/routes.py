"""/health/live and /health/ready, for whatever keeps the portal running.

They stand above `access`, which says that anybody may call them, and so not in `web`.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from portal import clock, schema
from portal.access.decorators import public
from portal.health import service

blueprint = Blueprint("health", __name__, url_prefix="/health")
LATE_AFTER = timedelta(minutes=5)  # many times any sensible interval between passes


def install(app: Flask) -> None:
    """Register the health addresses on `app`."""
    app.register_blueprint(blueprint)


@blueprint.get("/live")
@public
def live() -> Response:
    """Say that this process answers."""
    return jsonify(live=True)


@blueprint.get("/ready")
@public
def ready() -> tuple[Response, int]:
    """Say whether this process can serve: the database answers and is up to date.

    The scheduler's last pass is reported beside it. A scheduler that is late makes nobody's page wrong, so it does not
    take the web processes out of service; whoever watches the portal raises the alarm on its age.
    """
    at = schema.current(current_app.extensions["database"].engine)
    is_ready = at == schema.newest()
    migrations = {"at": at, "newest": schema.newest()}
    body = {"ready": is_ready, "database": at is not None, "migrations": migrations, "scheduler": _scheduler()}
    return jsonify(body), 200 if is_ready else 503


def _scheduler() -> dict[str, Any]:
    try:
        last = service.last_beat()
    except SQLAlchemyError:
        last = None
    if last is None:
        return {"state": "not seen yet", "seconds_since_last_pass": None}
    since = clock.now() - last
    state = "late" if since > LATE_AFTER else "running"
    return {"state": state, "seconds_since_last_pass": round(since.total_seconds(), 1)}
