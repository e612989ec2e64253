"""Traces by OpenTelemetry, sent to a collector by OTLP over HTTP. The only module that imports it."""
# ruff: noqa: PLC0415  (an extra)

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from auscult import __version__
from auscult.config import Settings
from auscult.domain.errors import AuscultError, SettingsError
from auscult.domain.operations.tracing import TRACING, Attributes, Span, SpanKind

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import Tracer as OtelTracer
    from opentelemetry.trace.span import SpanContext

_PATH = "/v1/traces"
_EXPORT_S = 3
"""Seconds for one attempt to send spans: a process that ends waits no longer for a collector that is away."""
_VERSION, _IDS = "00", (2, 32, 16, 2)


class _OpenSpan:
    """A span of OpenTelemetry under our names."""

    def __init__(self, span: "OtelSpan") -> None:
        self._span = span

    def describe(self, name: str | None = None, attributes: Attributes | None = None) -> None:
        """Rename the span, or add attributes."""
        if name is not None:
            self._span.update_name(name)
        if attributes:
            self._span.set_attributes(dict(attributes))

    def fail(self, reason: str) -> None:
        """Mark the span as failed."""
        from opentelemetry.trace import Status, StatusCode

        self._span.set_status(Status(StatusCode.ERROR, reason))


class OpenTelemetryTracer:
    """Spans of one process, sent in the background."""

    def __init__(self, tracer: "OtelTracer", flush: Callable[[], object]) -> None:
        """Open spans with ``tracer``; ``flush`` sends what waits."""
        from opentelemetry import context, trace

        self._context, self._trace, self._tracer = context, trace, tracer
        self._flush = flush
        self._kinds = {kind.name.lower(): kind for kind in trace.SpanKind}

    @contextmanager
    def span(self, name: str, kind: SpanKind, attributes: Attributes | None, parents: Sequence[str]) -> Generator[Span]:
        """Open a span within the present one, or within the only parent."""
        known = [found for each in parents if (found := self._context_of(each)) is not None]
        within = self._trace.set_span_in_context(self._trace.NonRecordingSpan(known[0])) if len(known) == 1 else None
        links = [self._trace.Link(each) for each in known] if len(known) > 1 else None
        span = self._tracer.start_span(name, within, self._kinds[kind], dict(attributes or {}), links)
        token = self._context.attach(self._trace.set_span_in_context(span))
        opened = _OpenSpan(span)
        try:
            yield opened
        except BaseException as error:
            # The type or the code, and not the message: that may quote what somebody said.
            opened.fail(error.reason if isinstance(error, AuscultError) else type(error).__name__)
            raise
        finally:
            self._context.detach(token)
            span.end()

    def flush(self) -> None:
        """Send what has not been sent."""
        self._flush()

    def trace_id(self) -> str:
        """Return the id of the present trace; empty where none is recorded."""
        found = self._trace.get_current_span().get_span_context()
        return f"{found.trace_id:032x}" if found.is_valid and found.trace_flags.sampled else ""

    def traceparent(self) -> str | None:
        """Return the present span as W3C's ``traceparent``; None where no trace is recorded."""
        found = self._trace.get_current_span().get_span_context()
        if not (found.is_valid and found.trace_flags.sampled):
            return None
        return f"{_VERSION}-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}"

    def _context_of(self, traceparent: str) -> "SpanContext | None":
        parts = traceparent.strip().split("-")
        if tuple(map(len, parts[:4])) != _IDS or parts[0] == "ff":
            return None
        try:
            trace_id, span_id, flags = (int(part, 16) for part in parts[1:4])
        except ValueError:
            return None
        found = self._trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=self._trace.TraceFlags(flags))
        return found if found.is_valid else None


def set_up_tracing(settings: Settings, role: str) -> None:
    """Send traces of this process, if the settings name a collector. ``role``: ``server``, ``worker`` or ``command``.

    Raises ``SettingsError`` where the extra is not installed.
    """
    if settings.traces_url is None or TRACING.tracer is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise SettingsError(
            "AUSCULT_TRACES_URL needs the extra otel; run: pip install 'auscult[otel]'",
            code="extra.missing",
            field="AUSCULT_TRACES_URL",
        ) from error
    address = settings.traces_url.rstrip("/")
    endpoint = address if address.endswith(_PATH) else address + _PATH
    TRACING.tracer = tracer_to(OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_S), settings.traces_percent, role)


def tracer_to(exporter: "SpanExporter", percent: int, role: str) -> OpenTelemetryTracer:
    """Return a tracer that records ``percent`` of the traces that begin here, and those that others record."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    resource = Resource.create({"service.name": f"auscult-{role}", "service.version": __version__})
    provider = TracerProvider(ParentBased(TraceIdRatioBased(percent / 100)), resource, shutdown_on_exit=True)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return OpenTelemetryTracer(provider.get_tracer("auscult", __version__), provider.force_flush)
