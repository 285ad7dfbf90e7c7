"""Gunicorn, configured in code so that settings are checked before a port is taken."""

import importlib
from typing import Any

from gunicorn.app.base import BaseApplication

from portal import config, create_app
from portal.web import logs

GRACE_SECONDS = 10  # how long a request that is being answered may take once the server has been asked to stop


class Server(BaseApplication):
    """The web application under gunicorn's threaded workers."""

    def __init__(self, settings: config.Settings, **options: Any) -> None:
        self._settings = settings
        importlib.import_module("portal.features")  # every route is read once, before the workers part
        self._options = {
            "worker_class": "gthread",
            "control_socket_disable": True,
            "graceful_timeout": GRACE_SECONDS,
            "logconfig_dict": logs.SETTINGS,
            **options,
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the Flask application; called in each worker, so that none shares a database connection."""
        return create_app(self._settings)
