"""The five reporting APIs as one who asks them must know them: from the vendor's pages, and true of this server too."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from msgspec import Struct

from auscult.domain.errors import RequestError

WEEK = timedelta(days=7)


class WireReport(Struct, frozen=True, kw_only=True):
    """One report.

    ``path`` names ``{app}`` or ``{account}``. ``rows`` is the key of an answer's rows, ``id`` are keys of which a row
    has one at least. ``span``: how a range is said. ``paging``: by which field, and whether in the query string.
    """

    path: str
    size: int
    rows: str
    id: tuple[str, ...]
    span: Literal["instants", "seconds", "days"] = "instants"
    paging: Literal["offset", "page"] = "offset"
    in_query: bool = False
    body: Mapping[str, object] = {}

    def range(self, since: datetime, until: datetime) -> tuple[datetime, datetime]:
        """Return a range in UTC. Raises ``RequestError``: ``range.reversed``, ``range.not_days``."""
        since, until = since.astimezone(UTC), until.astimezone(UTC)
        if until < since:  # it would return nothing, as a range in which nothing happened does
            raise RequestError("until lies before since", code="range.reversed", field="until", value=until.isoformat())
        if self.span == "days" and (since.time(), until.time()) != (time(), time()):
            raise RequestError("this report is asked for by whole days, in UTC", code="range.not_days", field="since")
        return since, until

    def asks(self, since: datetime, until: datetime) -> dict[str, object]:
        """The body that asks for ``since`` <= start < ``until``, in UTC.

        Ends are inclusive on the wire. Where it counts in seconds, a range is widened to whole ones.
        """
        if self.span == "days":
            last = until - timedelta(microseconds=1)
            return {"from": f"{since:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}", **self.body}
        if self.span == "seconds":
            last = until - timedelta(milliseconds=1)
            return {"startDate": f"{since:%Y-%m-%d %H:%M:%S}", "endDate": f"{last:%Y-%m-%d %H:%M:%S}", **self.body}
        last = until - timedelta(milliseconds=1)
        return {"startDate": _instant(since), "endDate": _instant(last), **self.body}

    def id_of(self, row: Mapping[str, object]) -> str | None:
        """The id of a row: the first that it has of those it may have."""
        return next((str(row[name]) for name in self.id if row.get(name)), None)


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


WIRE: Mapping[str, WireReport] = {
    "scorereporting": WireReport(
        path="/qualityai/api/v1/public/qualitymanagement/app/{app}/scorereporting",
        size=100,
        rows="results",
        id=("conversationId",),
    ),
    "rawdata": WireReport(
        path="/qualityai/api/v1/public/qualitymanagement/app/{app}/rawdata",
        size=100,
        rows="results",
        id=("conversationId",),
        body={"include_below_threshold": True},
    ),
    "account_rawdata": WireReport(
        path="/api/public/QualityManagement/account/{account}/v1/RawData",
        size=100,
        rows="results",
        id=("Conversation ID",),
    ),
    "calldetails": WireReport(
        path="/agentassist/api/public/analytics/account/{account}/v2/calldetails",
        size=100,
        rows="data",
        id=("conversationId", "sessionId"),
        span="seconds",
        in_query=True,
        body={
            "timeZoneOffset": 0,
            "selectedFields": ["customerinfo", "userleveltags", "sessionleveltags", "campaigninfo"],
        },
    ),
    "aaconversation": WireReport(
        path="/agentassist/api/v1/public/{app}/aaconversation",
        size=20,
        rows="results",
        id=("convId",),
        span="days",
        paging="page",
        body={
            "includeHistory": True,
            "includeAgenticHistory": True,
            "includeFeedback": True,
            "includeSummary": True,
        },
    ),
}


def report_named(name: str) -> WireReport:
    """Return a report by its name. Raises ``RequestError`` ``report.unknown``."""
    if name not in WIRE:
        raise RequestError(
            f"there is no report {name}; there is: {', '.join(WIRE)}", code="report.unknown", field="report"
        )
    return WIRE[name]
