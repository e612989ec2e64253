"""The key to the clients' secrets, where no setting gives it: made once, in a file that only its owner can read."""

import os
import tempfile
from pathlib import Path

from auscult.domain.errors import SettingsError
from auscult.storage.access.clients import new_secret_key


def kept_key(path: Path, key: bytes | None = None) -> tuple[bytes, bool]:
    """Read the key, or keep ``key``, or make one; and whether it is new here. Any number of processes may do so at once.

    Raises ``SettingsError`` when the file can be neither read nor made.
    """
    try:
        try:
            return path.read_bytes().strip(), False
        except FileNotFoundError:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _made(path, key or new_secret_key())
    except OSError as error:
        raise SettingsError(
            f"the key file {path} cannot be read or made: {error.strerror}; set AUSCULT_SECRET_KEY, or mend that",
            code="secret_key.unreadable",
            field="AUSCULT_SECRET_KEY",
        ) from error


def _made(path: Path, key: bytes) -> tuple[bytes, bool]:
    """Write a whole file under another name, then rename it: the first process wins, and none reads half a key."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        return path.read_bytes().strip(), False
    finally:
        Path(name).unlink()
    return path.read_bytes().strip(), True
