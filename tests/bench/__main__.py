"""`make bench`: every promise of speed as a table, and in bench.json in the data directory.

BENCH_ENGINES (sqlite,postgresql unless set) names the engines, BENCH_SIZES (1000,100000,1000000) the numbers of
referrals that are compared with the first of them, BENCH_REQUESTS (10000) how many requests a worker answers before its
memory is read, BENCH_FOLDER where the stages are made, the server of PostgreSQL too (twenty gigabytes for a million).
Exit code 1 when a promise is missed.
"""

import json
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests import postgres
from tests.bench import files, measures, stage
from tests.bench.measures import Measure

LIST_OF = 2_000
SERVER = {
    "shared_buffers": "2GB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "20GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",  # `stage` does its work once; in the middle of a measure it would only disturb
    "max_parallel_workers_per_gather": "0",  # what workers do is counted nowhere: see tests/bench/spent.py
}
"""Enough memory to make a million referrals in; work_mem, which pages sort in, is the stock one."""


def main() -> int:
    """Measure everything, print and write it; return the exit code."""
    engines = os.environ.get("BENCH_ENGINES", "sqlite,postgresql").split(",")
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "1000,100000,1000000").split(",")]
    requests = int(os.environ.get("BENCH_REQUESTS", "10000"))
    found = list[Measure]()
    for engine in engines:
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
            found += [replace(each, engine=engine) for each in _measure(Path(folder), engine, sizes, requests)]
    for each in found:
        limit = "no limit" if each.limit is None else f"at most {each.limit:g}"
        missed = "" if each.is_met else "MISSED"
        print(f"{each.engine:10} {each.name:70} {each.ratio:8.2f}  {limit:14} {missed:7} {each.detail}")
    kept = Path(os.environ.get("PORTAL_DATA_DIR", "var"))
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "bench.json").write_text(json.dumps([each.as_json() for each in found], indent=2) + "\n")
    return 0 if all(each.is_met for each in found) else 1


def _measure(folder: Path, engine: str, sizes: list[int], requests: int) -> list[Measure]:
    def made(name: str, referrals: int) -> stage.Stage:
        return stage.make(folder / name, referrals, _address(folder, engine, name))

    usual = made("usual", LIST_OF)
    found = [*measures.beside_the_floor(usual), *measures.weights(usual), *measures.memory(usual, requests)]
    stages = [made(f"of_{size}", size) for size in sizes]
    found += [files.quick(usual), *files.constant(usual, stages[:2][-1])]
    return [*found, *measures.growth(*stages)]


def _address(folder: Path, engine: str, name: str) -> str:
    """Return the address of a database for a stage; empty for SQLite, which is a file in the stage's own folder."""
    if engine == "sqlite":
        return ""
    return postgres.create_database(postgres.server_url(folder, os.environ.get("BENCH_FOLDER"), **SERVER), name)


if __name__ == "__main__":
    sys.exit(main())
