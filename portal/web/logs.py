"""Logs as lines of JSON that name nobody.

A line says what happened, where in the code, to which route and how long it took. Addresses, queries, arguments and the
words of exceptions stay out: any of them may carry a name, a link's token or what somebody typed.
"""

import json
import logging
import logging.config
import secrets
import time
import traceback
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, has_request_context, request

SETTINGS: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.web.logs.JsonLines"}},
    "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "INFO", "handlers": ["standard_error"]},
    "loggers": {
        # Gunicorn's own handler would print whole addresses; its access log is replaced by ours.
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        "apscheduler": {"level": "WARNING"},
        "alembic": {"level": "WARNING"},
    },
}
UNREMARKABLE = frozenset({"static", "monitoring.live", "monitoring.ready", "monitoring.metrics"})

_log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """One record as one line; a message's arguments are left out, only the `facts` that our own code adds are kept."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": str(record.msg),
            "process": record.process,
        }
        if has_request_context() and "request_id" in g:
            line["request"] = g.request_id
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__qualname__
            frames = traceback.extract_tb(record.exc_info[2])
            line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line)


def configure() -> None:
    """Send this process's log to standard error, as lines of JSON."""
    logging.config.dictConfig(SETTINGS)


def install(app: Flask) -> None:
    """Give every request of `app` an id, carried by its answer and its log lines, and log what it came to."""

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.began = time.monotonic()

    @app.after_request
    def note(response: Response) -> Response:
        if "request_id" not in g:
            return response
        response.headers["X-Request-Id"] = g.request_id
        if request.endpoint not in UNREMARKABLE or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            facts = {
                "method": request.method,
                "route": request.url_rule.rule if request.url_rule else None,
                "status": response.status_code,
                "ms": round((time.monotonic() - g.began) * 1000),
            }
            _log.info("request", extra={"facts": facts})
        return response
