import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from auscult.domain.errors import SettingsError
from auscult.storage.access.key_file import kept_key


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """The file, and the folder that had to be made for it, are nobody else's to read."""
    path = tmp_path / "state" / "auscult.db.key"
    key, made = kept_key(path)
    assert made
    assert Fernet(key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert kept_key(path) == (key, False)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_many_at_once_get_the_same_key(tmp_path: Path) -> None:
    """Whoever comes first makes it, and nobody reads half of one."""
    path = tmp_path / "auscult.db.key"
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: kept_key(path), range(64)))
    assert len({key for key, _ in found}) == 1
    assert sum(made for _, made in found) == 1
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    """What cannot be made is named, with what to do."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingsError, match="set AUSCULT_SECRET_KEY") as caught:
        kept_key(tmp_path / "file" / "auscult.db.key")
    assert caught.value.reason == "secret_key.unreadable"
