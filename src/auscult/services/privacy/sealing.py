"""Sealing of the access log by a schedule, and the heads of seals in a second place that the operator names."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from auscult.domain.errors import SettingsError
from auscult.domain.privacy.log import Head
from auscult.storage.privacy.log import SENT
from auscult.storage.store import Store

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


def read_heads(path: Path) -> Sequence[Head]:
    """Read the heads of a file of JSON lines. Raises ``SettingsError`` where it is none."""
    try:
        return [msgspec.json.decode(line, type=Head) for line in path.read_bytes().splitlines() if line.strip()]
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError(
            f"the file of seals {path} cannot be read: {error}; name the file that AUSCULT_SEALS_TO names",
            code="seals.unreadable",
            field="seals_to",
            value=str(path),
        ) from error
