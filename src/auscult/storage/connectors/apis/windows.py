"""Places at APIs that answer no more than a week or a month at once: their spans of time, and their sign-in."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

from auscult.domain.connectors.document import Access
from auscult.domain.connectors.place import AccessRefusedError, Found
from auscult.domain.delivery.addresses import Networks
from auscult.storage.connectors.apis.asking import Api, Login
from auscult.storage.connectors.apis.place import ApiPlace

MARGIN = timedelta(days=7)
"""Listed before the time that is asked for: a conversation is complete only when it ends, and may last this long."""


class Window(NamedTuple):
    """A span; ``end`` is the next one's beginning."""

    begin: datetime
    end: datetime


def windows(since: datetime, now: datetime, longest: timedelta) -> Iterator[Window]:
    """Yield spans of at most ``longest`` from a margin before ``since`` up to ``now``, one after the other."""
    begin = since - MARGIN
    while begin < now:
        end = min(begin + longest, now)
        yield Window(begin, end)
        begin = end


class WindowedPlace(ApiPlace):
    """A place at an API that lists its items span by span, for a client with an id and a secret.

    A kind sets ``client`` (its name, and the article and name of the client that it needs), ``first`` (when the API began)
    and ``longest`` (the span that it answers at once).
    """

    client: ClassVar[tuple[str, str]]
    first: ClassVar[datetime]
    longest: ClassVar[timedelta]

    def __init__(  # noqa: PLR0913  (as every place at an API)
        self,
        place: str,
        access: Access,
        secrets: Mapping[str, str],
        since: datetime | None,
        now: datetime,
        *,
        networks: Networks,
    ) -> None:
        """``place``: as ``entry`` reads it. Raises ``PlaceError``."""
        client, secret = secrets.get("client_id"), secrets.get("client_secret")
        if not client or not secret:
            name, kind = self.client
            message = "{name} needs the secrets client_id and client_secret of {kind}"
            raise AccessRefusedError(message, name=name, kind=kind, field="secrets")
        api, login, form = self.entry(place.partition("://")[2].strip("/"), access)
        super().__init__(
            Api(api, None, {}, networks=networks, login=Login(f"{login}/oauth/token", client, secret, form))
        )
        self._since = since or self.first
        self._now = now

    def listing(self) -> Iterator[Found]:
        """Yield the items, span by span."""
        for window in windows(self._since, self._now, self.longest):
            yield from self.listed_in(window)

    @abstractmethod
    def entry(self, name: str, access: Access) -> tuple[str, str, Mapping[str, str]]:
        """Return the address of the API, the one without a path that gives tokens, and the form that it is sent."""

    @abstractmethod
    def listed_in(self, window: Window) -> Iterator[Found]:
        """Yield the items of a span. Raises ``PlaceError``."""
