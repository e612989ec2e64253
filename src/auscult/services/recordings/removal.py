"""Removal of the files of recordings that were erased, or never committed."""

import logging
import time

from auscult.domain.operations.guarding import guarded
from auscult.services.privacy.log import record
from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.recordings.repository import Recordings
from auscult.storage.store import AppStore

LOG = logging.getLogger(__name__)
_A_DAY_S = 24 * 3600
_AT_ONCE = 100


def erase_recordings(app: AppStore, conversation_id: str, by: str) -> int:
    """Erase the recordings of a conversation that is not held, and return how many; ``remove_due`` removes their files."""
    app.erasure.refuse_held(conversation_id)
    count = app.recordings.erase(conversation_id)
    app.erasure.overwrite()
    record(app, by, "recordings.erased", f"conversation:{conversation_id}", count=count)
    return count


def remove_due(recordings: Recordings, folder: RecordingFolder) -> int:
    """Remove files that are due, and return how many there were. After a crash, or a fault, the rest is still due."""
    folder.remove_temporary(time.time() - _A_DAY_S)
    count, left = 0, set[str]()
    while due := [each for each in recordings.due_removals(_AT_ONCE + len(left)) if each not in left]:
        for location in due:
            left.add(location)
            with guarded(LOG, "removal of a recording"):
                folder.remove(location)
                recordings.removed(location)
                left.remove(location)
                count += 1
    return count
