"""QA-14x8: conversations a second through ``auscult load`` until readable, and through ``auscult score``.

    python -m bench.qa [--count 20000] [--runs 3] [--database URL] [--analyzers all|words|none] [load] [score]
        [form20]

``form20`` scores with twenty metrics, of every kind that asks nobody else. Without ``--analyzers`` each case is run
three times: with every analyzer, the same without votes of dialogue acts, and scores alone. Memory is of all processes
together, shared pages counted once.

The clock runs from the start of the command to its end: starting Python and the worker, and ending them, included.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench import form20
from bench.program import Measured, measure
from bench.qa14x8 import FORM, write

TENANT = ("--account", "acc-bench", "--org", "o-bench", "--app", "st-bench")


def load(folder: Path, file: Path, url: str, settings: Mapping[str, str]) -> Measured:
    """Load into a new database until all is readable."""
    database = url or f"sqlite:///{tempfile.mkdtemp(dir=folder)}/bench.db"
    measure(("forms", "apply", str(FORM), "--database", database, *TENANT), folder)
    return measure(("load", str(file), "--database", database, *TENANT), folder, **settings)


def score(folder: Path, file: Path, _url: str, settings: Mapping[str, str]) -> Measured:
    """Score without a database."""
    words = ("score", str(file), "--form", str(FORM), "--out", str(folder / "scores.ndjson"))
    return measure(words, folder, **settings)


def score_twenty(folder: Path, file: Path, _url: str, settings: Mapping[str, str]) -> Measured:
    """Score without a database, with a form of twenty metrics."""
    words = ("score", str(file), "--form", str(form20.FORM), "--tables", str(form20.TABLES))
    return measure((*words, "--out", str(folder / "scores.ndjson")), folder, **settings)


CASES: dict[str, Callable[[Path, Path, str, Mapping[str, str]], Measured]] = {
    "load": load,
    "score": score,
    "form20": score_twenty,
}
WAYS: dict[str, tuple[str, Mapping[str, str]]] = {
    "all": ("with analysis", {"analyzers": "all"}),
    "words": ("with analysis by words", {"analyzers": "all", "votes": "off"}),
    "none": ("scores alone", {"analyzers": "none"}),
}
"""Label and settings for each value of ``--analyzers``."""
WRITERS: dict[str, Callable[[Path, int], None]] = {"form20": form20.write}


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the file, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--analyzers", choices=list(WAYS), help="run only this way")
    parser.add_argument("--database", default="", help="a new PostgreSQL database; then there is one run, one way")
    chosen = parser.parse_args(arguments)
    runs = 1 if chosen.database else chosen.runs
    ways = [chosen.analyzers or "all"] if chosen.analyzers or chosen.database else list(WAYS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "qa14x8.ndjson"
        write(file, chosen.count)
        print(f"{os.cpu_count()} cores, QA-14x8, {chosen.count:,} conversations, {file.stat().st_size >> 20} MB")
        for case in chosen.cases or CASES:
            if case in WRITERS:
                file = folder / f"{case}.ndjson"
                WRITERS[case](file, chosen.count)
            took: dict[str, list[Measured]] = {way: [] for way in ways}
            for _ in range(runs):
                for way, found in took.items():
                    found.append(CASES[case](folder, file, chosen.database, WAYS[way][1]))
            rates = {way: show(f"{case}, {WAYS[way][0]}", each, chosen.count) for way, each in took.items()}
            if len(rates) > 1:
                print(f"  {case} with analysis does {rates['all'] / rates['none']:.2f} of what it does without")


def show(name: str, found: Sequence[Measured], count: int) -> float:
    """Print one line for the runs of one case; gives conversations a second."""
    rates = sorted(count / one.wall_s for one in found)
    rate = statistics.median(rates)
    print(
        f"  {name:<20} {rate:6.0f} conversations/s (median of {len(found)}; least {rates[0]:.0f}), "
        f"{statistics.median(1000 * one.processor_s / count for one in found):.2f} ms of processor each, "
        f"{max(one.memory_mb for one in found):.0f} MB at most",
        flush=True,
    )
    return rate


if __name__ == "__main__":
    main()
