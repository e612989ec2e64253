"""Contract of a report: one vendor-compatible page of the wire, its faults included."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from msgspec import Struct

from auscult.domain.record import Filter, Record, RecordPage, RecordQuery
from auscult.domain.tenancy import Wire

Added = Mapping[str, "Added | None"]
"""Keys of a row that only the later version has (None), and those of lists of objects in which some keys are."""


class ReportRequest(Struct, frozen=True, kw_only=True):
    """A request as it came in. Header names are lower case; ``body`` is the decoded JSON object.

    ``wire`` is the version of the wire that its client is set to.
    """

    path: Mapping[str, str]
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    wire: Wire = "off"


class PageLimits(Struct, frozen=True, kw_only=True):
    """Page sizes of rule 19. ``ceiling`` is the highest maximum that the operator may choose by a setting."""

    default: int
    maximum: int
    ceiling: int

    def raised_to(self, chosen: int) -> "PageLimits":
        """These limits with the maximum that the operator chose, as far as this report lets it be raised."""
        return PageLimits(
            default=self.default, maximum=max(self.maximum, min(chosen, self.ceiling)), ceiling=self.ceiling
        )


class Description(Struct, frozen=True, kw_only=True):
    """Documentation of a report for the API's description.

    ``body`` and ``answer`` are JSON Schemas as OpenAPI 3.1 accepts them; ``schemas`` are those that they refer to,
    by the name they have under ``#/components/schemas``. ``query`` has those of fields read from the query string.
    """

    summary: str
    text: str
    body: Mapping[str, Any]
    body_example: Mapping[str, Any]
    answer: Mapping[str, Any]
    answer_example: Mapping[str, Any]
    schemas: Mapping[str, Any]
    query: Mapping[str, Any] = {}


class Report(Protocol):
    """One reporting API."""

    name: ClassVar[str]
    paths: ClassVar[tuple[str, ...]]
    """Path templates, the documented one first, then its aliases (rule 22): ``/qualityai/…/app/{streamId}/…``.

    ``{streamId}`` and ``{botId}`` name the app, ``{accountId}`` the account.
    """

    scopes: ClassVar[frozenset[str]]
    """Scopes of which one is enough (rule 15)."""

    required_headers: ClassVar[tuple[str, ...]]
    """Tenancy headers as the wire spells them, which must be there (rule 16).

    ``accountId`` and ``orgId`` may be left out where the path names the account.
    """

    limits: ClassVar[PageLimits]

    shows_evaluation: ClassVar[bool]
    """Whether its rows show anything of evaluation or audit, so that they change with these."""

    shows_recordings: ClassVar[bool] = False
    """Whether its rows name recordings, so that links to those in the store are put into them when a page is read."""

    filters: ClassVar[frozenset[Filter]]
    """What its queries may filter by: each costs index entries for every row."""

    added: ClassVar[Added]
    """Keys of its rows that only the later version of the wire has. Their values are stored behind the row (``_wires``)."""

    def query(self, request: ReportRequest, app_ids: tuple[str, ...], limits: PageLimits) -> RecordQuery:
        """Return the query of a request. Raises ``RequestError`` with field, value and what would be right."""
        ...

    def row(self, record: Record, wire: Wire = "off") -> bytes | None:
        """One conversation as JSON that ``page`` makes this report's row of, or None when this report never lists it.

        A report with ``added`` keys has them in the row of a later ``wire``; others ignore it.
        """
        ...

    def page(self, request: ReportRequest, query: RecordQuery, page: RecordPage) -> bytes:
        """The whole answer to the request that ``query`` was read from: rows joined, inside the report's envelope."""
        ...

    def describe(self, limits: PageLimits) -> Description:
        """Return the documentation of this report under these limits."""
        ...
