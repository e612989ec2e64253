"""Scoring without a database, over all cores."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.domain.form import Form
from auscult.domain.taxonomy import Taxonomy

if TYPE_CHECKING:
    from auscult.pipeline.evaluate import Evaluator
    from auscult.pipeline.memory import Memory
from auscult.bootstrap.minds import evaluator
from auscult.bootstrap.processes import cores, settle_down_to_work

FEW = 2
"""Groups of conversations that are scored sooner by this process than by processes that first have to start."""


MOST_SCORERS = 8


def score(
    settings: Settings,
    conversations: Iterable[Conversation],
    forms: Sequence[Form],
    kept: "Memory",
    taxonomies: Sequence[Taxonomy] = (),
) -> Iterator[bytes]:
    """Score without a database: lines as in docs/reference/cli.md, some at a time, in the order of reading.

    Where a judge is asked, this process does all of it, for it only waits; ``kept`` tells what that took.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from auscult.pipeline.grouping import grouped
    from auscult.pipeline.score import FAR_GROUP, GROUP, score_group, spread

    judge = _judge(settings, taxonomies)
    asks_afar = judge.asks_afar(forms)
    groups = grouped(conversations, FAR_GROUP if asks_afar else GROUP)
    first = list(islice(groups, FEW))
    processes = min(MOST_SCORERS, cores())
    if len(first) < FEW or processes == 1 or asks_afar:
        for group in chain(first, groups):
            yield score_group(group, forms, judge, datetime.now(UTC), kept)
        return
    work = partial(_score_packed, settings, pickle.dumps((tuple(forms), tuple(taxonomies))))
    with ProcessPoolExecutor(processes, get_context("spawn")) as executor:
        yield from spread(chain(first, groups), executor, processes, work)


def _judge(settings: Settings, taxonomies: Sequence[Taxonomy]) -> "Evaluator":
    from auscult.pipeline.sorting import sorted_by

    judge = evaluator(settings, judge_ineligible=True)
    return judge._replace(analyzers=sorted_by(judge.analyzers, taxonomies)) if taxonomies else judge


def _score_packed(settings: Settings, given: bytes, group: bytes) -> bytes:
    """What a scoring process does with one group."""
    return _scorer(settings, given)(group)


@lru_cache(maxsize=1)
def _scorer(settings: Settings, given: bytes) -> Callable[[bytes], bytes]:
    """Load forms, taxonomies and engines once in a process."""
    import msgspec

    from auscult.pipeline.score import score_group

    settle_down_to_work()
    read: tuple[tuple[Form, ...], tuple[Taxonomy, ...]] = pickle.loads(given)  # noqa: S301  (the parent process made it)
    forms, taxonomies = read
    judge = _judge(settings, taxonomies)
    decode = msgspec.msgpack.Decoder(list[Conversation]).decode
    return lambda group: score_group(decode(group), forms, judge, datetime.now(UTC))
