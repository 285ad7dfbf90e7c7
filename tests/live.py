"""The portal as it really runs: `portal serve`, `portal scheduler`, a mail server that keeps its mail, a browser."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pyotp
from aiosmtpd.controller import Controller
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import select

from portal import clock, db
from portal.accounts import passwords
from portal.accounts.models import User
from portal.tenancy import as_system
from tests.factories.people import Person

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "otters-cross-the-causeway-at-dusk"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
READY_SECONDS, PATIENCE = 40, 40_000
CHROMIUM = {
    "executable_path": "/usr/bin/chromium",
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ],
}


class Sink:
    """A real SMTP server that keeps every message."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._server = Controller(self, hostname="127.0.0.1", port=free_port())
        self._server.start()
        self.url = f"smtp://127.0.0.1:{self._server.port}"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - the name aiosmtpd calls
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 kept"

    def to(self, address: str) -> list[EmailMessage]:
        """Return what has been sent to `address`."""
        return [message for message in list(self.messages) if address in str(message["To"])]

    def stop(self) -> None:
        self._server.stop()


@dataclass
class Portal:
    """One installation: its database, its processes, its mail."""

    database: db.Database
    sink: Sink
    folder: Path
    keys: str
    at: datetime
    port: int = 0
    children: list[subprocess.Popen] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def serve(self) -> None:
        """Start the web process and wait until it is ready."""
        self.port = free_port()
        self.start("serve", "--port", str(self.port), "--workers", "1", "--threads", "6")
        give_up = time.monotonic() + READY_SECONDS
        while not self._is_live():
            assert self.children[-1].poll() is None, (self.folder / "serve.log").read_text()
            assert time.monotonic() < give_up, (self.folder / "serve.log").read_text()
            select_wait(0.1)

    def start(self, *command: str, at: datetime | None = None) -> subprocess.Popen:
        """Start `portal` with a command of its own; its clock begins at `at`."""
        log = (self.folder / f"{command[0]}.log").open("ab")
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PORTAL_ENV": "test",
            "PORTAL_DATA_DIR": str(self.folder),
            "PORTAL_DATABASE_URL": self.database.url,
            "PORTAL_SECRET_KEYS": self.keys,
            "PORTAL_SMTP_URL": self.sink.url,
            "PORTAL_BASE_URL": self.url,
            "PORTAL_CLOCK": (at or self.now()).isoformat(),
        }
        child = subprocess.Popen(
            [sys.executable, "-m", "portal", *command], cwd=self.folder, env=environment, stdout=log, stderr=log
        )
        log.close()
        self.children.append(child)
        return child

    def now(self) -> datetime:
        """The clock that the processes started last have: this process's, shifted alike."""
        return clock.now()

    def set_clock(self, at: datetime) -> None:
        """Move this process's clock; processes started from now on begin there too."""
        clock.set_to(at)

    def stop(self, *which: subprocess.Popen) -> None:
        """End the given processes, or all."""
        ending = list(which) or list(self.children)
        for child in ending:
            child.terminate()
        for child in ending:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)
            if child.poll() is None:
                child.kill()
                child.wait()
            self.children.remove(child)

    def give_password(self, person: Person, *, second_factor: bool) -> None:
        """Let `person` sign in; call inside a transaction."""
        session = db.session()
        with as_system(session):
            user = session.scalars(select(User).where(User.id == person.user_id)).one()
            user.password_hash = passwords.hashed(PASSWORD)
            if second_factor:
                user.totp_secret, user.totp_confirmed_at = SECRET, clock.now()

    def _is_live(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/live", timeout=2) as answer:  # noqa: S310 - our own
                return answer.status == 200
        except OSError:
            return False


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def select_wait(seconds: float) -> None:
    """Give a process being waited for the processor; never used to let time pass."""
    time.sleep(seconds)


def code(secret: str = SECRET) -> str:
    """Return what the authenticator app shows now, by the portal's clock."""
    return pyotp.TOTP(secret).at(clock.now())


def sign_in(page: Page, portal: Portal, person: Person, *, second_factor: bool) -> None:
    """Sign in through the pages, as a person does."""
    page.goto(f"{portal.url}/sign-in")
    page.get_by_label("Email address").fill(person.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    if second_factor:
        page.get_by_label("6-digit code").fill(code())
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Sign out").first).to_be_attached()


@contextlib.contextmanager
def browsing(browser, portal: Portal, *, scripts: bool = True, width: int = 1280) -> Iterator[Page]:
    """A browser window of its own at the portal, patient because the machine is shared."""
    context: BrowserContext = browser.new_context(
        base_url=portal.url, java_script_enabled=scripts, viewport={"width": width, "height": 900}
    )
    context.set_default_timeout(PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()


def width_of(page: Page) -> float:
    """Return how wide the page is in pixels, once there is one: between two pages there is no element."""
    return page.locator("html").evaluate("html => html.scrollWidth")
