"""Pages that are sent again: while nothing changes, a list or a dashboard is made once for each reader.

Such a page follows from who asks, their choices, its address, the data and the time. So it is kept

- under the cookies and the language of the request, and its whole address: no two sessions share a page;
- while the data stay the same, by the count of changes, which every request reads from the database: sessions, users,
  grants and roles are data too;
- until the minute ends, or earlier where a right of the reader begins or ends.

Pages of handlers with ``opt=KEPT`` are kept. Such a handler must not log what it shows, or set a cookie.
The nonce of a page is put in whenever it is sent.

Where data change all the time, what is counted from many conversations may be some seconds old (``recent``).
"""

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from threading import Lock
from typing import Any, NamedTuple, Protocol, TypeVar

from litestar import Request

from auscult.services.operations.log_context import PRINCIPAL
from auscult.storage.store import Store

KEPT: Mapping[str, Any] = {"is_kept": True}
"""Option of a handler whose pages are kept."""

_MOST_CHARACTERS = 32 * 1024 * 1024
_VARIES = (b"cookie", b"accept-language")
_CHANGES = "changes"
_MOST_RESULTS = 256
_PER_SECOND, _MOST_SECONDS, _MINUTE_S = 1_000, 30, 60


class Counted(Protocol):
    """Result that was counted from ``n`` conversations."""

    @property
    def n(self) -> int: ...  # noqa: D102  (as above)


T = TypeVar("T", bound=Counted)


class _Page(NamedTuple):
    """A page as the parts around its nonce, its reader as logs name them, and the instant at which it is outdated."""

    parts: list[str]
    principal: str
    until: datetime


class KeptPages:
    """The kept pages of this process, all of one state of the data. Safe to call from many threads."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """Nothing is kept yet. ``now`` returns the time, aware, UTC."""
        self._store = store
        self._now = now
        self._lock = Lock()
        self._changes = 0
        self._characters = 0
        self._pages: dict[bytes, _Page] = {}
        self._results: dict[Hashable, tuple[datetime, int | None, Any]] = {}

    async def find(self, request: Request[Any, Any, Any], nonce: str) -> str | None:
        """Return the page that was kept for a request, with this nonce; None where it has to be made."""
        if not request.route_handler.opt.get("is_kept"):
            return None
        read = self._store.changes
        changes = read() if self._store.is_embedded else await self._store.awaited(read)
        request.state[_CHANGES] = changes
        with self._lock:
            page = self._pages.get(_key(request)) if changes == self._changes else None
        if page is None or self._now() >= page.until:
            return None
        PRINCIPAL.set(page.principal)
        return nonce.join(page.parts)

    def keep(self, request: Request[Any, Any, Any], body: str, nonce: str, principal: str, until: datetime) -> None:
        """Keep a page that was made for a request, if its handler wants that. It is outdated from ``until`` on."""
        changes = request.state.get(_CHANGES)
        if changes is None:
            return
        with self._lock:
            if changes != self._changes or self._characters + len(body) > _MOST_CHARACTERS:
                self._pages.clear()
                self._changes, self._characters = changes, 0
            self._characters += len(body)
            self._pages[_key(request)] = _Page(body.split(nonce), principal, until)

    def recent(self, request: Request[Any, Any, Any], key: Hashable, count: Callable[[], T]) -> T:
        """Return what was counted under a key, which says all that it depends on but the data.

        It is kept for one second per thousand conversations, at most 30 seconds; for a minute while the data stay the same.
        """
        changes, now = request.state.get(_CHANGES), self._now()
        if known := self._results.get(key):
            at, changes_then, found = known
            most = _MINUTE_S if changes_then == changes is not None else min(found.n // _PER_SECOND, _MOST_SECONDS)
            if now - at < timedelta(seconds=most):
                return found
        found = count()
        if len(self._results) >= _MOST_RESULTS:
            self._results.clear()
        self._results[key] = now, changes, found
        return found


def _key(request: Request[Any, Any, Any]) -> bytes:
    """Return what a request says about its reader and the page, as a digest: cookies are secrets."""
    said = [value for name, value in request.scope["headers"] if name in _VARIES]
    return blake2b(repr((str(request.url), said)).encode(), digest_size=32).digest()
