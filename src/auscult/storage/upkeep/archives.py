"""Archives of backups: one encrypted file each, in a folder or an object store."""

import io
import os
import tarfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from auscult.domain.errors import RequestError, SettingsError
from auscult.domain.operations.backups import KeepRule
from auscult.storage.recordings.blobs import SCHEMES, FolderBlobs, ObjectBlobs, copy_to
from auscult.storage.recordings.sealing import SealedReader, seal

ENDING = ".backup"
_NAME = "auscult-%Y%m%dT%H%M%SZ" + ENDING


class _Passphrase:
    """The keys that a passphrase gives: one for each number, which is its salt."""

    def __init__(self, passphrase: bytes) -> None:
        self._passphrase = passphrase

    def current(self, app: int) -> tuple[int, bytes]:
        """Return a key of its own for a new file."""
        del app
        number = int.from_bytes(os.urandom(8), "big")
        return number, self.of(number)

    def of(self, number: int) -> bytes:
        """Return the key of a file by its number."""
        return Scrypt(salt=number.to_bytes(8, "big"), length=32, n=2**15, r=8, p=1).derive(self._passphrase)

    def common(self) -> tuple[bytes, ...]:
        """Return no key: every archive has a number."""
        return ()


class Archives:
    """The archives in one place, which no other database shares: what is too old there is removed."""

    def __init__(self, place: str) -> None:
        """``place``: a folder, or ``s3://bucket/prefix`` (``gs://``, ``az://``). Raises ``SettingsError``."""
        self._is_folder = not place.startswith(SCHEMES)
        self._place = place
        self._blobs = FolderBlobs(Path(place)) if self._is_folder else ObjectBlobs(place, field="--to")

    @contextmanager
    def room(self) -> Generator[Path]:
        """Yield a new folder for the files of a backup, that only its owner reads; it is removed at the end."""
        beside = Path(self._place) if self._is_folder else None
        if beside is not None:
            beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".auscult-", dir=beside) as name:
            yield Path(name)

    def add(self, room: Path, folder: Path, passphrase: bytes, made_at: datetime) -> str:
        """Store the files of a folder, which are removed, as one encrypted archive, and return its name."""
        packed, sealed = room / "packed", room / "sealed"
        with tarfile.open(packed, "w") as archive:
            for path in sorted(folder.iterdir()):
                archive.add(path, path.name)
                path.unlink()
        number, key = _Passphrase(passphrase).current(0)
        sealed.touch(mode=0o600)
        seal(packed, sealed, number, key)
        packed.unlink()
        name = made_at.strftime(_NAME)
        self._blobs.put(name, sealed)
        return name

    def instants(self) -> dict[datetime, str]:
        """Return the archives by the instant at which each was made. Other files are not ours, and left out."""
        return dict(sorted((at, name) for name in self._blobs.names("auscult-") if (at := _made_at(name))))

    def prune(self, rule: KeepRule) -> tuple[str, ...]:
        """Remove the archives that the rule does not keep, and return their names."""
        found = self.instants()
        kept = rule.kept(found)
        gone = tuple(name for at, name in found.items() if at not in kept)
        for name in gone:
            self._blobs.remove(name)
        return gone

    @contextmanager
    def opened(self, name: str, passphrase: bytes) -> Generator[Path]:
        """Yield a folder with the files of an archive. Raises ``RequestError`` where it cannot be opened."""
        with TemporaryDirectory(prefix="auscult-") as temporary:
            sealed, folder = Path(temporary) / "sealed", Path(temporary) / "files"
            try:
                copy_to(self._blobs.open(name), sealed)
            except FileNotFoundError as error:
                raise RequestError(
                    "no backup {name} in {place}", name=name, place=self._place, code="backup.unknown", field="DIR"
                ) from error
            try:
                with tarfile.open(fileobj=_plain(sealed, passphrase), mode="r|") as archive:
                    archive.extractall(folder, filter="data")
            except SettingsError as error:
                raise RequestError(
                    "the passphrase does not open this backup, or its file was changed; "
                    "give the file that the backup was made with, or use another copy",
                    code="backup.passphrase_wrong",
                    field="--passphrase-file",
                ) from error
            yield folder


def _plain(sealed: Path, passphrase: bytes) -> io.BufferedReader:
    return io.BufferedReader(SealedReader(sealed.open("rb"), _Passphrase(passphrase)), 1 << 20)


def _made_at(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def split(address: str) -> tuple[str, str]:
    """Return the place and the name in an address of an archive, or of a place: the name is empty there."""
    place, _, name = address.rpartition("/")
    if name.endswith(ENDING):
        return place or ".", name
    return address, ""
