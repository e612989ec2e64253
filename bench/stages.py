"""Processor time of each stage of a load, per conversation: reading, accepting, evaluating, rendering, recording.

Everything runs in one thread of one process, in the batches of a worker, and only processor time counts, so that a busy
machine changes little. ``auscult load`` spends the same in two processes: reading and accepting in the command, the rest
in the worker. For comparing two checkouts give the other one's folder, or that of an unpacked wheel: rounds of both
alternate. The digest is of all rows of all reports but for the time of evaluation: equal digests mean equal verdicts,
scores and insights.

    python -m bench.stages [--count 2000] [--file NDJSON] [--beside FOLDER] [--rounds 3] [--detail] [--redaction]
        [--profile] [--database URL]
"""

import argparse
import cProfile
import hashlib
import itertools
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from auscult import bootstrap
from auscult.bootstrap.engines import evaluator
from auscult.bootstrap.processes import tune_for_evaluation
from auscult.config import read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.privacy.settings import PrivacySettings
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.services.definitions.forms.publish import publish
from auscult.services.definitions.forms.reading import starter_documents
from auscult.services.scoring import process
from auscult.services.scoring.intake.read import read_file
from bench import qa14x8

HERE = Path(__file__).parent.parent
TENANT = Tenant(account_id="acc-bench", org_id="o-bench", app_id="st-bench")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
BATCH = 250
WARM_UP = 100
IN_COMMAND, IN_WORKER = ("read", "accept"), ("evaluate", "render", "record")


