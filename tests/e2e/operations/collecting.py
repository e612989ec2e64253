"""A collector of traces on a real port: what is sent to it by OTLP over HTTP is kept."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.http_servers import QuietHandler, listening


class SpanSeen:
    """One span as it was sent: ids as hexadecimal digits, attributes by name."""

    def __init__(self, service: str, span: Any) -> None:
        """Read it."""
        self.service = service
        self.name: str = span.name
        self.trace_id: str = span.trace_id.hex()
        self.span_id: str = span.span_id.hex()
        self.parent_id: str = span.parent_span_id.hex()
        self.links = [link.trace_id.hex() for link in span.links]
        self.failure: str = span.status.message
        self.attributes = {each.key: _value(each.value) for each in span.attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)


class Collector:
    """What came in so far: ``spans``, and ``raw``, every byte of it."""

    def __init__(self, url: str) -> None:
        """Begin with nothing."""
        self.url = url
        self.spans: list[SpanSeen] = []
        self.raw = b""

    def take(self, body: bytes) -> None:
        """Keep one request."""
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {each.key: _value(each.value) for each in resource.resource.attributes}
            self.spans += [
                SpanSeen(named["service.name"], span) for scope in resource.scope_spans for span in scope.spans
            ]

    def named(self, name: str) -> list[SpanSeen]:
        """Return the spans of this name."""
        return [span for span in list(self.spans) if span.name == name]


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listen until the end."""

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.take(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.reply(200)

    with listening(Handler) as address:
        found = Collector(address)
        yield found
