"""Real `portal` processes by the hundred, to be killed: forked from one that has everything imported.

A cold start costs two seconds of a processor, and two hundred kills need two hundred processes. Each runs the command
that an operator would, in a process of its own, and SIGKILL ends it like any other.
"""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import time_machine

_CONTEXT = multiprocessing.get_context("forkserver")
# "__main__" too, which is pytest: else each process would import it again.
_CONTEXT.set_forkserver_preload(["__main__", "tests.faults.warm"])
_PR_SET_PDEATHSIG = 1


class Fleet:
    """The processes of one installation, and how many of them have been killed."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.living: list[BaseProcess] = []
        self.killed = 0
        self.killed_at_random = 0

    def start(self, *command: str, kill_at: str = "", **environment: str) -> BaseProcess:
        """Start `portal` with a command; `kill_at` is a point of `portal.faultpoints` and which time it is reached."""
        told = self.environment | environment | {"PORTAL_KILL_AT": kill_at}
        child = _CONTEXT.Process(target=_run, args=(command, told, str(self.folder / f"{command[0]}.log")))
        child.start()
        self.living.append(child)
        return child

    def bury(self, patience: float) -> list[BaseProcess]:
        """Wait up to `patience` seconds, and return the processes that have died at their point meanwhile."""
        wait([child.sentinel for child in self.living], patience)
        ended = [child for child in self.living if not child.is_alive()]
        for child in ended:
            self.living.remove(child)
            assert child.exitcode == -signal.SIGKILL, f"{self.log_tail()}\nended with {child.exitcode}"
            self.killed += 1
        return ended

    def kill(self, child: BaseProcess) -> None:
        """Send SIGKILL to it and its workers, whatever they are doing, at an instant that nobody chose."""
        _kill(child)
        self.living.remove(child)
        self.killed_at_random += 1

    def finish(self, *command: str, patience: float = 100, **environment: str) -> None:
        """Run a command to its end, which has to be a good one."""
        child = self.start(*command, **environment)
        child.join(patience)
        assert child.exitcode == 0, f"{self.log_tail()}\nended with {child.exitcode}"
        self.living.remove(child)  # one that has outlived the patience is left to stop()

    def stop(self) -> None:
        """End whatever is left."""
        for child in self.living:
            _kill(child)
        self.living.clear()

    def clock_off(self, **by: float) -> dict[str, str]:
        """Return what to start a process with whose machine's clock is off by so much."""
        return {"FAULT_CLOCK_OFF": str(timedelta(**by).total_seconds())}

    def log_tail(self) -> str:
        """Return the end of what the processes logged."""
        return "\n".join(path.read_text()[-3000:] for path in self.folder.glob("*.log"))


def until(done, seconds: float) -> None:
    """Wait until `done()`, no longer than `seconds`."""
    give_up = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < give_up, f"not done within {seconds} seconds"
        time.sleep(0.05)


def _kill(child: BaseProcess) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()  # it may not have had the time to lead a group
    child.join()


def _run(command: tuple[str, ...], environment: dict[str, str], log: str) -> None:
    # Whoever started it may be killed too, and nothing may be left running.
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.update(environment)
    kept = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(kept, 1)
    os.dup2(kept, 2)
    if seconds := environment.get("FAULT_CLOCK_OFF"):
        time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(seconds)), tick=True).start()
    from portal.cli import main  # noqa: PLC0415 - the parent, which is pytest, has no need of it

    sys.argv = ["portal", *command]
    main(list(command))
