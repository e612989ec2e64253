"""Vectors on disk, so that a restarted process does not compute them again.

A folder has files of at most a few hundred vectors, each with the digest of its text. Files are only added, under names
of their own, so any number of processes may share the folder. Texts are not stored.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

LOG = logging.getLogger(__name__)

UNUSED_S = 90 * 24 * 3600
"""Seconds after which a file is deleted if none of its vectors was read."""
_DIGEST_BYTES = 16
_SUFFIX = ".npz"

Vector = NDArray[np.float32]


def digest(version: str, text: str) -> bytes:
    """Return the key of a text's vector by the model of this version."""
    return blake2b(f"{version}\n{text}".encode(), digest_size=_DIGEST_BYTES).digest()


class VectorFiles:
    """Vectors by digest in a folder. Without a folder nothing is found, and nothing is written."""

    def __init__(self, folder: Path | None) -> None:
        """Use this folder, which is created at the first vectors."""
        self._folder = folder

    def read(self, keys: Iterable[bytes], known: set[str] | None = None) -> dict[bytes, Vector]:
        """Return the vectors that are there.

        Files named in ``known`` are skipped, and those that were read are added to it.
        """
        wanted = set(keys)
        found: dict[bytes, Vector] = {}
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")) if self._folder and wanted else ():
            if known is not None and path.name in known:
                continue
            used = {key: vector for key, vector in _content(path) if key in wanted}
            found |= used
            if known is not None:
                known.add(path.name)
            _keep(path, is_used=bool(used))
        return found

    def write(self, keys: Sequence[bytes], vectors: Vector) -> None:
        """Add vectors, shape (keys, width). A folder that cannot be written to is reported, and left as it is."""
        if self._folder is None or not keys:
            return
        name = token_hex(12)
        path = self._folder / f"{name}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("wb") as file:
                np.savez(file, keys=np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), -1), vectors=vectors)
            path.replace(self._folder / (name + _SUFFIX))
        except OSError as error:
            LOG.warning("vectors of passages are not kept in %s, and are computed again next time: %s", path, error)


def _content(path: Path) -> list[tuple[bytes, Vector]]:
    """Return keys and vectors of a file; nothing for one that was deleted meanwhile, or is damaged."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return [(row.tobytes(), vector) for row, vector in zip(file["keys"], file["vectors"], strict=True)]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        LOG.warning("vectors of passages in %s cannot be read, and are computed again: %s", path, error)
        return []


def _keep(path: Path, *, is_used: bool) -> None:
    """Mark a file as used, or delete it after a long time without use."""
    try:
        if is_used:
            path.touch()
        elif time.time() - path.stat().st_mtime > UNUSED_S:
            path.unlink()
    except OSError as error:
        LOG.debug("%s is left as it is: %s", path, error)
