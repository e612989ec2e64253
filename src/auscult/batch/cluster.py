"""Shards on a cluster of Dask: each worker scores whole shards, from and into folders that all machines share."""

import pickle
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from auscult import bootstrap
from auscult.batch.rows import limits_of
from auscult.batch.shards import Outcome, Shard, Shards
from auscult.bootstrap.scoring import scoring_here
from auscult.config import Settings
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import EngineError
from auscult.domain.form import Form
from auscult.services.scoring.engine_calls.answer_cache import Memory


class Work(NamedTuple):
    """Settings of every worker, and the folder of results. ``digest`` covers all that decides about scores."""

    settings: Settings
    forms: Sequence[Form]
    taxonomies: Sequence[Taxonomy]
    digest: str
    out: Path


def score_on_cluster(address: str, shards: Sequence[Shard], work: Work) -> Iterator[Outcome]:
    """Score shards on the cluster of a scheduler, each on one worker; yield outcomes as they arrive.

    A shard whose worker crashed is scored by another: a result is whole or absent.
    Raises ``EngineError`` where Dask is not installed, or the scheduler does not answer.
    """
    try:
        distributed: Any = import_module("distributed")
    except ModuleNotFoundError as error:
        message = "a cluster needs Dask, which is not installed; run: pip install 'auscult[dask]'"
        raise EngineError(message, code="dask.missing", field="--dask") from error
    packed = pickle.dumps(work._replace(out=work.out.absolute()))
    there = [Shard(shard.source.absolute(), shard.name) for shard in shards]
    try:
        client = distributed.Client(address, timeout="20s")
    except OSError as error:
        message = f"no Dask scheduler answers at {address}; its address is like tcp://scheduler:8786"
        raise EngineError(message, code="dask.unreachable", field="--dask", value=address) from error
    with client:
        futures = client.map(partial(score_shard, packed), there, pure=False, retries=1)
        for future in distributed.as_completed(futures):
            yield future.result()


def score_shard(packed: bytes, shard: Shard) -> Outcome:
    """Score one shard, on a worker."""
    return _shards(packed).run(shard, lambda _count: None)


@lru_cache(maxsize=1)
def _shards(packed: bytes) -> Shards:
    """Load forms and engines, once in a process."""
    work: Work = pickle.loads(packed)  # noqa: S301  (who may send this may run anything on the cluster)
    bootstrap.plug_in()
    kept = Memory()
    score = scoring_here(work.settings, work.forms, kept, work.taxonomies)
    return Shards(work.out, score, work.digest, limits_of(work.settings), lambda: kept.waiting)
