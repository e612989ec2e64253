"""The recordings of the demo: which come along, and how they are added to conversations."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from auscult.domain.errors import RecordingError
from auscult.domain.recordings.words import Word
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    from auscult.bootstrap import Application


def recordings(examples: Path) -> list[Path]:
    """Return the files of the folder of examples, each named by its conversation."""
    return sorted((examples / "recordings").glob("*.opus"))


def add(application: "Application", tenant: Tenant, conversation_ids: Mapping[Path, str]) -> None:
    """Add recordings to their conversations, with their words; none where the extra is missing.

    What is not there, or has a recording, is left.
    """
    from auscult import bootstrap
    from auscult.domain.recordings.recording import Claims
    from auscult.services.recordings.accept import Upload

    app, store = application.store.within(tenant), application.store
    for file, conversation_id in conversation_ids.items():
        if app.conversations.get(conversation_id) is None or app.recordings.of(conversation_id):
            continue
        upload = Upload(
            app, bootstrap.recordings.folder(application.settings), conversation_id, Claims(), lambda: datetime.now(UTC)
        )
        upload.write(file.read_bytes())
        try:
            recording = upload.finish()
        except RecordingError as error:
            if error.reason != "recording.no_reader":
                raise
            continue
        aligned = file.with_suffix(".words.json")
        if aligned.is_file():
            words = msgspec.json.decode(aligned.read_bytes(), type=tuple[Word, ...])
            store.transcriptions.supply(recording.recording_id, "forced alignment", words)
