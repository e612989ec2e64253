"""What analysis costs on QA-14x8: all analyzers together, and each alone, beside the judging of a form of 8 metrics.

    python -m bench.analyzers [--count 4000] [--rounds 3]

What is counted is the processor time of one process, so that whatever else runs on the machine slows all alike. Every
measurement has conversations of its own, for what is told of a text is kept for a while. What a whole load costs with
and without analysis is measured by ``bench.qa``.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

from auscult import bootstrap
from auscult.analyzers import ANALYZERS
from auscult.config import read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.form import Form
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake.grouping import grouped
from bench.qa14x8 import FORM, conversations

CORES = 2
NOTHING: Mapping[str, Any] = {}

Groups = Sequence[Sequence[Conversation]]
_now = partial(datetime.now, UTC)


def evaluate(evaluator: Evaluator, forms: Sequence[Form], groups: Groups) -> None:
    """Analyse and judge, keeping nothing."""
    for group in groups:
        evaluator.evaluate([PendingConversation(conversation=each, revision=1) for each in group], forms, _now())


def processor_ms(work: Callable[[Groups], None], groups: Groups) -> float:
    """Milliseconds of this process's time that each conversation takes."""
    began = time.process_time()
    work(groups)
    return 1000 * (time.process_time() - began) / sum(map(len, groups))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run in turns, print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    bootstrap.tune_for_evaluation()
    settings = read_settings({})
    full = bootstrap.evaluator(settings)
    bare = full._replace(analyzers=NOTHING)
    language = {"language": ANALYZERS["language"]}
    alone = {name: full._replace(analyzers={**language, name: one}) for name, one in ANALYZERS.items()}
    form = read_form(FORM.read_bytes())
    cases: dict[str, Callable[[Groups], None]] = {
        "all analyzers, engines included": partial(evaluate, full, []),
        **{f"  {name} alone": partial(evaluate, one, []) for name, one in alone.items()},
        "8 metrics alone": partial(evaluate, bare, [form]),
    }
    took: dict[str, list[float]] = {case: [] for case in cases}
    seed = count(1)
    for _ in range(chosen.rounds):
        for case, work in cases.items():
            groups = list(grouped(conversations(chosen.count, next(seed)), settings.batch_size))
            took[case].append(processor_ms(work, groups))
    found = {case: statistics.median(each) for case, each in took.items()}
    print(f"QA-14x8, {chosen.count:,} conversations, medians of {chosen.rounds}, one process")
    for case, ms in found.items():
        print(
            f"  {case:<32} {ms:6.3f} ms of processor each, {CORES * 1000 / ms:7,.0f} conversations/s on {CORES} cores"
        )


if __name__ == "__main__":
    main()
