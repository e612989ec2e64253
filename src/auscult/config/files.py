"""Settings in files: a TOML file of settings, and files with one secret each."""

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

from auscult.domain.errors import SettingsError
from auscult.domain.said.spelling import did_you_mean

SETTINGS_FILE = Path("auscult.toml")
"""Read in the working folder where no other is named."""


def read_settings_file(named: str, known: Collection[str]) -> tuple[Mapping[str, object], str]:
    """Return the settings of a TOML file by name, and the name of the file; nothing where none is there.

    Raises ``SettingsError`` where the file that is ``named`` is missing, or a file cannot be read or has unknown keys.
    """
    path = Path(named) if named else SETTINGS_FILE
    if not named and not path.is_file():
        return {}, ""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(
            f"cannot read the settings file {path}: {reason}",
            code="setting.file_unreadable",
            field="AUSCULT_CONFIG",
            value=str(path),
        ) from error
    for name in found:
        if name not in known:
            near = did_you_mean(
                name, known, "docs/reference/settings.md lists all, without the prefix and in lower case"
            )
            raise SettingsError(
                f"{path}: {name} is no setting; {near}", code="setting.unknown", field=name, value=str(path)
            )
    return found, str(path)


def read_secret(variable: str, path: str) -> str:
    """Return the text of a file with one value. Raises ``SettingsError``."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SettingsError(
            f"{variable}: cannot read {path}: {reason}; name a readable file with nothing but the value",
            code="setting.file_unreadable",
            field=variable,
            value=path,
        ) from error