class Clock:
    """Processor seconds of this thread by stage. A stage inside another counts in both."""

    def __init__(self) -> None:
        """Start with nothing spent."""
        self.spent: dict[str, float] = {}

    def timed(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same and adds the time it needs to a stage."""

        def run(*args: object, **named: object) -> Any:  # noqa: ANN401  (whatever the function returns)
            began = time.thread_time()
            try:
                return act(*args, **named)
            finally:
                self.spent[name] = self.spent.get(name, 0.0) + time.thread_time() - began

        return run

    def each(self, name: str, things: Iterable[Any]) -> Iterator[Any]:
        """Yield each of these and add the time it needs to a stage."""
        step = self.timed(name, iter(things).__next__)
        while True:
            try:
                yield step()
            except StopIteration:
                return


class _Timed:
    """A plug of a registry; one of its methods is timed."""

    def __init__(self, inner: object, method: str, clock: Clock, name: str) -> None:
        self._inner = inner
        setattr(self, method, clock.timed(name, getattr(inner, method)))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever the plug has)
        return getattr(self._inner, name)


def _in_detail(judging: Any, clock: Clock) -> Any:  # noqa: ANN401  (an evaluator whose parts are wrapped)
    return judging._replace(
        analyzers={key: _Timed(one, "analyze", clock, f"analyzer {key}") for key, one in judging.analyzers.items()},
        types={key: _Timed(one, "judge", clock, f"metric {key}") for key, one in judging.types.items()},
        engines={
            key: one if hasattr(one, "for_app") else _Timed(one, "answer", clock, f"engine {key.__name__}")
            for key, one in judging.engines.items()
        },
    )


def load(chosen: argparse.Namespace, folder: Path) -> tuple[dict[str, float], str]:
    """Load conversations; return processor milliseconds per conversation by stage, and a digest of the rows."""
    tune_for_evaluation()
    url = chosen.database or f"sqlite:///{folder / 'bench.db'}"
    settings = read_settings(database_url=url)
    clock, profile = Clock(), cProfile.Profile()
    file = chosen.file or folder / "qa14x8.ndjson"
    if chosen.file is None:
        qa14x8.write(file, chosen.count + WARM_UP)
    with bootstrap.open(settings) as application:
        application.store.ensure(TENANT)
        app = application.store.within(TENANT)
        documents = {"form": qa14x8.FORM.read_bytes()} if chosen.file is None else dict(starter_documents())
        publish(app.forms, documents, application.answered)
        if chosen.redaction:
            app.privacy.change(PrivacySettings(redaction="mask"))
        judging = evaluator(application.settings, spending=application.store.spending, store=application.store)
        if chosen.detail:
            judging = _in_detail(judging, clock)
            reports: Any = {key: _Timed(one, "row", clock, f"report {key}") for key, one in REPORTS.items()}
        else:
            reports = dict(REPORTS)
        rendering = clock.timed("render", process.render)
        process.render = rendering  # pyright: ignore[reportPrivateImportUsage]
        processing = process.Processing(application.store, judging, reports, lambda: NOW, turn_s=1e9)
        source = (one for one in read_file(file, TENANT.app_id, Limits()) if isinstance(one, Conversation))
        _batches(app, processing, clock, itertools.islice(source, WARM_UP))
        clock.spent.clear()
        if chosen.profile:
            profile.enable()
        began = time.process_time()
        done = _batches(app, processing, clock, source)
        whole = time.process_time() - began
        profile.disable()
        if chosen.profile:
            pstats.Stats(profile).sort_stats("tottime").print_stats(60)
            pstats.Stats(profile).sort_stats("cumtime").print_stats(140)
        process.render = rendering.__closure__[0].cell_contents if rendering.__closure__ else process.render
        clock.spent["evaluate"] -= clock.spent["render"]
        spent = {"whole": whole, **clock.spent}
        return {stage: seconds / done * 1000 for stage, seconds in spent.items()}, _digest(app)


def _batches(app: Any, processing: Any, clock: Clock, source: Iterable[Conversation]) -> int:  # noqa: ANN401
    done, source = 0, iter(source)
    while group := list(itertools.islice(clock.each("read", source), BATCH)):
        accepted = clock.timed("accept", app.conversations.accept)(group)
        finished = clock.timed("evaluate", processing.evaluate)(accepted.batch_id)
        clock.timed("record", processing.record)(finished)
        done += len(group)
    return done


def _digest(app: Any) -> str:  # noqa: ANN401  (the store of an app)
    found, after = hashlib.sha256(), ""
    while group := app.conversations.rerender(after, 500):
        for one in group:
            found.update(msgspec.json.encode([one.conversation.id, one.evaluation, one.insights], enc_hook=str))
        after = group[-1].conversation.id
    return found.hexdigest()[:16]


def _of(checkout: Path, words: list[str]) -> tuple[dict[str, float], str]:
    """Run one round with the source of a checkout, or the modules of an unpacked wheel, and this bench."""
    source = checkout / "src" if (checkout / "src").is_dir() else checkout
    if not (source / "auscult").is_dir():
        sys.exit(f"no auscult in {checkout}; give the folder of a checkout, or of an unpacked wheel")
    # Threads of linear algebra only wait for each other in products this small; auscult runs with one as well.
    environment = {**os.environ, "PYTHONPATH": f"{source.resolve()}:{HERE}", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(  # noqa: S603  (our own modules)
        [sys.executable, "-m", "bench.stages", "--one", *words], env=environment, capture_output=True, check=True
    )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=tuple[dict[str, float], str])


def main() -> None:
    """Print a line for each stage: the least of the rounds, of each checkout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--file", type=Path, help="conversations to load, scored with the starter forms")
    parser.add_argument("--beside", type=Path, help="folder of another checkout, or of an unpacked wheel")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--detail", action="store_true", help="each analyzer, metric type, engine and report as well")
    parser.add_argument("--redaction", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--database", default="")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one or chosen.profile or chosen.database:
        with tempfile.TemporaryDirectory() as folder:
            print(msgspec.json.encode(load(chosen, Path(folder))).decode())
        return
    given = [word for word in ("--detail", "--redaction") if word in sys.argv]
    words = [*given, "--count", str(chosen.count), *(["--file", str(chosen.file)] if chosen.file else [])]
    checkouts = {"here": HERE, **({"beside": chosen.beside} if chosen.beside else {})}
    found = [{name: _of(folder, words) for name, folder in checkouts.items()} for _ in range(chosen.rounds)]
    stages = sorted(found[0]["here"][0], key=lambda stage: -found[0]["here"][0][stage])
    for stage in stages:
        cells = [min(each[name][0].get(stage, 0) for each in found) for name in checkouts]
        ratio = f"{cells[0] / cells[1]:8.2f}" if len(cells) > 1 and cells[1] else ""
        print(f"{stage:32}" + "".join(f"{cell:9.3f} ms" for cell in cells) + ratio)
    print("digest", *(found[0][name][1] for name in checkouts))


if __name__ == "__main__":
    main()
