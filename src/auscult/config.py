"""Settings: what a user may choose, with its default. The only reader of the environment (prefix ``AUSCULT_``).

Every setting is one field here and one line in docs/reference/settings.md; a test holds the two together.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from auscult.domain.errors import SettingsError

PREFIX = "AUSCULT_"
_PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)")


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting. Field ``batch_size`` is variable ``AUSCULT_BATCH_SIZE``; the note says what a right value is."""

    database_url: Annotated[
        str,
        Meta(
            pattern="^(sqlite:///|postgresql://)", description="sqlite:///file.db or postgresql://user@host:port/name"
        ),
    ] = "sqlite:///auscult.db"
    secret_key: Annotated[
        Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}=$")] | None,
        Meta(description="32 random bytes as URL-safe base64 (44 characters)"),
    ] = None
    state_dir: Annotated[str, Meta(description="a folder for key files of PostgreSQL databases")] = ""
    host: Annotated[str, Meta(min_length=1, description="an address to listen on")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="a port from 0 (any free one) to 65535")] = 8484
    workers: Annotated[int, Meta(ge=0, le=64, description="worker processes beside the server, from 0 to 64")] = 1
    batch_size: Annotated[int, Meta(ge=1, le=5000, description="conversations in one batch, from 1 to 5000")] = 500
    poll_ms: Annotated[
        int, Meta(ge=20, le=60_000, description="ms between two looks at the work list, from 20 to 60000")
    ] = 100
    rate_limit: Annotated[
        int, Meta(ge=0, description="requests a minute that one account may make; 0 for no limit")
    ] = 6000
    page_maximum: Annotated[
        int, Meta(ge=100, le=10_000, description="largest page of the Quality reports, from 100 to 10000")
    ] = 100
    request_bytes: Annotated[int, Meta(ge=1024, description="largest request body in bytes, 1024 or more")] = 256 << 20
    turn_bytes: Annotated[int, Meta(ge=1, description="largest text of one turn in bytes, 1 or more")] = 64 << 10
    turns: Annotated[int, Meta(ge=1, description="most turns of one conversation, 1 or more")] = 20_000
    document_bytes: Annotated[int, Meta(ge=1, description="largest document in bytes, 1 or more")] = 32 << 20
    redis_url: Annotated[
        Annotated[str, Meta(pattern="^rediss?://")] | None,
        Meta(description="redis://host:port/number, to count rate limits there and not in the database"),
    ] = None
    token_audience: Annotated[str | None, Meta(description="the audience that a token with an aud claim must name")] = (
        None
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="debug, info, warning or error")
    ] = "warning"


def read_settings(environ: Mapping[str, str] | None = None, **chosen: object) -> Settings:
    """Read the settings from the environment; what is ``chosen`` (by a command's options, not None) goes before.

    Raises ``SettingsError`` that names variable, value, and what would be right.
    """
    environ = os.environ if environ is None else environ
    state_home = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME", ".")) / ".local" / "state")
    values: dict[str, Any] = {"state_dir": str(Path(state_home) / "auscult")}
    for name, hint in get_type_hints(Settings, include_extras=True).items():
        if chosen.get(name) is not None:
            values[name] = _converted(name, chosen[name], hint, name)
        elif text := environ.get(PREFIX + name.upper(), ""):
            values[name] = _converted(PREFIX + name.upper(), text, hint, name)
    return Settings(**values)


def unknown_settings(environ: Mapping[str, str] | None = None) -> list[str]:
    """Variables with our prefix that no setting reads: most often a slip of the pen, so ``auscult doctor`` lists them."""
    environ = os.environ if environ is None else environ
    known = {PREFIX + name.upper() for name in Settings.__struct_fields__}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def describe(name: str) -> str:
    """What a right value of this setting is, in words."""
    hint = get_type_hints(Settings, include_extras=True)[name]
    return next(str(note.description) for note in get_args(hint)[1:] if isinstance(note, Meta))


def _converted(where: str, value: object, hint: object, name: str) -> object:
    """``value`` as the type of the setting, or a refusal that says where it stood."""
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    try:
        return msgspec.convert(value, hint, strict=not (isinstance(value, str) and kind is int))
    except msgspec.ValidationError as error:
        shown = None if name == "secret_key" else _PASSWORD.sub("***", str(value))
        wrong = f"{where} cannot be {shown!r}" if shown else f"{where} cannot be used"
        raise SettingsError(f"{wrong}: give {describe(name)}.", field=where, value=shown) from error
