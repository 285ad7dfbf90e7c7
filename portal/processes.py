"""The portal on one machine: database brought up to date, then web and scheduler side by side.

`portal run` is this module. It starts the portal's own commands as processes of their own, just
as an operator would start them one by one, and stops both when either ends or when asked to. Their
logs go to files, so that the address and the demo accounts stay readable.
"""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import click

HOST = "127.0.0.1"
WEB_WORKERS = 2
TICK_SECONDS = 10  # short, so that whoever tries the demo sees a deadline act
READY_SECONDS = 120
STOP_SECONDS = 15  # more than a web worker takes to finish what it is answering
POLL_SECONDS = 0.1
TAIL_LINES = 20  # of the log of a part that ended by itself: enough to hold what it died of
COLUMNS = {
    "name": "Name",
    "organisation": "Organisation",
    "role": "Role",
    "email": "Email",
    "password": "Password",
    "totp_secret": "Authenticator key",
}


Accounts = list[dict[str, Any]]


class CannotRunError(Exception):
    """The portal cannot start, or has stopped by itself; the message says why."""


def run(port: int, data_dir: Path, prepare: Callable[[], Accounts]) -> int:
    """Run the whole portal on ``port`` of this machine until Ctrl-C or SIGTERM.

    ``prepare`` brings the database up to date and returns whom to list as the demo's accounts. Ctrl-C waits
    for it: half a demo would look like a whole one at the next start. Logs are kept under ``data_dir``. Returns
    the exit code: 0 when asked to stop, 1 when something could not start or stopped by itself, which it has then
    said on standard error.
    """
    logs = {part: data_dir / "logs" / name for part, name in (("serve", "web.log"), ("scheduler", "scheduler.log"))}
    stopping = threading.Event()
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, lambda _signal, _frame: stopping.set())
    try:
        _require_free(port)
        _serve(port, prepare(), logs, stopping)
    except CannotRunError as problem:
        click.echo(str(problem), err=True)
        return 1
    return 0


def _require_free(port: int) -> None:
    """Refuse a port that something else answers on, before anything has been changed."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as taken:
            raise CannotRunError(
                f"Port {port} is in use. Choose another, for example: PORT={port + 1} make run"
            ) from taken


def _serve(
    port: int,
    accounts: Accounts,
    logs: Mapping[str, Path],
    stopping: threading.Event,
) -> None:
    """Run web and scheduler until ``stopping`` is set; raises CannotRunError if either ends."""
    parts = {
        "serve": ("--host", HOST, "--port", str(port), "--workers", str(WEB_WORKERS)),
        "scheduler": ("--interval", str(TICK_SECONDS)),
    }
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for part, arguments in parts.items():
            children[part] = _start(logs[part], part, *arguments)
        _wait_until_ready(port, children, logs, stopping)
        if not stopping.is_set():
            click.echo(_welcome(port, accounts, logs))
        while not stopping.wait(POLL_SECONDS):
            _require_alive(children, logs)
    finally:
        _stop(children)


def _start(log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a `portal` command of this very Python, whether or not its folder is on the PATH.

    It has a session of its own, so that Ctrl-C reaches us alone and we decide. What it says is added to ``log``.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "portal", *arguments]
    with log.open("ab") as kept:
        return subprocess.Popen(command, start_new_session=True, stdout=kept, stderr=subprocess.STDOUT)


def _wait_until_ready(
    port: int,
    children: Mapping[str, subprocess.Popen[bytes]],
    logs: Mapping[str, Path],
    stopping: threading.Event,
) -> None:
    """Return when /health/ready answers 200 or a stop is asked for; raises CannotRunError."""
    give_up_at = time.monotonic() + READY_SECONDS
    while not _is_ready(port):
        _require_alive(children, logs)
        if time.monotonic() > give_up_at:
            raise CannotRunError(f"The portal was not ready after {READY_SECONDS} seconds.")
        if stopping.wait(POLL_SECONDS):
            return


def _is_ready(port: int) -> bool:
    """Whether the web process says that it can serve."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _require_alive(children: Mapping[str, subprocess.Popen[bytes]], logs: Mapping[str, Path]) -> None:
    """Raise CannotRunError, with the end of its log, when a child has ended by itself."""
    for name, child in children.items():
        if child.poll() is not None:
            ended = f"portal {name} ended with code {child.returncode}."
            raise CannotRunError(f"{ended} The end of {logs[name]}:\n{_tail(logs[name])}")


def _tail(log: Path) -> str:
    """The last lines of a log."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        return "".join(deque(lines, TAIL_LINES)).rstrip() or "(nothing)"


def _stop(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Ask every child to finish, wait for it, and end whichever has not within STOP_SECONDS."""
    for child in children.values():
        child.terminate()
    give_up_at = time.monotonic() + STOP_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.0, give_up_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _welcome(port: int, accounts: Accounts, logs: Mapping[str, Path]) -> str:
    """What to open, who to sign in as (one line an account, under headings), and where the logs are."""
    lines = [f"\nThe portal is at http://localhost:{port} (Ctrl-C stops it)"]
    if accounts:
        rows = [tuple(COLUMNS.values())]
        rows += [tuple(account[key] or "–" for key in COLUMNS) for account in accounts]
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        lines += ["", "Sign in as any of these invented people:", ""]
        lines += ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, "", f"Logs: {', '.join(str(log) for log in logs.values())}"])
