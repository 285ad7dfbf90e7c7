"""People at the portal over HTTP, many at once: a cookie, a form, an answer or none."""

import http.client
import socket
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from portal.accounts import sessions
from tests.conftest import KEYS
from tests.faults.fleet import Fleet, until

CSRF = "as-random-as-any"
PATIENCE = 60


@dataclass(frozen=True)
class Answer:
    """What came back: its status, where it led, its page."""

    status: int
    location: str
    page: str


class Visitor:
    """A person signed in, on a cookie made as the portal makes it."""

    def __init__(self, app, database, person) -> None:
        with database.transaction():
            token = sessions.start(person.user_id, person.organisation_id, "test", second_factor=True)
        held = {"_user_id": token, "_fresh": True, "csrf_token": CSRF}
        self.cookie = "portal=" + SecureCookieSessionInterface().get_signing_serializer(app).dumps(held)
        self.token = URLSafeTimedSerializer(KEYS[0], salt="wtf-csrf-token").dumps(CSRF)

    def get(self, port: int, path: str) -> Answer:
        """Ask for a page. Raises OSError or HTTPException when no answer comes."""
        return self._ask(port, "GET", path)

    def post(self, port: int, path: str, **fields: str) -> Answer:
        """Send a form. Raises OSError or HTTPException when no answer comes."""
        return self._ask(port, "POST", path, urlencode(fields | {"csrf_token": self.token}))

    def _ask(self, port: int, method: str, path: str, body: str | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Cookie": self.cookie, "Host": "localhost"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheader("Location", ""), answer.read().decode())
        finally:
            connection.close()


def serve(fleet: Fleet, port: int, at: str, *, threads: int = 4, kill_at: str = ""):
    """Start `portal serve` with two workers on `port`; give the process."""
    told = {"PORTAL_CLOCK": at}
    return fleet.start(
        "serve", "--port", str(port), "--workers", "2", "--threads", str(threads), kill_at=kill_at, **told
    )


def until_ready(*ports: int) -> None:
    """Wait until each of them serves."""
    for port in ports:
        until(lambda port=port: is_ready(port), PATIENCE)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def is_ready(port: int) -> bool:
    """Say whether somebody serves at `port` now."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5) as answer:
            return answer.status == HTTPStatus.OK
    except OSError:
        return False
