"""A backtest in this command: spread over processes that only read, a stretch of conversations at a time."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from multiprocessing import get_context
from typing import NamedTuple

import msgspec

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.form import Form
from auscult.domain.tenancy import Tenant
from auscult.pipeline.backtest import BacktestOrder, Found
from auscult.pipeline.forms import read_form
from auscult.pipeline.ports import AppStore
from auscult.pipeline.sweep_ports import Stretch
from auscult.pipeline.versions import UNPUBLISHED

FEW = 3
"""Stretches that are done sooner here than by processes that first have to start."""

MOST_PROCESSES = 8


class Task(NamedTuple):
    """A form, what is ordered, and the conversations that it is tried on."""

    form: Form
    order: BacktestOrder
    stretches: Sequence[Stretch]


def run(
    application: bootstrap.Application, app: AppStore, task: Task, progress: Callable[[int, int | None], None]
) -> Found:
    """Try a form. What is asked of a judge is asked by this process alone."""
    form, order, stretches = task
    total = sum(stretch.size for stretch in stretches)
    processes = min(MOST_PROCESSES, bootstrap.cores())
    if order.may_ask or len(stretches) < FEW or processes == 1:
        backtesting = application.backtesting()
        parts = (backtesting.try_on(app, form, each, order, may_ask=order.may_ask) for each in stretches)
    else:
        parts = _spread(application.settings, app.tenant, task, processes)
    found, looked = Found(), 0
    for stretch, part in zip(stretches, parts, strict=True):
        found.merge(part)
        looked += stretch.size
        progress(looked, total)
    return found


def _spread(settings: Settings, tenant: Tenant, task: Task, processes: int) -> Iterator[Found]:
    work = partial(_tried, settings, tenant, msgspec.msgpack.encode(task.order))
    with ProcessPoolExecutor(processes, get_context("spawn"), bootstrap.settle_down_to_work) as executor:
        for part in executor.map(work, map(msgspec.msgpack.encode, task.stretches)):
            yield msgspec.msgpack.decode(part, type=Found)


def _tried(settings: Settings, tenant: Tenant, order: bytes, stretch: bytes) -> bytes:
    """What a process does with one stretch."""
    return _trier(settings, tenant, order)(stretch)


@lru_cache(maxsize=1)
def _trier(settings: Settings, tenant: Tenant, packed: bytes) -> Callable[[bytes], bytes]:
    """Open the database, load engines and read the form: once in a process, until it ends."""
    application = bootstrap.open(settings).__enter__()
    app, backtesting = application.store.within(tenant), application.backtesting()
    order = msgspec.msgpack.decode(packed, type=BacktestOrder)
    form = read_form(order.document.encode(), UNPUBLISHED)

    def tried(stretch: bytes) -> bytes:
        part = msgspec.msgpack.decode(stretch, type=Stretch)
        return msgspec.msgpack.encode(backtesting.try_on(app, form, part, order, may_ask=False))

    return tried
