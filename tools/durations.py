"""A record of the cost of each test: wall and processor seconds of its setup, its call and its teardown.

Processor time is that of the test's process and of every process below it (servers, browsers, databases of its own),
so that a server which a module shares costs the test that keeps it busy. The record of a whole tier is
``build/durations/<tier>.ndjson``. ``python -m tools.durations`` prints the table of CONTRIBUTING.md from the last runs,
``python -m tools.durations push`` the files of that tier.
"""

import json
import os
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "build" / "durations"
_TICKS = os.sysconf("SC_CLK_TCK")


def processor_s(pid: int | str = "self") -> float:
    """Return the seconds of processor of a process, of its children that ended, and of those that run; 0 off Linux."""
    children: list[str] = []
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208  (called twice for each test)
            with suppress(OSError):
                children += Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS + sum(map(processor_s, children))


class Durations:
    """A plugin of pytest: each worker measures, and the process that hands out the tests writes the record."""

    def __init__(self, config: pytest.Config, tier: str) -> None:
        """Record a run of this tier."""
        self._config = config
        self._tier = tier
        self._began = time.monotonic()
        self._mark = self._collecting_s = 0.0
        self._rows: dict[str, dict[str, Any]] = {}
        self._workers: list[dict[str, Any]] = []

    def pytest_collection_finish(self) -> None:
        """Begin to measure: what came before is imports and collecting."""
        self._mark = self._collecting_s = processor_s()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Any:
        """Add the processor time since the last report to that of a phase."""
        report = yield
        now = processor_s()
        report.processor_s = max(0.0, now - self._mark)
        self._mark = now
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a phase cost."""
        row = self._rows.setdefault(report.nodeid, {"test": report.nodeid})
        row[report.when] = [round(report.duration, 3), round(getattr(report, "processor_s", 0.0), 2)]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Keep what a worker spent in all."""
        self._workers.append(getattr(node, "workeroutput", {}).get("durations", {}))

    def pytest_sessionfinish(self) -> None:
        """Write the record, or hand it to the process that does."""
        own = {"collecting_s": self._collecting_s, "processor_s": round(processor_s(), 1)}
        if hasattr(self._config, "workerinput"):
            self._config.workeroutput["durations"] = own  # type: ignore[attr-defined]
            return
        if not self._rows:  # tests were collected only
            return
        run = {"tier": self._tier, "wall_s": round(time.monotonic() - self._began, 1), **own, "workers": self._workers}
        FOLDER.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(each) + "\n" for each in (run, *self._rows.values())]
        (FOLDER / f"{self._tier}.ndjson").write_text("".join(lines), encoding="utf-8")


def spent(tier: str, *, by_file: bool) -> tuple[Counter[str], Counter[str]]:
    """Return seconds of processor and numbers of tests of the last run of a tier, by file or folder, in all under ``""``.

    In all is what pytest spent with its workers, collecting included; the PostgreSQL alongside is not in it.
    """
    run, *rows = map(json.loads, (FOLDER / f"{tier}.ndjson").read_text(encoding="utf-8").splitlines())
    seconds, tests = Counter({"": run["processor_s"]}), Counter({"": len(rows)})
    for row in rows:
        file = row["test"].partition("::")[0]
        parts = file.split("/")
        place = file if by_file else "/".join(parts[: 3 if parts[1:3] == ["e2e", "console"] else 2])
        seconds[place] += sum(row[phase][1] for phase in ("setup", "call", "teardown") if phase in row)
        tests[place] += 1
    return seconds, tests


def main(tier: str = "") -> None:
    """Print what the folders cost in each tier, or the files of one."""
    tiers = [tier] if tier else [one for one in ("push", "landing", "night") if (FOLDER / f"{one}.ndjson").exists()]
    found = {one: spent(one, by_file=bool(tier)) for one in tiers}
    print("| Tests |", " | ".join(f"{one}, s | tests" for one in tiers), "|")
    print("| --- |" + " ---: |" * 2 * len(tiers))
    for place, _ in found[tiers[-1]][0].most_common():
        figures = (f"{seconds[place]:,.0f} | {tests[place]:,}" for seconds, tests in found.values())
        print(f"| {f'`{place}`' if place else 'in all'} |", " | ".join(figures), "|")


if __name__ == "__main__":
    main(*sys.argv[1:])
