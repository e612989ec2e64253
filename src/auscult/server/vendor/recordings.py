"""The vendor's recordings API: the recordings of a session with links, and their removal.

``GET`` and ``DELETE /api/public/bot/{botId}/v2/recordings?sessionId=``. A session is a conversation, by its id.
"""

from datetime import UTC
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from auscult.domain.errors import RequestError
from auscult.domain.recordings.recording import Recording, State
from auscult.server.asgi import Receive, Scope
from auscult.server.authorizer import check_scope
from auscult.server.rest.threads import run
from auscult.server.vendor.routes import ServedRoute, base_of
from auscult.services.recordings.links import record_links
from auscult.services.recordings.removal import erase_recordings, remove_due
from auscult.services.recordings.variants import offer
from auscult.storage.store import AppStore

PATHS = ("/api/public/bot/{botId}/v2/recordings",)
READ_SCOPES = frozenset({"SmartAssist Recordings", "recordings:read", "recordings:write"})
DELETE_SCOPES = frozenset({"Delete Recordings", "recordings:write"})


class _Row(Struct, frozen=True, kw_only=True, rename="camel"):
    """A recording of a session. ``duration`` in seconds."""

    recording_id: str
    status: State
    recording_url: str | None
    start_time: str
    duration: float
    channels: int
    content_type: str


class _Answer(Struct, frozen=True, kw_only=True, rename="camel"):
    """The recordings of a session. ``status`` is that of the first one that is not ``success``."""

    session_id: str
    status: State
    recordings: tuple[_Row, ...]


class VendorRecordings(ServedRoute):
    """The route that returns the recordings of a session, and removes them."""

    methods = ("DELETE", "GET")
    templates = PATHS

    async def answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> bytes:
        """Return the recordings of a session, or the removed ones."""
        del receive
        client = await self._authorizer.client(scope, headers)
        tenant = await self.tenant(client, scope, headers)
        is_reading = scope["method"] == "GET"
        check_scope(client.scopes, READ_SCOPES if is_reading else DELETE_SCOPES)
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        session_id = asked.get("sessionId", "")
        if not session_id:
            raise RequestError("sessionId: name the session in the query.", code="field.missing", field="sessionId")
        app = self._services.store.within(tenant)
        if is_reading:
            base = base_of(scope, self._services.settings.public_url)
            return await run(lambda: self._read(app, session_id, base, f"client:{client.client_id}"))
        return await run(lambda: self._removed(app, session_id, f"client:{client.client_id}"), slow=True)

    def _read(self, app: AppStore, session_id: str, base: str, reader: str) -> bytes:
        found = app.recordings.of(session_id)
        rows = tuple(self._row(app, each, base) for each in found)
        if found:
            record_links(app, reader, f"conversation:{session_id}", len(found))
        states: list[State] = [row.status for row in rows if row.status != "success"]
        status: State = states[0] if states else "success" if rows else "media_unavailable"
        return msgspec.json.encode(_Answer(session_id=session_id, status=status, recordings=rows))

    def _row(self, app: AppStore, recording: Recording, base: str) -> _Row:
        services = self._services
        offered = offer(services.store, app, services.recordings, recording, may_original=False)
        url = None
        if offered.variant is not None:
            url = base + services.recording_links.link(recording.recording_id, offered.variant)[0]
        return _Row(
            recording_id=recording.recording_id,
            status=offered.state,
            recording_url=url,
            start_time=recording.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            duration=recording.sound.duration_ms / 1000,
            channels=recording.sound.channels,
            content_type=recording.sound.content_type,
        )

    def _removed(self, app: AppStore, session_id: str, principal: str) -> bytes:
        count = erase_recordings(app, session_id, principal)
        remove_due(self._services.store.recordings, self._services.recordings)
        return msgspec.json.encode({"sessionId": session_id, "deleted": count})
