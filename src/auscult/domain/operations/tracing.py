"""Spans of traces: opened by every room, exported where a collector is configured.

Names and attributes are fixed words, ids and numbers: never any words of a conversation.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from typing import Literal, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

Value = str | int | float | bool | Sequence[str]
Attributes = Mapping[str, Value]
SpanKind = Literal["internal", "server", "client", "producer", "consumer"]

CONVERSATION = "auscult.conversation.id"
"""The attribute that names one conversation."""

CONVERSATIONS = "auscult.conversation.ids"
"""The attribute that names those of a batch."""

BATCH = "auscult.batch.id"

MOST_LINKS = 20
"""Traces that a batch remembers, if it was joined of several requests."""


class Span(Protocol):
    """One step of a trace while it runs."""

    def describe(self, name: str | None = None, attributes: Attributes | None = None) -> None:
        """Rename the span, or add attributes."""
        ...

    def fail(self, reason: str) -> None:
        """Mark the span as failed. ``reason`` is a stable code, never text of a conversation."""
        ...


class Tracer(Protocol):
    """A sender of spans."""

    def span(
        self, name: str, kind: SpanKind, attributes: Attributes | None, parents: Sequence[str]
    ) -> AbstractContextManager[Span]:
        """Open a span within the present one.

        ``parents`` are W3C ``traceparent`` values of other processes: one continues its trace, several are linked.
        """
        ...

    def trace_id(self) -> str:
        """Return the id of the present trace, 32 hexadecimal digits; empty where none is recorded."""
        ...

    def traceparent(self) -> str | None:
        """Return the present span for another process; None where no trace is recorded."""
        ...


class _NoSpan:
    def describe(self, name: str | None = None, attributes: Attributes | None = None) -> None:
        """Do nothing."""

    def fail(self, reason: str) -> None:
        """Do nothing."""


UNTRACED: AbstractContextManager[Span] = nullcontext(_NoSpan())
"""A span of nothing."""


class Tracing:
    """The tracer of this process: none unless one is set."""

    def __init__(self) -> None:
        """Trace nothing."""
        self.tracer: Tracer | None = None

    def span(
        self, name: str, kind: SpanKind = "internal", attributes: Attributes | None = None, parents: Sequence[str] = ()
    ) -> AbstractContextManager[Span]:
        """Open a span, if traces are sent."""
        return UNTRACED if self.tracer is None else self.tracer.span(name, kind, attributes, parents)

    def trace_id(self) -> str:
        """Return the id of the present trace; empty where there is none."""
        return "" if self.tracer is None else self.tracer.trace_id()

    def traceparent(self) -> str | None:
        """Return the present span for another process; None where there is none."""
        return None if self.tracer is None else self.tracer.traceparent()

    def carried(self, act: Callable[P, T]) -> Callable[P, T]:
        """Return ``act`` so that a thread runs it within the present span."""
        if self.tracer is None:
            return act
        context = copy_context()

        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            return context.run(act, *args, **kwargs)

        return run


TRACING = Tracing()
"""Set once, when a process starts."""
