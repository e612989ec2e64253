"""Asking several systems at a time: threads, patience with those that are down, and what a bad reply means."""

from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import TypeVar

from auscult.domain.errors import coded, said
from auscult.domain.scoring.judging import RetryAfter
from auscult.engines._breaker import Breaker
from auscult.engines._outside.hosts import Hosts, NotAllowedError, Origin
from auscult.engines._outside.web import Message, Reply, TooLargeError, UnreachableError, exchange

T = TypeVar("T")
R = TypeVar("R")

_CHECK_EVERY_S = 0.2
_NOT_NOW = frozenset({401, 403, 407, 408, 425, 429})
"""Statuses that say nothing about what was asked: who asks is wrong, or the time is."""


class PostponedError(Exception):
    """Unavailability of the system; ``postponed`` has the reason, and when it may be tried again."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.postponed = RetryAfter(reason=reason, after_s=after_s)


class BadReplyError(Exception):
    """A reply that is of no use, and would be of none another time."""


class Outside:
    """The way out. Threads may share it; what it knows of systems that are down, all of them do."""

    def __init__(self, hosts: Hosts) -> None:
        """Nothing is opened yet."""
        self._hosts = hosts
        self._breakers: dict[Origin, Breaker] = {}
        self._lock = Lock()

    def send(self, message: Message, app_id: str) -> Reply:
        """Send a message for an app; return replies of 2xx and 4xx.

        Raises ``PostponedError`` when the system cannot be asked now, and ``BadReplyError``.
        """
        try:
            rule = self._hosts.rule(message.url, app_id)
        except (NotAllowedError, ValueError) as refused:
            raise PostponedError(said(refused)) from refused
        breaker = self._breaker(rule.origin)
        wait_s = breaker.wait_s()
        if wait_s is not None:
            raise PostponedError(
                coded("{name} failed several times in a row and is left in peace for a while", name=rule.origin), wait_s
            )
        try:
            reply = exchange(message, rule)
        except NotAllowedError as refused:
            breaker.untried()
            raise PostponedError(said(refused)) from refused
        except UnreachableError as away:
            breaker.failed()
            raise PostponedError(said(away)) from away
        except TooLargeError as error:
            breaker.succeeded()
            raise BadReplyError(
                coded("{name} answers with more than {n} bytes", name=rule.origin, n=rule.max_bytes)
            ) from error
        except BaseException:
            breaker.untried()
            raise
        return self._judged(reply, rule.origin, breaker)

    def _judged(self, reply: Reply, origin: Origin, breaker: Breaker) -> Reply:
        if reply.status >= 500 or reply.status in (408, 429):  # noqa: PLR2004 its own trouble
            breaker.failed(reply.retry_after_s)
            raise PostponedError(coded("{name} answers {n}", name=origin, n=reply.status), reply.retry_after_s)
        breaker.succeeded()
        if reply.status in _NOT_NOW:
            raise PostponedError(coded("{name} answers {n}: it does not let us in", name=origin, n=reply.status))
        if 300 <= reply.status < 400:  # noqa: PLR2004 elsewhere
            raise PostponedError(
                coded(
                    "{name} answers {n}, and redirects are not followed: ask {words}",
                    name=origin,
                    n=reply.status,
                    words=f"{reply.location[:200]!r}",
                )
            )
        return reply

    def _breaker(self, origin: Origin) -> Breaker:
        with self._lock:
            return self._breakers.setdefault(origin, Breaker())


def side_by_side(jobs: Sequence[T], do: Callable[[T], R], at_once: int, closed: Event) -> Iterator[R]:
    """Do jobs on some threads; yield results as they arrive, in no order. Ends early when ``closed`` is set meanwhile.

    The threads are daemons: a process that ends does not wait for a system that does not answer.
    """
    waiting: SimpleQueue[T] = SimpleQueue()
    done: SimpleQueue[R | BaseException] = SimpleQueue()
    for job in jobs:
        waiting.put(job)

    def work() -> None:
        while not closed.is_set():
            try:
                job = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put(do(job))
            except BaseException as error:  # noqa: BLE001  (it is raised where the jobs came from)
                done.put(error)

    for _ in range(min(at_once, len(jobs))):
        Thread(target=work, name="outside", daemon=True).start()
    left = len(jobs)
    while left and not closed.is_set():
        try:
            one = done.get(timeout=_CHECK_EVERY_S)
        except Empty:
            continue
        if isinstance(one, BaseException):
            raise one
        left -= 1
        yield one
