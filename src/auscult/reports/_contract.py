"""What a report must be: one vendor-compatible page of the wire, its faults included."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from msgspec import Struct

from auscult.domain.record import Record, RecordPage, RecordQuery


class ReportRequest(Struct, frozen=True, kw_only=True):
    """A request as it came in. Header names are lower case; ``body`` is the decoded JSON object."""

    path: Mapping[str, str]
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]


class PageLimits(Struct, frozen=True, kw_only=True):
    """Page sizes of rule 19."""

    default: int
    maximum: int


class Report(Protocol):
    """One reporting API."""

    name: ClassVar[str]
    paths: ClassVar[tuple[str, ...]]
    """Path templates, aliases included (rule 22), as ``/qualityai/…/app/{streamId}/scorereporting``."""

    scopes: ClassVar[frozenset[str]]
    """Scopes of which one is enough (rule 15)."""

    required_headers: ClassVar[tuple[str, ...]]
    """Tenancy headers that must be there, lower case (rule 16)."""

    limits: ClassVar[PageLimits]

    def query(self, request: ReportRequest, app_ids: tuple[str, ...], limits: PageLimits) -> RecordQuery:
        """What is asked for. Raises ``RequestError`` with field, value and what would be right."""
        ...

    def row(self, record: Record) -> bytes | None:
        """One conversation as this report's JSON, or None when this report never lists it."""
        ...

    def page(self, query: RecordQuery, page: RecordPage) -> bytes:
        """The whole answer: rows joined, inside the report's envelope."""
        ...
