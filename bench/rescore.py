"""QA-14x8: conversations a second when they are scored first, tried on by a backtest, and scored again.

    python -m bench.rescore [--count 20000] [--metrics 20] [--database URL]

First and again are timed in the same way: two workers are ready, and the clock runs until all is readable, as for who
has a server and gives the command; what workers use of the processors, from their start to their end, stands beside it.
Again is under a changed weight. The backtest is ``auscult backtest``, of the same change and of one that changes what a metric asks as well.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

from auscult import bootstrap
from auscult.config import Settings, read_settings
from auscult.domain.tenancy import Tenant
from auscult.services.history.rescores import RescoreLine, begin_rescore, list_rescores
from auscult.storage.store import AppStore, Store
from bench.program import Measured, measure, running
from bench.qa14x8 import FORM, conversations

TENANT = Tenant(account_id="acc-bench", org_id="o-bench", app_id="st-bench")
GROUP = 500
WORKERS = 2


def form(metrics: int, *, first: int) -> bytes:
    """The form of QA-14x8 with its metrics repeated under other ids; the first one's weight is so much."""
    written = yaml.safe_load(FORM.read_text(encoding="utf-8"))
    some = [
        {**written["metrics"][at % len(written["metrics"])], "id": f"em-{at}", "weight": first if at == 0 else 1}
        for at in range(metrics)
    ]
    some[-1]["weight"] = 100 - first - (metrics - 2)
    return msgspec.json.encode({**written, "metrics": some})


class Timed(NamedTuple):
    """Seconds on the clock, and of processors."""

    wall_s: float
    processor_s: float


def timed(settings: Settings, begin: Callable[[], object], is_done: Callable[[], bool]) -> Timed:
    """What workers take that are ready."""
    before = os.times()
    with running("worker", times=WORKERS, database_url=settings.database_url, state_dir=settings.state_dir):
        began = time.perf_counter()
        begin()
        while not is_done():
            time.sleep(0.02)
        wall_s = time.perf_counter() - began
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Timed(wall_s, used)


def first_scoring(settings: Settings, store: Store, app: AppStore, count: int) -> Timed:
    """What it takes to score conversations that are stored."""
    stored = conversations(count)
    while group := list(islice(stored, GROUP)):
        app.conversations.accept(group)
    return timed(settings, lambda: None, lambda: not store.batches.waiting(1))


def scoring_again(settings: Settings, application: bootstrap.Application, app: AppStore, count: int) -> Timed:
    """What it takes to score all of them again, from the command on."""

    def last() -> RescoreLine:
        return list_rescores(app, 1)[0]

    def begin() -> None:
        begin_rescore(app, application.answered, form_id="ef-qa14x8")

    took = timed(settings, begin, lambda: last().state != "running")
    assert last().rescored == count
    return took


def tried(folder: Path, url: str, document: bytes) -> Measured:
    """What a backtest takes."""
    (folder / "draft.json").write_bytes(document)
    return measure(("backtest", "draft.json", "--app", TENANT.app_id, "--database", url, "--json"), folder)


def told(count: int, took: Timed | Measured) -> str:
    """Conversations a second, and what each takes of a processor."""
    return f"{count / took.wall_s:6.0f} conversations/s, {1000 * took.processor_s / count:.2f} ms of processor each"


def main(arguments: Sequence[str] | None = None) -> None:
    """Store, score, score again, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--metrics", type=int, default=20)
    parser.add_argument("--database", default="", help="a new PostgreSQL database")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{Path(folder) / 'bench.db'}"
        settings = read_settings({}, database_url=url, state_dir=folder)
        with bootstrap.open(settings) as application:
            application.store.ensure(TENANT)
            app = application.store.within(TENANT)
            app.forms.publish("ef-qa14x8", form(chosen.metrics, first=1))
            first = first_scoring(settings, application.store, app, chosen.count)
            heavier = form(chosen.metrics, first=10)
            weights = tried(Path(folder), url, heavier)
            words = tried(Path(folder), url, heavier.replace(b"Hello and welcome", b"Welcome to the service line"))
            app.forms.publish("ef-qa14x8", heavier)
            again = scoring_again(settings, application, app, chosen.count)
            assert application.verify() == []
        kind = url.partition(":")[0]
        print(
            f"{os.cpu_count()} cores, {WORKERS} workers, {kind}, QA-14x8 with {chosen.metrics} metrics, "
            f"{chosen.count:,} conversations:\n"
            f"  first     {told(chosen.count, first)}\n"
            f"  again     {told(chosen.count, again)}: {first.wall_s / again.wall_s:.1f} times as fast on the clock, "
            f"{first.processor_s / again.processor_s:.1f} times by processors\n"
            f"  backtest  {told(chosen.count, weights)} under other weights, {weights.memory_mb:.0f} MB resident at most\n"
            f"  backtest  {told(chosen.count, words)} where a metric asks something else, {words.memory_mb:.0f} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
