"""Scoring without a database, over all cores."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

import pickle
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.form import Form
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    from auscult.services.scoring.engine_calls.answer_cache import Memory
    from auscult.services.scoring.evaluate import Evaluator
    from auscult.storage.store import Store
from auscult.bootstrap.engines import evaluator
from auscult.bootstrap.processes import cores, tune_for_evaluation

FEW = 2
"""Groups of conversations that are scored sooner by this process than by processes that first have to start."""


MOST_SCORERS = 8


Scoring = Callable[[Iterable[Conversation]], Iterator[bytes]]
"""Gives lines as in docs/reference/cli.md, some at a time, in the order of reading."""


@contextmanager
def scoring(
    settings: Settings,
    forms: Sequence[Form],
    kept: "Memory",
    taxonomies: Sequence[Taxonomy] = (),
    *,
    recorded: bool = False,
) -> Generator[Scoring]:
    """Return what scores without a database, over all cores; it may be called for one file after the other.

    With ``recorded`` it returns groups as ``score_group_recorded`` does. Where a judge is asked, this process does all of it, for it only waits; ``kept`` counts the usage.
    """
    from auscult.services.scoring.intake.grouping import grouped
    from auscult.services.scoring.score import FAR_GROUP, GROUP, score_group, score_group_recorded, spread

    score = score_group_recorded if recorded else score_group
    judge = file_evaluator(settings, taxonomies)
    asks_remote = judge.asks_remote(forms)
    processes = min(MOST_SCORERS, cores())
    work = partial(_score_packed, settings, pickle.dumps((tuple(forms), tuple(taxonomies), recorded)))
    with ExitStack() as stack:
        executors: list[ProcessPoolExecutor] = []

        def scored(conversations: Iterable[Conversation]) -> Iterator[bytes]:
            groups = grouped(conversations, FAR_GROUP if asks_remote else GROUP)
            first = list(islice(groups, FEW))
            if len(first) < FEW or processes == 1 or asks_remote:
                for group in chain(first, groups):
                    yield score(group, forms, judge, datetime.now(UTC), kept)
                return
            if not executors:
                pool = ProcessPoolExecutor(processes, get_context("spawn"))
                executors.append(stack.enter_context(pool))
            yield from spread(chain(first, groups), executors[0], processes, work)

        yield scored


def scoring_here(
    settings: Settings, forms: Sequence[Form], kept: "Memory", taxonomies: Sequence[Taxonomy] = ()
) -> Scoring:
    """Return what scores in this process alone, recorded: a worker of a cluster is one of many."""
    from auscult.services.scoring.intake.grouping import grouped
    from auscult.services.scoring.score import GROUP, score_group_recorded

    judge = file_evaluator(settings, taxonomies)

    def scored(conversations: Iterable[Conversation]) -> Iterator[bytes]:
        for group in grouped(conversations, GROUP):
            yield score_group_recorded(group, forms, judge, datetime.now(UTC), kept)

    return scored


def load_scored(store: "Store", tenant: Tenant, folder: Path, progress: Callable[[int, None], None]) -> dict[str, Any]:
    """Load results of ``auscult score`` without judging; return counts as ``Application.load``. Raises as ``ScoredLoad``."""
    import msgspec

    from auscult.reports import REPORTS
    from auscult.services.scoring.intake.scored import ScoredLoad

    intake = ScoredLoad(store.within(tenant), store.work, REPORTS, progress).ingest(folder)
    return msgspec.structs.asdict(intake) | {"rejected": 0, "rejects": None, "judge": None}


def file_evaluator(settings: Settings, taxonomies: Sequence[Taxonomy] = ()) -> "Evaluator":
    """Return the evaluator of ``score`` and ``agree``, which judge also conversations that have no score."""
    judge = evaluator(settings, judge_ineligible=True)
    if not taxonomies:
        return judge
    from auscult.services.scoring.classification import sorted_by

    return judge._replace(analyzers=sorted_by(judge.analyzers, taxonomies))


def _score_packed(settings: Settings, given: bytes, group: bytes) -> bytes:
    """Return the lines of one group, in a scoring process."""
    return _scorer(settings, given)(group)


@lru_cache(maxsize=1)
def _scorer(settings: Settings, given: bytes) -> Callable[[bytes], bytes]:
    """Load forms, taxonomies and engines once in a process."""
    import msgspec

    from auscult.services.scoring.score import score_group, score_group_recorded

    tune_for_evaluation()
    read: tuple[tuple[Form, ...], tuple[Taxonomy, ...], bool] = pickle.loads(given)  # noqa: S301  (made by the parent)
    forms, taxonomies, recorded = read
    score = score_group_recorded if recorded else score_group
    judge = file_evaluator(settings, taxonomies)
    decode = msgspec.msgpack.Decoder(list[Conversation]).decode
    return lambda group: score(decode(group), forms, judge, datetime.now(UTC))
