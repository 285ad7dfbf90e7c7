"""Each promise of speed, as a ratio within one run."""

import gzip
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from portal import clock, scheduler
from portal.access.roles import Role
from portal.referrals.rules import State
from tests import live
from tests.bench import floor, spent
from tests.bench.spent import medians
from tests.bench.stage import Stage
from tests.conftest import MONDAY
from tests.factories.statements import counted

ROUNDS = 60
TICK = "passes with the same work due"
DAYS = (1, 2, 3, 4)
"""One pass on each of these days after the stage's own, in turn: a single one would be measured by chance."""


@dataclass(frozen=True)
class Measure:
    """One figure: `ratio` is what is compared with `limit`; None where no limit is set; `engine` had the database."""

    name: str
    ratio: float
    limit: float | None
    detail: str = ""
    engine: str = ""

    @property
    def is_met(self) -> bool:
        """Say whether the promise holds."""
        return self.limit is None or self.ratio <= self.limit

    def as_json(self) -> dict[str, Any]:
        """Return the figure for bench.json."""
        return asdict(self)


def beside_the_floor(stage: Stage) -> list[Measure]:
    """Measure the list and the panel of `stage` beside a bare view that gives the same HTML."""
    client, engine = stage.client(stage.referrer), stage.database.engine
    reference = stage.world.school.references[State.ACKNOWLEDGED]
    panel = f"/referrals/{reference}/status"
    listed, shown = client.get("/referrals"), client.get(panel)
    tag = {"If-None-Match": shown.headers["ETag"]}
    assert client.get(panel, headers=tag).status_code == 304
    with counted(stage.database) as asked:
        client.get("/referrals")
    taken = medians(
        {
            "list": lambda: client.get("/referrals"),
            "list floor": floor.listing(engine, stage.referrer.organisation_id, listed.text, 25),
            "changed": lambda: client.get(panel),
            "unchanged": lambda: client.get(panel, headers=tag),
            "panel floor": floor.single(engine, reference, shown.text),
        },
        ROUNDS,
    )

    def ratio(name: str, of: str) -> tuple[float, str]:
        return taken[name] / taken[of], f"{taken[name] * 1000:.1f} ms beside {taken[of] * 1000:.1f} ms"

    return [
        Measure("referral list, 25 of 2,000, beside the floor", *_with_limit(ratio("list", "list floor"), 2.5)),
        Measure("referral list, queries", len(asked), 4, f"{len(asked)} queries"),
        Measure("status panel that changed, beside the floor", *_with_limit(ratio("changed", "panel floor"), 2)),
        Measure("status panel unchanged, beside the floor", *_with_limit(ratio("unchanged", "panel floor"), 1)),
    ]


def _with_limit(measured: tuple[float, str], limit: float) -> tuple[float, float, str]:
    return measured[0], limit, measured[1]


def growth(small: Stage, *larger: Stage) -> list[Measure]:
    """Compare what must not follow the number of referrals: the pages of the stages in turn, and a pass in each."""
    stages = (small, *larger)
    ways = {(name, stage.referrals): way for stage in stages for name, way in _pages(stage).items()}
    taken = medians(ways, ROUNDS // 2)
    for day in DAYS:
        for stage in stages:
            key = TICK, stage.referrals
            taken[key] = taken.get(key, 0.0) + _tick(stage, MONDAY + timedelta(days=day, hours=8))
    names = dict.fromkeys(name for name, _ in taken)
    return [_grown(name, taken, small, large) for name in names for large in larger]


def _grown(name: str, taken: dict[tuple[str, int], float], small: Stage, large: Stage) -> Measure:
    few, many = taken[name, small.referrals], taken[name, large.referrals]
    title = f"{name}, {large.referrals:,} beside {small.referrals:,} referrals"
    return Measure(title, many / few, 1.25, f"{many * 1000:.1f} ms beside {few * 1000:.1f} ms")


def _pages(stage: Stage) -> dict[str, Callable[[], Any]]:
    referrer, manager = stage.client(stage.referrer), stage.client(stage.manager)
    safeguarding = stage.client(stage.world.ksaf.people[Role.SAFEGUARDING_TEAM])
    panel = f"/referrals/{stage.world.school.references[State.ACKNOWLEDGED]}/status"
    return {
        "list, a school": lambda: referrer.get("/referrals"),
        "list, KSAF": lambda: manager.get("/referrals"),
        "list by what is due, KSAF": lambda: manager.get("/referrals?sort=due"),
        "first page, a school": lambda: referrer.get("/"),
        "first page, KSAF's manager": lambda: manager.get("/"),
        "first page, KSAF's safeguarding team": lambda: safeguarding.get("/"),
        "queue": lambda: manager.get("/queue"),
        "search, one found": lambda: manager.get("/referrals?q=copy900 f"),
        "search, many found": lambda: manager.get("/referrals?q=copy"),
        "panel": lambda: referrer.get(panel),
    }


def _tick(stage: Stage, now: datetime) -> float:
    """Return the CPU seconds of one pass at `now`, when the same prompts are due whatever the size."""
    done = dict[str, int]()
    taken = spent.by(lambda: done.update(scheduler.tick(stage.database, stage.settings, now)))
    assert done["fired"] > 0, done
    assert done["broken"] == 0, done
    return taken


def weights(stage: Stage) -> list[Measure]:
    """Weigh the first page with all it loads, and a panel, as they cross the wire: kilobytes of 1,024, gzipped."""
    client = stage.client(stage.referrer)
    page = client.get("/")
    whole = len(gzip.compress(page.data))
    linked = set(re.findall(r'(?:href|src)="(/static/[^"]+)"|"(/static/[^"]+\.js[^"]*)"', page.text))
    for address in {one or other for one, other in linked}:
        whole += len(gzip.compress(client.get(address).data))
    panel = len(gzip.compress(client.get(f"/referrals/{stage.world.school.references[State.SENT]}/status").data))
    return [
        Measure("first page over the wire, KB", whole / 1024, 90, f"{len(linked)} files with it"),
        Measure("a panel over the wire, KB", panel / 1024, 3),
    ]


def memory(stage: Stage, requests: int) -> list[Measure]:
    """Serve `requests` lists from one web worker and read its resident memory early and at the end: megabytes."""
    port, folder = live.free_port(), stage.settings.data_dir
    cookie = stage.app.session_interface.get_signing_serializer(stage.app).dumps(_cookie_of(stage))
    command = [sys.executable, "-m", "portal", "serve", "--port", str(port), "--workers", "1"]
    environment = {
        "PORTAL_ENV": "test",
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_DATABASE_URL": stage.settings.database_url,
        "PORTAL_SECRET_KEYS": stage.settings.secret_keys[0],
        "PORTAL_CLOCK": clock.now().isoformat(),
        "PATH": "/usr/bin:/bin",
    }
    with (folder / "web.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait(port)
        worker = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
        early = 0.0
        browser = HTTPConnection("127.0.0.1", port)
        for number in range(requests):
            browser.request("GET", "/referrals", headers={"Cookie": f"portal={cookie}"})
            answer = browser.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            if number == requests // 10:
                early = _resident(worker)
        late = _resident(worker)
    finally:
        process.terminate()
        process.wait()
    return [
        Measure(f"memory of a web worker after {requests:,} requests, MB", late, 120, f"{early:.0f} MB after a tenth"),
    ]


def _cookie_of(stage: Stage) -> dict[str, Any]:
    with stage.client(stage.referrer).session_transaction() as cookie:
        return dict(cookie)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("The portal did not start.")


def _resident(pid: str) -> float:
    kilobytes = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(kilobytes[1]) / 1024 if kilobytes else 0.0
