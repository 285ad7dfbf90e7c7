"""A real pgbouncer in front of the tests' PostgreSQL, with the settings that we ship."""

import configparser
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from tests.faults.fleet import until
from tests.live import free_port

SHIPPED = Path(__file__).resolve().parents[2] / "docs/operations/files/pgbouncer.ini"
STARTED = 20  # seconds, on a machine that is busy


@contextmanager
def pooled(url: str, connections: int) -> Iterator[str]:
    """Give the address at which the database at `url` is reached through so many connections, shared by everybody.

    All is as shipped but for what belongs to a machine: where it listens, and that our server asks no password.
    """
    folder = Path(tempfile.mkdtemp(prefix="portal-pgbouncer-"))
    port, there = free_port(), make_url(url)
    settings = configparser.ConfigParser()
    settings.read(SHIPPED)
    settings["databases"] = {"portal": f"host={there.query['host']} dbname={there.database} user=postgres"}
    settings["pgbouncer"].update(
        {
            "listen_port": str(port),
            "unix_socket_dir": "",
            "pidfile": "",
            "logfile": str(folder / "log"),
            "auth_type": "any",
            "default_pool_size": str(connections),
        }
    )
    with (folder / "pgbouncer.ini").open("w") as file:
        settings.write(file)
    owner = {}
    if os.geteuid() == 0:  # pgbouncer refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        owner = {"user": "postgres", "group": "postgres", "extra_groups": []}
    child = subprocess.Popen(["/usr/sbin/pgbouncer", "-q", folder / "pgbouncer.ini"], cwd=folder, **owner)
    try:
        until(lambda: _is_up(child, folder / "log"), STARTED)
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/portal"
    finally:
        child.terminate()
        child.wait(10)
        shutil.rmtree(folder)


def _is_up(child: subprocess.Popen, log: Path) -> bool:
    assert child.poll() is None, log.read_text() if log.exists() else "pgbouncer ended"
    return log.exists() and "process up" in log.read_text()
