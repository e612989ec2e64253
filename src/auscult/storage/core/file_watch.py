"""Wake-up between the processes of one machine: one touches a file, and those that watch it wake (inotify, Linux)."""

import ctypes
import os
import select
import sys
from contextlib import AbstractContextManager
from pathlib import Path

_ATTRIBUTES_CHANGED = 0x4
"""``IN_ATTRIB`` of inotify(7): times were set, as ``touch`` does; that something was written is no such event."""
_EVENT_BYTES = 4096


def touch(path: Path) -> None:
    """Wake those that watch a file."""
    os.utime(path)


def watch_of(path: Path) -> "FileWatch | None":
    """Return a watch of a file; None where the kernel has no inotify, or no watch left."""
    if sys.platform != "linux":
        return None
    kernel = ctypes.CDLL(None)
    events: int = kernel.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if events >= 0 and kernel.inotify_add_watch(events, os.fsencode(path), _ATTRIBUTES_CHANGED) < 0:
        os.close(events)
        return None
    return FileWatch(events) if events >= 0 else None


class FileWatch(AbstractContextManager["FileWatch"]):
    """Watch of one file; a context, which ends it."""

    def __init__(self, events: int) -> None:
        """Store the descriptor of its events."""
        self._events = events

    def wait(self, at_most_s: float) -> bool:
        """Return whether the file was touched since the last call; wait for it."""
        if not select.select([self._events], [], [], at_most_s)[0]:
            return False
        os.read(self._events, _EVENT_BYTES)
        return True

    def __exit__(self, *_: object) -> None:
        """End the watch."""
        os.close(self._events)
