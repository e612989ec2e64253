"""The list of what was erased, in a second place: a restored backup is compared with it, and loses the same again."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from auscult.domain.errors import SettingsError
from auscult.storage.privacy.log import ERASED_SENT
from auscult.storage.store import Store


class ErasedLine(Struct, frozen=True, kw_only=True):
    """A line of the list: the app, and the keyed hash of the id of the conversation in hexadecimal."""

    app: str
    key: str


class ErasedList:
    """Appends to a file what was erased and is not in it yet, in order and at least once."""

    def __init__(self, store: Store, path: Path) -> None:
        """The file is created where it is missing."""
        self._store = store
        self._path = path

    def write(self) -> int:
        """Append what is missing, written through before it counts as kept; return how many lines."""
        after = self._store.log.count(ERASED_SENT)
        found = self._store.erased(after)
        if not found:
            return 0
        lines = b"".join(msgspec.json.encode(ErasedLine(app=each.app_id, key=each.key.hex())) + b"\n" for each in found)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, lines)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._store.log.keep_sent(found[-1].number, ERASED_SENT)
        return len(found)


def read_erased(paths: Iterable[Path]) -> dict[str, frozenset[bytes]]:
    """Read lists, as keyed hashes by app. Raises ``SettingsError`` where one cannot be read."""
    keys: dict[str, set[bytes]] = {}
    for path in paths:
        for line in _lines(path):
            keys.setdefault(line.app, set()).add(bytes.fromhex(line.key))
    return {app: frozenset(its) for app, its in keys.items()}


def _lines(path: Path) -> Iterator[ErasedLine]:
    try:
        for line in path.read_bytes().splitlines():
            if line.strip():
                yield msgspec.json.decode(line, type=ErasedLine)
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise SettingsError(
            f"the list of erasures {path} cannot be read: {error}; name the file that AUSCULT_ERASURES_TO names",
            code="erasures.unreadable",
            field="--erasures",
            value=str(path),
        ) from error
