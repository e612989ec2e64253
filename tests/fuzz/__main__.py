"""Schemathesis over a real server with one of everything: no 5xx, and no promise of the description broken.

``python -m tests.fuzz [--examples N] [--seed N ...] [--only PATTERN]`` prints the requests of each operation, every
finding that is not in the table of refusals (``refusals.csv``), and every row of the table that nothing used: a run of
several seeds fails for it, one of 15 examples comes upon a rare refusal by chance.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from auscult.cli.operations.clients import SCOPES
from auscult.reports import REPORTS
from tests.databases import database
from tests.e2e.named import names_in, person_of
from tests.e2e.serving import GOLDEN_SAMPLE, serving
from tests.fuzz.findings import Finding, Report, read_refusals, read_report, unexplained, unused
from tests.fuzz.hooks import NAMES, PERSON
from tests.waiting import PATIENCE_S

PROGRAM = Path(sys.executable).parent / "schemathesis"
ROOT = str(Path(__file__).parents[2])
SEED = 20261124


class Target(NamedTuple):
    """A server to try: its address, the token of a client that may do everything, and what the hooks need."""

    url: str
    token: str
    environment: dict[str, str]


@contextmanager
def target() -> Iterator[Target]:
    """Serve the golden sample and one of everything on a free port, without a rate limit."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        settings = {"state_dir": folder, "connector_folders": str(place / "inbox"), "rate_limit": 0}
        with (
            database("sqlite", "", place, content=GOLDEN_SAMPLE) as url,
            serving(url, **settings) as served,
        ):
            scopes = [scope for scope in SCOPES if scope.endswith(":write")]
            scopes += [scope for report in REPORTS.values() for scope in report.scopes]
            names = names_in(served)
            person = person_of(served, names)
            hooks = {
                NAMES: json.dumps(names),
                PERSON: person,
                "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
                "PYTHONPATH": ROOT,
            }
            yield Target(served.url, served.token(served.new_client(*scopes)), hooks)


def fuzz(examples: int, seed: int, only: str | None) -> Report:
    """Try every operation, or those whose path matches a pattern, on a server of its own."""
    with TemporaryDirectory() as folder, target() as found:
        file = Path(folder) / "report.ndjson"
        command = [
            *(str(PROGRAM), "run", found.url + "/openapi.json", "--header", f"auth: {found.token}"),
            *("--max-examples", str(examples), "--seed", str(seed), "--no-shrink", "--continue-on-failure"),
            *("--request-timeout", str(PATIENCE_S), "--suppress-health-check", "all"),
            *("--report", "ndjson", "--report-ndjson-path", str(file), "--output-sanitize", "false"),
            *(["--include-path-regex", only] if only else []),
        ]
        ended = subprocess.run(  # noqa: S603  (the program of the environment)
            command, cwd=folder, env=os.environ | found.environment, capture_output=True, text=True, check=False
        )
        if not file.exists():
            raise SystemExit(f"schemathesis made no report:\n{ended.stdout}{ended.stderr}")
        return read_report(file)


def main() -> int:
    """Run, print, and return the exit status: 1 if anything was found."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("--examples", type=int, default=15, help="examples of each operation")
    asked.add_argument("--seed", type=int, action="append", help="may be given several times")
    asked.add_argument("--only", help="a pattern of paths; rows that nothing uses are then no fault")
    given = asked.parse_args()
    refusals, started = read_refusals(), time.monotonic()
    report = Report(Counter(), set(), [], [])
    for seed in given.seed or [SEED]:
        tried = fuzz(given.examples, seed, given.only)
        report.requests.update(tried.requests)
        report.operations.update(tried.operations & set(tried.requests))
        report.findings.extend(tried.findings)
        report.errors.extend(tried.errors)
    unknown = unexplained(report.findings, refusals)
    idle = [] if given.only else unused(report.findings, refusals)
    lines = [
        *_counts(report),
        *(f"FOUND {each.operation}: {each.check}, {each.reason}\n    {each.particulars}" for each in _first(unknown)),
        *(f"UNUSED {row.operation}: {row.reason}" for row in idle),
        *(f"ERROR {error}" for error in report.errors),
        f"{report.requests.total():,} requests in {(time.monotonic() - started) / 60:.1f} minutes",
        f"{len(report.operations)} operations, {len(unknown)} findings, {len(idle)} unused rows of the table",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    is_faulty = unknown or report.errors or not report.operations
    return 1 if is_faulty or (idle and len(given.seed or ()) > 1) else 0


def _counts(report: Report) -> list[str]:
    """Return the requests of each operation, and the refusals and findings among them; other methods together."""
    refused = Counter(each.operation for each in report.findings)
    lines = [
        f"{report.requests[each]:7,} {refused[each] or '':>4} {each}"
        for each in sorted(report.operations, key=lambda each: each.split()[::-1])
    ]
    others = report.requests.total() - sum(report.requests[each] for each in report.operations)
    return ["requests found", *lines, f"{others:7,}      with methods that no operation has"]


def _first(findings: list[Finding]) -> list[Finding]:
    """Return one finding of each operation, check and reason."""
    return list({each[:3]: each for each in reversed(findings)}.values())[::-1]


if __name__ == "__main__":
    sys.exit(main())
