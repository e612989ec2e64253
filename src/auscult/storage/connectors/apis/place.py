"""The parts that places at APIs share: an item is composed of several answers, and has no siblings."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import msgspec

from auscult.domain.connectors.place import Found, ItemError
from auscult.storage.connectors.apis.asking import Answer, Api, RejectedError

_SUFFIX = ".json"


class ApiPlace(ABC):
    """A place at an API. The kind of API lists the items, named ``ID.json``, and composes each of them."""

    def __init__(self, api: Api) -> None:
        """Made by the kind, with its credentials."""
        self._api = api

    @abstractmethod
    def listing(self) -> Iterator[Found]:
        """Yield the items. Raises ``PlaceError``."""

    @abstractmethod
    def composed(self, name: str, found: Found) -> Answer:
        """Return the item of an id, as its format has it. Raises ``ItemError``, ``RejectedError``."""

    def fetch(self, found: Found) -> bytes:
        """Return the item with all that belongs to it. Raises ``ItemError``."""
        try:
            return msgspec.json.encode(self.composed(found.key.removesuffix(_SUFFIX), found))
        except RejectedError as error:
            raise ItemError("it cannot be read: {fault}", fault=error.coded) from error

    def read(self, key: str) -> bytes | None:
        """Return nothing: items have no siblings."""
        del key

    def close(self) -> None:
        """Close connections."""
        self._api.close()
