"""Background work on recordings, and the HTTP by which their bytes are fetched from links."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urljoin, urlsplit

from auscult import __version__
from auscult.domain.delivery.addresses import OPERATOR, Networks
from auscult.domain.errors import RecordingError
from auscult.outgoing.dialling import AddressRefusedError
from auscult.outgoing.http import DialledConnection
from auscult.services.recordings.transcription import TransientError
from auscult.services.recordings.work import RecordingWork
from auscult.storage.recordings.blobs import ObjectLinks
from auscult.workers.background.thread import BackgroundThread
from auscult.workers.webhook_sender import login

POLL_EVERY_S = 2.0
_TIMEOUT_S = 3600.0
_PIECE_BYTES = 1 << 20
_MOST_REDIRECTS = 3
_MOVED = frozenset({301, 302, 303, 307, 308})
_TRANSIENT = frozenset({408, 409, 425, 429})
_SERVER_ERROR = 500
_OK = 200


class LinkFetcher:
    """Client for links over HTTP and to objects, limited to the addresses that the settings allow, and in bytes."""

    def __init__(self, allowed: str, networks: Networks, most_bytes: int, objects: ObjectLinks) -> None:
        """``allowed``: none, public (``networks``) or any, as the setting ``recording_links``."""
        self._allowed = allowed
        self._networks = OPERATOR if allowed == "any" else networks
        self._most_bytes = most_bytes
        self._objects = objects

    def fetch(self, link: str) -> Iterator[bytes]:
        """Yield the bytes behind a link. Raises ``RecordingError`` for good, ``TransientError`` for now."""
        if not link.startswith(("https://", "http://")):
            return self._pieces(self._objects.open(link).read)
        if self._allowed == "none":
            raise RecordingError("links are not fetched (setting recording_links)", code="recording.link_refused")
        for _ in range(_MOST_REDIRECTS + 1):
            connection, answer = self._request(link)
            if answer.status not in _MOVED:
                return self._body(connection, answer)
            link = urljoin(link, answer.getheader("Location") or "")
            connection.close()
        raise RecordingError("the link redirects more than {n} times", n=_MOST_REDIRECTS, code="recording.link_refused")

    def _request(self, link: str) -> tuple[DialledConnection, http.client.HTTPResponse]:
        parts = urlsplit(link)
        if parts.scheme not in ("http", "https"):
            raise RecordingError("the link redirects to {name}:", name=parts.scheme, code="recording.link_refused")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection = DialledConnection(parts.scheme, parts.hostname or "", parts.port, _TIMEOUT_S, self._networks)
            connection.request("GET", path, headers={"User-Agent": f"auscult/{__version__}", **login(parts)})
            return connection, connection.getresponse()
        except AddressRefusedError as error:
            raise RecordingError(
                "the link leads into a private network; the operator opens networks with AUSCULT_OUTGOING_NETWORKS",
                code="recording.link_refused",
            ) from error
        except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
            raise TransientError(f"the link does not answer: {type(error).__name__}") from error

    def _body(self, connection: DialledConnection, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        with closing(connection):
            if answer.status in _TRANSIENT or answer.status >= _SERVER_ERROR:
                raise TransientError(f"the link answered {answer.status}")
            if answer.status != _OK:
                raise RecordingError("the link answered {n}", n=answer.status, code="recording.link_refused")
            kind = (answer.getheader("Content-Type") or "").partition(";")[0].strip().lower()
            if kind.startswith(("text/", "image/")) or kind == "application/json":
                raise RecordingError(
                    "the link leads to {name}, which is no sound", name=kind, code="recording.type_unsupported"
                )
            yield from self._pieces(answer.read)

    def _pieces(self, read: Callable[[int], bytes]) -> Iterator[bytes]:
        size = 0
        try:
            while piece := read(_PIECE_BYTES):
                size += len(piece)
                if size > self._most_bytes:
                    raise RecordingError(
                        "the recording is larger than {n} bytes", n=self._most_bytes, code="recording.link_refused"
                    )
                yield piece
        except (OSError, http.client.HTTPException) as error:
            raise TransientError(f"the link broke off: {type(error).__name__}") from error


class RecordingWorker(BackgroundThread):
    """A thread that does what is due with recordings. Several do no harm: a task is claimed by one at a time."""

    def __init__(self, work: RecordingWork) -> None:
        """Nothing is done before it is opened."""
        super().__init__("recording tasks", POLL_EVERY_S)
        self._work = work

    def _run_due(self) -> None:
        while not self._ending.is_set() and self._work.run_once():
            pass
