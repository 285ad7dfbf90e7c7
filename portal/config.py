"""Typed settings, read once from the environment; an unsafe or incomplete set refuses to start."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

MINIMUM_KEY_LENGTH = 32
MOST_PROXIES = 4
"""More are a mistake, ours to say: each one trusted hands on what the one before it claims."""


class Environment(StrEnum):
    """Where this process believes it runs."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class UnsafeSettingsError(Exception):
    """The environment describes a portal that must not be started; the message says what to change."""


@dataclass(frozen=True)
class Settings:
    """Everything the portal takes from outside."""

    env: Environment
    data_dir: Path
    database_url: str
    secret_keys: tuple[str, ...]
    base_url: str
    smtp_url: str | None
    anchors_dir: Path | None = None
    metrics_token: str | None = None
    kept_erasures: Path | None = None
    proxies: int = 0

    @property
    def is_production(self) -> bool:
        """Say whether real families may be behind the rows."""
        return self.env is Environment.PRODUCTION

    @property
    def has_mailbox(self) -> bool:
        """Say whether mail can be read at /demo/mailbox: in the demo, whose people are invented."""
        return self.env is Environment.DEMO

    @property
    def attachments_dir(self) -> Path:
        """Return the folder of uploaded files, outside anything that is served."""
        return self.data_dir / "attachments"

    @property
    def erasures_file(self) -> Path:
        """Return the list of erasures, which a backup does not hold: best on storage of its own, like the anchors."""
        return self.kept_erasures or self.data_dir / "erasures.jsonl"


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (the process's own when None).

    Raises UnsafeSettingsError when a value is missing, unknown or unsafe for the environment named.
    """
    given = os.environ if environ is None else environ
    env = _environment(given.get("PORTAL_ENV", Environment.PRODUCTION))
    data_dir = Path(given.get("PORTAL_DATA_DIR", "var")).resolve()
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = Settings(
        env=env,
        data_dir=data_dir,
        database_url=given.get("PORTAL_DATABASE_URL") or f"sqlite:///{data_dir / 'portal.sqlite3'}",
        secret_keys=_keys(given, env, data_dir),
        base_url=given.get("PORTAL_BASE_URL", "" if env is Environment.PRODUCTION else "http://localhost:8000").rstrip(
            "/"
        ),
        smtp_url=given.get("PORTAL_SMTP_URL") or None,
        anchors_dir=Path(given["PORTAL_ANCHORS_DIR"]).resolve() if given.get("PORTAL_ANCHORS_DIR") else None,
        metrics_token=given.get("PORTAL_METRICS_TOKEN") or None,
        kept_erasures=Path(given["PORTAL_ERASURES_FILE"]).resolve() if given.get("PORTAL_ERASURES_FILE") else None,
        proxies=_proxies(given.get("PORTAL_PROXIES") or "0"),
    )
    _refuse_unsafe(settings)
    return settings


def _environment(name: str) -> Environment:
    try:
        return Environment(name)
    except ValueError:
        message = f"PORTAL_ENV is {name!r}; use production, demo or test."
        raise UnsafeSettingsError(message) from None


def _keys(given: Mapping[str, str], env: Environment, data_dir: Path) -> tuple[str, ...]:
    """Return the keys, newest first; outside production one is made and kept in the data directory."""
    keys = tuple(key.strip() for key in given.get("PORTAL_SECRET_KEYS", "").split(",") if key.strip())
    if keys or env is Environment.PRODUCTION:
        return keys
    kept = data_dir / "secret.key"
    try:
        with kept.open("x", encoding="ascii") as new:
            kept.chmod(0o600)
            new.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return (kept.read_text(encoding="ascii"),)


def _proxies(number: str) -> int:
    if number in {str(each) for each in range(MOST_PROXIES + 1)}:
        return int(number)
    message = f"PORTAL_PROXIES is {number!r}; use the number of proxies before the portal, 0 to {MOST_PROXIES}."
    raise UnsafeSettingsError(message)


def _refuse_unsafe(settings: Settings) -> None:
    if not settings.secret_keys:
        message = "PORTAL_SECRET_KEYS is missing. Give at least one random key, the newest first, separated by commas."
        raise UnsafeSettingsError(message)
    if any(len(key) < MINIMUM_KEY_LENGTH or len(set(key)) < MINIMUM_KEY_LENGTH // 4 for key in settings.secret_keys):
        message = f"PORTAL_SECRET_KEYS holds a weak key. Each needs {MINIMUM_KEY_LENGTH} random characters or more."
        raise UnsafeSettingsError(message)
    if settings.metrics_token and len(settings.metrics_token) < MINIMUM_KEY_LENGTH:
        message = f"PORTAL_METRICS_TOKEN is too short. It needs {MINIMUM_KEY_LENGTH} random characters or more."
        raise UnsafeSettingsError(message)
    if not settings.is_production:
        return
    if urlsplit(settings.base_url).scheme != "https":
        message = "PORTAL_BASE_URL must be the https address people use."
        raise UnsafeSettingsError(message)
    if not settings.smtp_url:
        message = "PORTAL_SMTP_URL is missing: without it no receipt or reminder would leave."
        raise UnsafeSettingsError(message)
