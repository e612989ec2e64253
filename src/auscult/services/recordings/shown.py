"""Recordings as reports show them: rows with links of their own, made when a page is read."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Raw

from auscult.domain.record import RecordPage
from auscult.domain.recordings.recording import Recording
from auscult.services.recordings.links import RecordingLinks, record_links
from auscult.services.recordings.variants import offer
from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.store import AppStore, Store

SIDES = {"agent": "agentRecordings", "customer": "customerRecordings"}
"""Keys of a row, by the side that is heard; a recording of both stands under both."""
_ROW = msgspec.json.Decoder(dict[str, Raw])
_ID = "conversationId"
_BEFORE = "duration"
_URLS = tuple[str, ...]


class RecordingsInRows:
    """Puts links to recordings into the rows of reports that show them."""

    def __init__(self, store: Store, folder: RecordingFolder, links: RecordingLinks) -> None:
        """Link to what is in ``folder``."""
        self._store = store
        self._folder = folder
        self._links = links

    def shown(self, apps: Sequence[AppStore], page: RecordPage, base: str, reader: str) -> RecordPage:
        """Return a page with links, at the address ``base``; the log has an entry for ``reader``."""
        apps = [app for app in apps if page.rows and app.recordings.has_any()]
        if not apps:
            return page
        rows = [_ROW.decode(row) for row in page.rows]
        ids = [msgspec.json.decode(row[_ID], type=str) for row in rows if _ID in row]
        changed = list(page.rows)
        for app in apps:
            played = app.recordings.played(ids)
            if played:
                record_links(app, reader, f"app:{app.tenant.app_id}", len(played))
            for index, row in enumerate(rows):
                found = played.get(msgspec.json.decode(row[_ID], type=str)) if _ID in row else None
                if found:
                    changed[index] = _encoded(row, self._urls(app, found, base), {each.source for each in found})
        return msgspec.structs.replace(page, rows=tuple(changed))

    def _urls(self, app: AppStore, found: Sequence[Recording], base: str) -> dict[str, list[str]]:
        urls: dict[str, list[str]] = {side: [] for side in SIDES}
        for recording in found:
            offered = offer(self._store, app, self._folder, recording, may_original=False)
            if offered.variant is None:
                continue
            url = base + self._links.link(recording.recording_id, offered.variant)[0]
            for side, its in urls.items():
                if side in recording.speakers or "unknown" in recording.speakers:
                    its.append(url)
        return urls


def _encoded(row: Mapping[str, Raw], urls: Mapping[str, Sequence[str]], sources: set[str | None]) -> bytes:
    """Return a row with these links before those that its document names, which stay but for what was fetched."""
    shown: dict[str, Raw] = {}
    for side, key in SIDES.items():
        named = msgspec.json.decode(row[key], type=_URLS) if key in row else ()
        both = (*urls[side], *(url for url in named if url not in sources))
        if both:
            shown[key] = Raw(msgspec.json.encode(both))
    after: dict[str, Raw] = {}
    for key, value in row.items():
        if key not in SIDES.values():
            after[key] = value
        if key == _BEFORE:
            after |= shown
    return msgspec.json.encode(after | shown)
