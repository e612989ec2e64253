"""The client: five reports of any server that speaks them, and our own API."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, overload

import msgspec

from auscult.client.assist_rows import AssistRow
from auscult.client.connection import TIMEOUT_S, Access, Connection
from auscult.client.exporting import Page, Place, Pull
from auscult.client.file_sink import ExportRequest, saving
from auscult.client.rows import AccountRawDataRow, CallDetailsRow, RawDataRow, ScoreRow
from auscult.client.tabular import Rows
from auscult.client.wire import report_named

LOADED_AT_A_TIME = 500
_CONVERSATIONS = "/api/v1/conversations"
_CHANGES = "/api/v1/changes"


class Client(AbstractContextManager["Client"]):
    """Reads reports and speaks our own API. One thread at a time; a ``with`` block lets its connections go.

    >>> with Client(url, access) as client:  # doctest: +SKIP
    ...     for row in client.rows("scorereporting", since, until):
    ...         print(row["conversationId"], row["koreEvalutionScore"])
    """

    def __init__(
        self,
        url: str,
        access: Access,
        *,
        timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
        notify: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Ask the server at ``url``, ours or the vendor's. ``notify`` is called with the reason for each wait."""
        self._connection = Connection(url, access, timeout_s=timeout_s, sleep=sleep, notify=notify)
        self._notify = notify

    def __exit__(self, *_: object) -> None:
        """Let the connections go."""
        self._connection.close()

    def pages(self, report: str, since: datetime, until: datetime, place: Place | None = None) -> Iterator[Page]:
        """Yield pages of a report, ``since`` <= start < ``until``, each with the place to continue from after it.

        Instants without a zone are UTC. Ranges longer than a week are split; the client waits for rate limits.
        Raises ``RemoteError``; ``RequestError`` for an unknown report, an end before the start, and a range that the
        report cannot be asked for.
        """
        yield from Pull(self._connection, report_named(report), self._notify).pages(_aware(since), _aware(until), place)

    # One line for each report, so that the name decides the type of the rows.
    @overload
    def rows(self, report: Literal["scorereporting"], since: datetime, until: datetime) -> Rows[ScoreRow]: ...
    @overload
    def rows(self, report: Literal["rawdata"], since: datetime, until: datetime) -> Rows[RawDataRow]: ...
    @overload
    def rows(self, report: Literal["account_rawdata"], since: datetime, until: datetime) -> Rows[AccountRawDataRow]: ...
    @overload
    def rows(self, report: Literal["calldetails"], since: datetime, until: datetime) -> Rows[CallDetailsRow]: ...
    @overload
    def rows(self, report: Literal["aaconversation"], since: datetime, until: datetime) -> Rows[AssistRow]: ...
    @overload
    def rows(self, report: str, since: datetime, until: datetime) -> Rows[Any]: ...
    def rows(self, report: str, since: datetime, until: datetime) -> Rows[Any]:
        """Rows of a report, as the wire has them and typed by the report's name: see ``pages``."""
        return Rows(report, (row for page in self.pages(report, since, until) for row in page.rows))

    def save(self, report: str, since: datetime, until: datetime, path: str | Path) -> int:
        """Write a report to an NDJSON file; return how many rows were new. A repeated call continues an interrupted one.

        The place is kept in ``PATH.pull`` until the end. Raises ``ConflictError`` where that is another pull's, and what
        ``pages`` raises; for a ``RequestError`` no file was made.
        """
        url, access = self._connection.url, self._connection.access
        since, until = report_named(report).range(_aware(since), _aware(until))
        asked = ExportRequest(url=url, report=report, account=access.account, app=access.app, since=since, until=until)
        with saving(Path(path), asked) as saved:
            return sum(saved.save(self.pages(report, since, until, saved.place), asked))

    def conversations(self, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        """Native documents of our own API, as ``auscult load`` takes them, in the order of start, then id."""
        for item in self.listing(since, until):
            yield self.conversation(item["id"])

    def conversation(self, conversation_id: str) -> dict[str, Any]:
        """Return one conversation of our own API: the native document, and all that was decided."""
        return self._connection.request("GET", f"{_CONVERSATIONS}/{conversation_id}")

    def changes(self, cursor: str | None = None, kinds: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """Pages of our own API's feed of changes, up to now: ``items`` and the ``next_cursor`` to keep for next time.

        ``kinds``: only these; without any, every kind but ``notified``.
        """
        more = True
        while more:
            page = self._connection.request(
                "GET", _CHANGES, query={"kinds": kinds} | ({"cursor": cursor} if cursor else {})
            )
            cursor, more = page["next_cursor"], page["more"]
            yield page

    def request(self, method: str, path: str, *, body: Mapping[str, object] | None = None, **query: str) -> Any:  # noqa: ANN401
        """Call any operation of our own API, as ``request("GET", "/api/v1/forms")``; return the JSON of the response.

        It waits and retries as all methods here do, so use it for changes only if they are safe to repeat.
        Raises ``RemoteError``.
        """
        return self._connection.request(method, path, body=body, query=query or None)

    def listing(self, since: datetime, until: datetime, **filters: str | Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield the list of our own API: one short entry for each conversation."""
        query = {"since": _instant(since), "until": _instant(until), "limit": 1_000, **filters}
        cursor: str | None = None
        while True:
            page = self._connection.request("GET", _CONVERSATIONS, query=query | ({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def load(self, documents: Iterable[bytes | dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Send conversations, some hundred at a time; yield the result of each group, once it is committed.

        May be repeated after a failure: what is stored already counts as unchanged.
        """
        group: list[bytes] = []
        for document in documents:
            group.append(document if isinstance(document, bytes) else msgspec.json.encode(document))
            if len(group) == LOADED_AT_A_TIME:
                yield self._connection.request("POST", _CONVERSATIONS, content=b"\n".join(group))
                group = []
        if group:
            yield self._connection.request("POST", _CONVERSATIONS, content=b"\n".join(group))


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _instant(at: datetime) -> str:
    return _aware(at).isoformat()
