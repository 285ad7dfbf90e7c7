"""`make bench`: every promise of speed as a table, and in bench.json in the data directory.

BENCH_SIZES (1000,100000 unless set) names the two numbers of referrals that are compared, BENCH_REQUESTS (10000) how
many requests a worker answers before its memory is read. Exit code 1 when a promise is missed.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench import measures, stage
from tests.bench.measures import Measure

LIST_OF = 2_000


def main() -> int:
    """Measure everything, print and write it; return the exit code."""
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "1000,100000").split(",")]
    requests = int(os.environ.get("BENCH_REQUESTS", "10000"))
    with tempfile.TemporaryDirectory() as folder:
        found = _measure(Path(folder), sizes, requests)
    for each in found:
        limit = "no limit" if each.limit is None else f"at most {each.limit:g}"
        print(f"{each.name:64} {each.ratio:8.2f}  {limit:14} {'' if each.is_met else 'MISSED':7} {each.detail}")
    kept = Path(os.environ.get("PORTAL_DATA_DIR", "var"))
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "bench.json").write_text(json.dumps([each.as_json() for each in found], indent=2) + "\n")
    return 0 if all(each.is_met for each in found) else 1


def _measure(folder: Path, sizes: list[int], requests: int) -> list[Measure]:
    usual = stage.make(folder / "usual", LIST_OF)
    found = [*measures.beside_the_floor(usual), *measures.weights(usual), *measures.memory(usual, requests)]
    small, large = (stage.make(folder / str(size), size) for size in sizes)
    return [*found, *measures.growth(small, large)]


if __name__ == "__main__":
    sys.exit(main())
