"""`portal run`, as `make run` starts it: the real commands, an empty folder, a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

LISTED = "Sign in as"
SECOND_START_SHARE = 0.5  # of the first, which loads the demo: measured side by side, as any machine is noisy
STOP_SECONDS = 20

pytestmark = pytest.mark.timeout(180)  # the demo is loaded from nothing, perhaps on a busy machine


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(port, data_dir):
    """The portal as a process; ended, with its children, when the test is done with it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment = kept | {"PORT": str(port), "PORTAL_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "portal", "run"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=STOP_SECONDS)


def said_until(process, words):
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"ended without saying {words!r}:\n{said}")


def children(process):
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


def is_running(pid):
    return Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes() != b""


def test_it_starts_says_where_and_who_stops_cleanly_and_starts_again_at_once(port, tmp_path):
    begun = time.monotonic()
    with running(port, tmp_path) as process:
        assert f"http://localhost:{port}" in said_until(process, LISTED)
        first = time.monotonic() - begun
        started = children(process)
        assert len(started) == 2
        with urlopen(f"http://127.0.0.1:{port}/sign-in") as page:
            assert page.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == 0
        assert [pid for pid in started if is_running(pid)] == []
    begun = time.monotonic()
    with running(port, tmp_path) as process:
        said = said_until(process, LISTED)
        second = time.monotonic() - begun
        said += said_until(process, "Logs:")
    print(f"first start {first:.1f} s, second {second:.1f} s ({second / first:.2f})")
    assert "Loading the demo" not in said
    assert "Sam Osei" in said
    assert "{" not in said
    web = tmp_path / "logs/web.log"
    assert str(web) in said
    assert "/sign-in" in web.read_text()
    assert second < first * SECOND_START_SHARE


def test_it_stops_with_an_error_when_a_part_of_it_ends(port, tmp_path):
    with running(port, tmp_path) as process:
        said_until(process, LISTED)
        web, scheduler = children(process)
        os.kill(scheduler, signal.SIGKILL)
        said = said_until(process, "portal scheduler ended")
        assert process.wait(STOP_SECONDS) == 1
        assert "Traceback" not in said
        assert str(tmp_path / "logs/scheduler.log") in said
        assert not is_running(web)


def test_it_says_when_the_port_is_taken_and_touches_nothing(port, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with running(port, tmp_path / "data") as process:
            said_until(process, f"Port {port} is in use")
            assert process.wait(STOP_SECONDS) == 1
    assert not (tmp_path / "data").exists()
