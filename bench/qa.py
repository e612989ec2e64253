"""QA-14x8: conversations a second through ``auscult load`` until readable, and through ``auscult score``.

    python -m bench.qa [--count 20000] [--runs 3] [--database URL] [load] [score]

The clock runs from the start of the command to its end: starting Python and the worker, and ending them, included.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.program import Measured, measure
from bench.qa14x8 import FORM, write

TENANT = ("--account", "acc-bench", "--org", "o-bench", "--app", "st-bench")


def load(folder: Path, file: Path, run: int, url: str) -> Measured:
    """Load into a new database until all is readable."""
    database = url or f"sqlite:///{folder}/bench-{run}.db"
    measure(("forms", "apply", str(FORM), "--database", database, *TENANT), folder)
    return measure(("load", str(file), "--database", database, *TENANT), folder)


def score(folder: Path, file: Path, _run: int, _url: str) -> Measured:
    """Score without a database."""
    return measure(("score", str(file), "--form", str(FORM), "--out", str(folder / "scores.ndjson")), folder)


CASES: dict[str, Callable[[Path, Path, int, str], Measured]] = {"load": load, "score": score}


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the file, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database", default="", help="a new PostgreSQL database; then there is one run")
    chosen = parser.parse_args(arguments)
    runs = 1 if chosen.database else chosen.runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "qa14x8.ndjson"
        write(file, chosen.count)
        print(f"{os.cpu_count()} cores, QA-14x8, {chosen.count:,} conversations, {file.stat().st_size >> 20} MB")
        for case in chosen.cases or CASES:
            found = [CASES[case](folder, file, run, chosen.database) for run in range(runs)]
            rates = sorted(chosen.count / one.wall_s for one in found)
            print(
                f"  {case:<6} {statistics.median(rates):6.0f} conversations/s (median of {runs}; least {rates[0]:.0f}), "
                f"{statistics.median(1000 * one.processor_s / chosen.count for one in found):.2f} ms of processor each, "
                f"{max(one.memory_mb for one in found):.0f} MB resident at most, all processes together",
                flush=True,
            )


if __name__ == "__main__":
    main()
