"""Vectors that were made lately, kept by what they are of."""

from collections.abc import Callable, Hashable, Sequence
from itertools import islice
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
Key = TypeVar("Key", bound=Hashable)
Number = TypeVar("Number", np.int32, np.float32, np.float64)


class Kept(Generic[Key, Number]):
    """Vectors by key, made when missing and kept. When full it keeps the half that was made last."""

    def __init__(
        self, capacity: int, width: int, make: Callable[[list[Key]], NDArray[Number]], kind: type[Number]
    ) -> None:
        """Reserve room for ``capacity`` vectors of this width."""
        self.table: NDArray[Number] = np.empty((capacity, width), kind)
        self._rows: dict[Key, int] = {}
        self._make = make

    def rows(self, keys: Sequence[Key]) -> Rows:
        """Return the row of each key's vector in the table. There may not be more keys than rows."""
        missing = self._missing(keys)
        for left in (len(self.table) // 2, 0):
            if len(self._rows) + len(missing) > len(self.table):
                self._forget_all_but(left)
                missing = self._missing(keys)
        if missing:
            first = len(self._rows)
            self.table[first : first + len(missing)] = self._make(missing)
            self._rows.update(zip(missing, range(first, first + len(missing)), strict=True))
        return np.fromiter(map(self._rows.__getitem__, keys), np.int64, len(keys))

    def vectors(self, keys: Sequence[Key]) -> NDArray[Number]:
        """One vector for each key."""
        return self.table[self.rows(keys)]

    def _missing(self, keys: Sequence[Key]) -> list[Key]:
        return list(dict.fromkeys(key for key in keys if key not in self._rows))

    def _forget_all_but(self, left: int) -> None:
        forgotten = max(0, len(self._rows) - left)
        last = list(islice(self._rows, forgotten, None))
        self.table[: len(last)] = self.table[forgotten : forgotten + len(last)]
        self._rows = dict(zip(last, range(len(last)), strict=True))
