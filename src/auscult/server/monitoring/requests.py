"""Counts and times of requests, over all serving processes.

Labels are the method, the route's template and the status: never an account, an app, a queue, an agent or an id.
With several processes, prometheus_client keeps the values in files of the folder ``PROMETHEUS_MULTIPROC_DIR``, which
must be set before this module is imported.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_BYTES = (256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216)

UNMATCHED = "unmatched"
"""The route of a request with an unknown path."""


class RequestMetrics:
    """Counters of one process; ``render`` returns those of all."""

    def __init__(self, *, is_shared: bool = False) -> None:
        """Start all counters at zero. ``is_shared``: several processes count in files of one folder."""
        self._is_shared = is_shared
        self._registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "auscult_http_requests", "Requests answered.", (*labels, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "auscult_http_request_duration_seconds",
            "Time from the request to the end of its answer.",
            labels,
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._rankings = Counter(
            "auscult_rankings",
            "Orders of suggestions that a judge was asked for.",
            ("outcome",),
            registry=self._registry,
        )
        self._bytes = Histogram(
            "auscult_http_response_size_bytes",
            "Size of answers' bodies.",
            labels,
            buckets=_BYTES,
            registry=self._registry,
        )

    def add(self, method: str, route: str, status: int, seconds: float, size: int) -> None:
        """Count one request."""
        method = method if method in _METHODS else "OTHER"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)
        self._bytes.labels(method, route).observe(size)

    def add_ranking(self, outcome: str) -> None:
        """Count one order of suggestions that the judge was asked for."""
        self._rankings.labels(outcome).inc()

    def render(self) -> bytes:
        """Return the metrics of all serving processes as Prometheus reads them."""
        if not self._is_shared:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        return generate_latest(registry)
