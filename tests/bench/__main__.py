"""`make bench`: every promise of speed as a table, and in bench.json in the data directory.

BENCH_SIZES (1000,100000,1000000 unless set) names the numbers of referrals that are compared with the first of them,
BENCH_REQUESTS (10000) how many requests a worker answers before its memory is read, BENCH_FOLDER where the stages are
made (eight gigabytes for a million). Exit code 1 when a promise is missed.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench import files, measures, stage
from tests.bench.measures import Measure

LIST_OF = 2_000


def main() -> int:
    """Measure everything, print and write it; return the exit code."""
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "1000,100000,1000000").split(",")]
    requests = int(os.environ.get("BENCH_REQUESTS", "10000"))
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
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
    stages = [stage.make(folder / str(size), size) for size in sizes]
    found += [files.quick(usual), *files.constant(usual, stages[:2][-1])]
    return [*found, *measures.growth(*stages)]


if __name__ == "__main__":
    sys.exit(main())
