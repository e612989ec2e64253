"""The formats that this product reads anyway, for a connector: native documents and vCons, plain or compressed."""

import io
from typing import ClassVar

from auscult.domain.connectors.contract import Item, Mapped, Refused, Setup
from auscult.domain.conversation import Conversation
from auscult.formats._contract import Format, limits_of
from auscult.formats.native import Native as NativeFormat
from auscult.formats.vcon import VCon as VConFormat


class OwnDocuments:
    """Mapper of one format of files. An item may hold one conversation, an array of them, or one a line."""

    _FORMAT: ClassVar[Format]
    _SUFFIXES = (".json", ".ndjson", ".jsonl", ".vcon")

    def __init__(self, setup: Setup) -> None:
        """Read for an app, within its limits."""
        self._app_id = setup.app_id
        self._limits = limits_of(setup)

    def accepts(self, key: str) -> bool:
        """Return whether the key ends like a file of JSON."""
        return key.lower().endswith(self._SUFFIXES)

    def map(self, item: Item) -> list[Mapped]:
        """Return conversations and refusals in the order of the item; each refusal names its line."""
        mapped: list[Mapped] = []
        for each in self._FORMAT.read(io.BytesIO(item.data), self._app_id, self._limits):
            if isinstance(each, Conversation):
                mapped.append(each)
            else:
                line = "" if each.error.line is None else f"line {each.error.line}"
                mapped.append(Refused(each.error.message, line))
        return mapped


class Native(OwnDocuments):
    """Native documents."""

    name: ClassVar[str] = "native"
    _FORMAT = NativeFormat()


class VCon(OwnDocuments):
    """VCons."""

    name: ClassVar[str] = "vcon"
    _FORMAT = VConFormat()
