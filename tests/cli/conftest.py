import pytest
from click.testing import CliRunner

from portal.cli import main
from tests.conftest import KEYS


@pytest.fixture
def portal(database, tmp_path, monkeypatch):
    """Return a function that runs the `portal` command on the test's database: its exit code, output and refusal."""
    given = {
        "PORTAL_ENV": "test",
        "PORTAL_DATABASE_URL": database.url,
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_SECRET_KEYS": KEYS[0],
        "PORTAL_CLOCK": "",
        "PORTAL_SMTP_URL": "",
    }
    monkeypatch.setattr("portal.web.logs.configure", lambda: None)  # pytest keeps the log

    def run(*arguments, **environment):
        return CliRunner().invoke(main, arguments, env=given | environment, catch_exceptions=False)

    return run
