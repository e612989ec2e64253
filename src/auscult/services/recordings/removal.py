"""Removal of the files of recordings that were erased, or never committed."""

import time

from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.recordings.repository import Recordings

_A_DAY_S = 24 * 3600


def remove_due(recordings: Recordings, folder: RecordingFolder) -> int:
    """Remove files that are due, and return how many there were. After a crash the rest is still due."""
    folder.remove_temporary(time.time() - _A_DAY_S)
    count = 0
    while due := recordings.due_removals():
        for location in due:
            folder.remove(location)
            recordings.removed(location)
            count += 1
    return count
