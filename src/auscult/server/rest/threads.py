"""Threads for handlers: the store blocks, and slow work must not delay quick work."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextvars import ContextVar, copy_context
from functools import partial, wraps
from typing import NamedTuple, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_POLL_EVERY_S = 0.05


class Threads(NamedTuple):
    """Executors of an application: ``quick`` for reading, ``slow`` for loading, erasing and counting."""

    quick: Executor
    slow: Executor


THREADS: ContextVar[Threads] = ContextVar("threads")
"""The executors of the application that handles the present request."""


async def run(act: Callable[[], T], *, slow: bool = False) -> T:
    """Call a function in a thread and return its result."""
    threads = THREADS.get()
    return await asyncio.get_running_loop().run_in_executor(
        threads.slow if slow else threads.quick, copy_context().run, act
    )


def in_thread(handler: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """Decorate a handler that reads: it runs in a thread for quick work."""
    return _in_thread(handler, slow=False)


def in_slow_thread(handler: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """Decorate a handler that may take long: it runs in a thread for slow work."""
    return _in_thread(handler, slow=True)


def _in_thread(handler: Callable[P, T], *, slow: bool) -> Callable[P, Awaitable[T]]:
    @wraps(handler)
    async def handle(*args: P.args, **kwargs: P.kwargs) -> T:
        return await run(partial(handler, *args, **kwargs), slow=slow)

    return handle


async def poll_until(found: Callable[[], T | None], seconds: int) -> T | None:
    """Call ``found`` in a thread at intervals until it returns a result, for at most ``seconds``; return the result."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        result = await run(found)
        if result is not None or loop.time() >= end:
            return result
        await asyncio.sleep(_POLL_EVERY_S)
