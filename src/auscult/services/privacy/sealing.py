"""Sealing of the access log by a schedule, and the heads of seals in a second place that the operator names."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from auscult.domain.errors import SettingsError
from auscult.domain.privacy.log import Head
from auscult.storage.privacy.log import SENT
from auscult.storage.recordings.blobs import SCHEMES, ObjectBlobs
from auscult.storage.store import Store

_OBJECT = "seal-"
Deliver = Callable[[bytes], None]
"""Puts one head, a JSON object without a line end, in the second place; raises where it could not."""


class Sealing:
    """Seals what is not sealed yet, then sends the heads that are not sent yet, in order and at least once."""

    def __init__(self, store: Store, deliver: Deliver | None) -> None:
        """Without ``deliver`` there is no second place."""
        self._store = store
        self._deliver = deliver

    def run(self) -> int:
        """Seal and send; return how many seals were made."""
        made = 0
        while self._store.log.seal() is not None:
            made += 1
        if self._deliver is not None:
            for seal in self._store.log.seals(after=self._store.log.count(SENT)):
                self._deliver(msgspec.json.encode(Head.of(seal)))
                self._store.log.keep_sent(seal.number)
        return made


def append_to(path: Path) -> Deliver:
    """Return what appends heads to a file, each written through before it counts as sent."""

    def deliver(head: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, head + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    return deliver


def put_in(objects: ObjectBlobs) -> Deliver:
    """Return what stores each head as an object of its own in a store of objects."""

    def deliver(head: bytes) -> None:
        number = msgspec.json.decode(head, type=Head).seal
        with TemporaryDirectory() as folder:
            path = Path(folder) / "head"
            path.write_bytes(head)
            objects.put(f"{_OBJECT}{number:012}.json", path)

    return deliver


def read_heads(target: str) -> Sequence[Head]:
    """Read the heads of a file of JSON lines, or of a store of objects. Raises ``SettingsError`` where there are none."""
    try:
        lines = _objects(target) if target.startswith(SCHEMES) else Path(target).read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Head) for line in lines if line.strip()]
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError(
            f"the seals in {target} cannot be read: {error}; name the place that AUSCULT_SEALS_TO names",
            code="seals.unreadable",
            field="seals_to",
            value=target,
        ) from error


def _objects(target: str) -> list[bytes]:
    objects, found = ObjectBlobs(target), list[bytes]()
    for name in sorted(objects.names(_OBJECT)):
        with objects.open(name) as file:
            found.append(file.read())
    return found
