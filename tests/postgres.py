"""A real PostgreSQL for the tests: one server a run, shared by all its workers, a database each.

Everything that makes a database durable is off: it is gone with the run, however the run ends.
"""

import fcntl
import os
import subprocess
import tempfile
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

BINARIES = "/usr/lib/postgresql"
CLUSTER = "--auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 --no-sync"
SETTINGS = {
    "listen_addresses": "",  # a socket in the server's own folder: no port to collide on
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "timezone": "UTC",
}
# Outlives the run by a second at most, even when the run is killed.
STOP_WHEN_OWNER_ENDS = """
(
    while kill -0 "$1"; do sleep 0.5; done
    kill -QUIT "$(head -n 1 "$2/data/postmaster.pid")"
    rm -rf "$2"
) >/dev/null 2>&1 &
"""


def server_url(tmp_root: Path, homes: str | None = None, **settings: str) -> str:
    """The address of this run's server, started by whichever worker asks first.

    ``tmp_root`` is a folder that all workers of one run share, ``homes`` where the server keeps its files (where
    temporary ones are, unless given), ``settings`` go before those of every test. Raises RuntimeError, saying what
    to install, where there is no PostgreSQL.
    """
    with (tmp_root / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = tmp_root / "postgres.url"
        if not known.exists():
            known.write_text(_start(_binaries(), homes, SETTINGS | settings))
        return known.read_text()


def create_database(server: str, name: str, template: str = "template0") -> str:
    """Make ``name`` afresh on ``server`` as a copy of ``template``; returns its address.

    Nobody may be connected to the template meanwhile, so dispose of its engine first.
    """
    address = server.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(address, autocommit=True) as connection:
        database = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(database, sql.Identifier(template)))
    return server.replace("/postgres?", f"/{name}?")


def _binaries() -> Path:
    """The folder of the newest PostgreSQL that Debian has installed."""
    versions = [path.parent for path in Path(BINARIES).glob("*/bin/postgres")]
    if not versions:
        raise RuntimeError("These tests need PostgreSQL: sudo apt-get install postgresql")
    return max(versions, key=lambda path: int(path.parent.name))


def _start(binaries: Path, homes: str | None, settings: dict[str, str]) -> str:
    """Make a server in a folder of its own and start it; returns its address."""
    home = Path(tempfile.mkdtemp(prefix="portal-postgres-", dir=homes))
    as_owner = partial(subprocess.run, cwd=home, check=True, stdout=subprocess.DEVNULL)
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        subprocess.run(["chown", "postgres:postgres", home], check=True)
        as_owner = partial(as_owner, user="postgres", group="postgres", extra_groups=[])
    data = ("--pgdata", str(home / "data"))
    as_owner([binaries / "initdb", *data, *CLUSTER.split()])
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    options += f" -c unix_socket_directories='{home}'"
    as_owner([binaries / "pg_ctl", *data, "--wait", "--log", home / "log", "-o", options, "start"])
    stop = ["sh", "-c", STOP_WHEN_OWNER_ENDS, "stop", _owner(), str(home)]
    subprocess.run(stop, check=True, start_new_session=True)
    return f"postgresql+psycopg://postgres@/postgres?host={home}"


def _owner() -> str:
    """The process that stands for the whole run: with xdist, the parent of its workers."""
    return str(os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid())
