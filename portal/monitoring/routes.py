"""How the portal is doing: addresses for whatever keeps it running, and a page for KSAF."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import ip_address
from secrets import compare_digest
from typing import Any

from flask import Blueprint, Flask, abort, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from portal import clock, db, schema
from portal.access.actor import Actor
from portal.access.decorators import public, requires
from portal.access.policy import Permission
from portal.config import Settings
from portal.health import clocks
from portal.health import service as health
from portal.health.rules import passes
from portal.monitoring import exposition, figures, lines, shown
from portal.monitoring.figures import Pulse
from portal.web.rendering import render

blueprint = Blueprint("monitoring", __name__)
_CHECKS = "monitoring.checks"
_log = logging.getLogger(__name__)
# What a proxy adds: a request that carries one came from elsewhere, whoever handed it on.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def install(app: Flask, checks: Mapping[str, Callable[[], bool]]) -> None:
    """Register the addresses on `app`, which watches the schedulers from now on.

    Each of the named `checks`, asked in a system transaction that reads, has to hold before the portal is ready.
    """
    app.extensions[_CHECKS] = checks
    app.register_blueprint(blueprint)
    health.watch(app)


@blueprint.get("/health/live")
@public
def live() -> Response:
    """Say that this process answers."""
    return jsonify(live=True)


@blueprint.get("/health/ready")
@public
def ready() -> tuple[Response, int]:
    """Say whether this process can do its work: the database answers and is up to date, and a scheduler passes.

    The clock has to be right, as far as that can be told: nothing fires by one that is wrong.
    Without a scheduler no deadline fires and no mail leaves, so a portal whose scheduler has stopped, or has not passed
    yet, is not ready, though its pages answer: whoever watches it is called. A slow mail server is told of, no reason.
    A check that does not hold is one: a backup was brought back, and what had been erased is in it again.
    """
    at, found = _migrated_to(), _pulse()
    scheduler, is_migrated = _scheduler(found), at == schema.newest()
    checks = _checks() if is_migrated else {}
    clock_is_right = found is not None and _clock_off(found) is None
    body = {
        "ready": is_migrated and clock_is_right and scheduler["state"] == "running" and all(checks.values()),
        "database": at is not None,
        "migrations": {"at": at, "newest": schema.newest()},
        "scheduler": scheduler,
        "clock": clock_is_right,
        "outbox": {"oldest_due_seconds": round(found.mail.seconds(clock.now()), 1) if found else None},
        **checks,
    }
    return jsonify(body), 200 if body["ready"] else 503


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Give Prometheus the figures: on this machine itself, or with the token that was set; for others there is none."""
    if not (_is_from_here() or _has_token()):
        abort(404)
    return Response(exposition.text(figures.read(db.session()), clock.now()), content_type=CONTENT_TYPE_LATEST)


@blueprint.get("/monitoring")
@requires(Permission.MONITORING_READ)
def show(actor: Actor) -> Response:
    """Say in plain words how the portal is doing."""
    found = figures.of_everything(actor)
    stopped_since = health.stopped_since(found.last_pass)
    return render(
        "monitoring/monitoring.html",
        lines=[
            lines.database(is_migrated=_migrated_to() == schema.newest()),
            lines.clock(_clock_off(found)),
            *shown.lines(found, stopped_since, clock.now()),
            lines.erasures(are_applied=_checks()["erasures_applied"]),
        ],
        overdue=shown.overdue(found),
    )


def _migrated_to() -> str | None:
    return schema.current(current_app.extensions["database"].engine)


def _pulse() -> Pulse | None:
    try:
        return figures.pulse(db.session())
    except SQLAlchemyError:
        return None


def _clock_off(found: Pulse) -> timedelta | None:
    return clocks.off(current_app.extensions["database"], found.last_pass)


def _checks() -> dict[str, bool]:
    found: dict[str, bool] = {}
    for name, holds in current_app.extensions[_CHECKS].items():
        try:
            with current_app.extensions["database"].system_transaction(write=False):
                found[name] = holds()
        except Exception:  # noqa: BLE001 - whatever it was, a portal that cannot say yes is not ready
            _log.exception("a check of readiness broke", extra={"facts": {"check": name}})
            found[name] = False
    return found


def _scheduler(found: Pulse | None) -> dict[str, Any]:
    if found is None:
        return {"state": "unknown", "seconds_since_last_pass": None}
    now, last = clock.now(), found.last_pass
    since = round((now - last).total_seconds(), 1) if last else None
    is_stopped = health.stopped_since(last) is not None
    if passes(last, now):
        return {"state": "running", "seconds_since_last_pass": since}
    return {"state": "stopped" if last or is_stopped else "not seen yet", "seconds_since_last_pass": since}


def _is_from_here() -> bool:
    address = request.remote_addr
    if not address or any(each in request.headers for each in _FORWARDED):
        return False
    return ip_address(address).is_loopback


def _has_token() -> bool:
    settings: Settings = current_app.extensions["settings"]
    given = request.authorization
    if not settings.metrics_token or given is None or given.type != "bearer":
        return False
    return compare_digest((given.token or "").encode(), settings.metrics_token.encode())
