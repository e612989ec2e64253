"""Sources of truth that are asked over HTTP: one value of a JSON reply for each question."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Event, Lock
from typing import Any, ClassVar, NamedTuple, cast

import msgspec

from auscult.domain.errors import coded
from auscult.domain.probe import FailedAnswer, Lookup, LookupAnswer, Probe
from auscult.domain.scoring.judging import JudgeResult, RetryAfter
from auscult.engines._outside.asking import BadReplyError, Outside, PostponedError, side_by_side
from auscult.engines._outside.hosts import origin_of
from auscult.engines._outside.web import Message, Reply

KEPT_S = 300.0
"""For how long a reply counts for other conversations that ask the same."""

_MOST_KEPT = 10_000
_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")
_NOT_THERE = frozenset({404, 410})


class _Asked(NamedTuple):
    """A request, and all the questions that one reply to it answers."""

    message: Message
    questions: tuple[Lookup, ...]


class Replies:
    """Replies of a while, by app and request, so that what many conversations ask is asked once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """None yet; ``clock`` gives seconds that only grow."""
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[tuple[str, Message], tuple[float, Reply]] = {}

    def find(self, app_id: str, message: Message) -> Reply | None:
        """The reply to a request of an app, where it is kept and not too old."""
        with self._lock:
            at, reply = self._kept.get((app_id, message), (0.0, None))
        return reply if reply is not None and self._clock() - at < KEPT_S else None

    def keep(self, app_id: str, message: Message, reply: Reply) -> None:
        """Keep a reply for a while."""
        with self._lock:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[app_id, message] = (self._clock(), reply)


class Lookups:
    """All sources that are allowed. Threads may share it."""

    kinds: ClassVar[frozenset[type[Probe]]] = frozenset({Lookup})
    version = "lookup 1"

    def __init__(
        self,
        outside: Outside,
        *,
        at_once: int,
        app_id: str = "",
        replies: "Replies | None" = None,
        closed: Event | None = None,
    ) -> None:
        """``at_once``: requests under way at a time. Nothing is opened yet."""
        self.at_once = at_once
        self._outside = outside
        self._app_id = app_id
        self._replies = replies or Replies()
        self._closed = closed or Event()

    def for_app(self, app_id: str) -> "Lookups":
        """The same, asking for an app: hosts may be allowed for some apps only."""
        return Lookups(self._outside, at_once=self.at_once, app_id=app_id, replies=self._replies, closed=self._closed)

    def ask(self, questions: Sequence[Lookup]) -> Iterator[JudgeResult]:
        """Send each distinct request once; yield the results, conversation by conversation, in no order."""
        by_request: dict[Message, list[Lookup]] = {}
        for question in questions:
            body = question.body.encode()
            message = Message(question.method, question.url, question.headers, body)
            by_request.setdefault(message, []).append(question)
        jobs = [_Asked(message, tuple(asked)) for message, asked in by_request.items()]
        for heard in side_by_side(jobs, self._heard, self.at_once, self._closed):
            yield from heard

    def close(self) -> None:
        """Begin no more requests, and wait for none that is under way."""
        self._closed.set()

    def _heard(self, asked: _Asked) -> list[JudgeResult]:
        reply = self._reply(asked.message)
        by_conversation: dict[str, list[Lookup]] = {}
        for question in asked.questions:
            by_conversation.setdefault(question.transcript.conversation_id, []).append(question)
        if isinstance(reply, RetryAfter):
            return [JudgeResult(conversation_id=one, answers={}, postponed=reply) for one in by_conversation]
        source = str(origin_of(asked.message.url))
        return [
            JudgeResult(
                conversation_id=one, answers={question: _answer(reply, question, source) for question in questions}
            )
            for one, questions in by_conversation.items()
        ]

    def _reply(self, message: Message) -> Reply | RetryAfter | str:
        """The reply; or that it must wait; or why it is of no use."""
        kept = self._replies.find(self._app_id, message)
        if kept is not None:
            return kept
        try:
            reply = self._outside.send(message, self._app_id)
        except PostponedError as later:
            return later.postponed
        except BadReplyError as bad:
            return str(bad)
        self._replies.keep(self._app_id, message, reply)
        return reply


def _answer(reply: Reply | str, question: Lookup, source: str) -> LookupAnswer | FailedAnswer:
    engine = f"lookup {source}"
    if isinstance(reply, str):
        return FailedAnswer(reason=reply, engine=engine)
    try:
        value, reason = _value(reply, question.path, source)
    except BadReplyError as bad:
        return FailedAnswer(reason=str(bad), engine=engine)
    return LookupAnswer(value, reason, engine)


def _value(reply: Reply, path: str, source: str) -> tuple[str | None, str]:
    """The value at a path as text; or None and why. Raises ``BadReplyError``."""
    if reply.status in _NOT_THERE:
        return None, coded("{name} knows nothing of it ({n})", name=source, n=reply.status)
    if reply.status >= 400:  # noqa: PLR2004 a refusal
        raise BadReplyError(coded("{name} answers {n}", name=source, n=reply.status))
    try:
        found = _at(msgspec.json.decode(reply.body), path)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadReplyError(coded("{name} answers with something that is no JSON", name=source)) from error
    if isinstance(found, dict | list):
        raise BadReplyError(coded("{name} has no single value at {path}", name=source, path=path))
    if found is None:
        return None, coded("{name} has nothing at {path}", name=source, path=path)
    return found if isinstance(found, str) else msgspec.json.encode(found).decode(), ""


def _at(value: Any, path: str) -> Any:  # noqa: ANN401  (whatever JSON holds)
    """The value at a path as ``data.loans[0].rate``; None where there is none."""
    for step in _STEP.findall(path):
        if step.startswith("["):
            index = int(step[1:-1])
            row = cast("list[Any]", value) if isinstance(value, list) else []
            value = row[index] if index < len(row) else None
        else:
            value = cast("dict[str, Any]", value).get(step) if isinstance(value, dict) else None
    return value
