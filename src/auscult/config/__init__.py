"""Settings: what a user may choose, with its default. The only reader of the environment (prefix ``AUSCULT_``).

Every setting is one field here and one line in docs/reference/settings.md; a test holds the two together.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from auscult.config.files import read_secret, read_settings_file
from auscult.config.settings import Settings
from auscult.domain.errors import SettingsError
from auscult.domain.said.spelling import nearest

PREFIX = "AUSCULT_"
CLIENT_SECRET = PREFIX + "CLIENT_SECRET"
"""No setting: commands that talk to a server take their client's secret from it."""

CONFIG = PREFIX + "CONFIG"
"""No setting: names the settings file, which is else auscult.toml in the working folder."""

SECRETS = frozenset({"secret_key", "judge_api_key", "reranker_api_key", "metrics_token", "transcriber_api_key"})
"""Settings whose value no message repeats."""

FROM_FILES = SECRETS | {"database_url", "redis_url", "smtp_url"}
"""Settings that hold a secret, or may: ``AUSCULT_SECRET_KEY_FILE`` names a file whose text is the value."""

FILE = "_FILE"

_PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)")


class SourcedSettings(NamedTuple):
    """Settings, and the source of each by its name: ``default``, ``option``, a variable, or a file."""

    settings: Settings
    sources: Mapping[str, str]


def read_settings(environ: Mapping[str, str] | None = None, **chosen: object) -> Settings:
    """Read the settings from the environment, then from the settings file.

    What is ``chosen`` (by a command's options, not None) goes before.

    Raises ``SettingsError`` that names variable, value, and what would be right.
    """
    return read_sources(environ, **chosen).settings


def read_sources(environ: Mapping[str, str] | None = None, **chosen: object) -> SourcedSettings:
    """Read the settings with the source of each. Raises ``SettingsError`` as ``read_settings`` does."""
    environ = os.environ if environ is None else environ
    state_home = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME", ".")) / ".local" / "state")
    values: dict[str, Any] = {"state_dir": str(Path(state_home) / "auscult")}
    sources: dict[str, str] = {}
    in_file, file = read_settings_file(environ.get(CONFIG, ""), Settings.__struct_fields__)
    for name, hint in get_type_hints(Settings, include_extras=True).items():
        text, source = _text_of(name, environ)
        if chosen.get(name) is not None:
            values[name], source = _converted(name, chosen[name], hint, name), "option"
        elif text:
            values[name] = _converted(PREFIX + name.upper(), text, hint, name)
        elif name in in_file:
            values[name], source = _converted(f"{name} in {file}", in_file[name], hint, name), file
        sources[name] = source
    settings = Settings(**values)
    _check_models(settings)
    return SourcedSettings(settings, sources)


def _text_of(name: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Return a setting's text, empty where nothing is set, and its source. Raises ``SettingsError``."""
    variable = PREFIX + name.upper()
    text = environ.get(variable, "")
    path = environ.get(variable + FILE, "") if name in FROM_FILES else ""
    if not path:
        return text, variable if text else "default"
    if text:
        raise SettingsError(
            f"{variable} and {variable}{FILE} are both set; unset one of them",
            code="setting.twice",
            field=variable + FILE,
        )
    return read_secret(variable + FILE, path), f"{path} ({variable}{FILE})"


def variable(name: str) -> str | None:
    """Return a variable of the environment that a user names on the command line; None where there is none."""
    return os.environ.get(name)


def shown_value(name: str, value: object) -> str:
    """Return a setting's value as text, without secrets and passwords; empty where there is none."""
    if value is None:
        return ""
    return "***" if name in SECRETS else _PASSWORD.sub("***", str(value))


def unknown_settings(environ: Mapping[str, str] | None = None) -> list[str]:
    """Return a message for each variable with our prefix that is not a setting: most often a misspelling."""
    environ = os.environ if environ is None else environ
    known = [PREFIX + name.upper() for name in Settings.__struct_fields__] + [CLIENT_SECRET, CONFIG]
    known += [PREFIX + name.upper() + FILE for name in sorted(FROM_FILES)]
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in known)
    return [f"{name} is no setting; {_meant(name, known)}" for name in unknown]


def _meant(name: str, known: list[str]) -> str:
    """Return the likely setting. The prefix is left aside: all would be alike by it."""
    near = nearest(name.removeprefix(PREFIX), [each.removeprefix(PREFIX) for each in known])
    return f"did you mean {PREFIX}{near}?" if near else "docs/reference/settings.md lists all"


def describe(name: str) -> str:
    """Return a description of the accepted values of this setting."""
    hint = get_type_hints(Settings, include_extras=True)[name]
    return next(str(note.description) for note in get_args(hint)[1:] if isinstance(note, Meta))


def _check_models(settings: Settings) -> None:
    """Refuse settings of a judge or a cross-encoder that say half of what is needed."""
    judge = {
        "judge_model": ("judge_url",),
        "judge_url": ("judge_model",),
        "judge_price_in": ("judge_cost_per_day", "judge_price_cached", "judge_price_out"),
        "judge_price_out": ("judge_cost_per_day", "judge_price_cached", "judge_price_in"),
    }
    _check_whole(settings, judge, code="judge.incomplete")
    _check_whole(settings, {"reranker_url": ("reranker_model", "reranker_api_key")}, code="reranker.incomplete")


def _check_whole(settings: Settings, needed: Mapping[str, Sequence[str]], code: str) -> None:
    """Refuse a setting that is unset where one of those that need it is set. Raises ``SettingsError``."""
    for name, others in needed.items():
        given = next((other for other in others if getattr(settings, other) is not None), None)
        if given is not None and getattr(settings, name) is None:
            raise SettingsError(
                f"{PREFIX}{given.upper()} needs {PREFIX}{name.upper()} as well: give {describe(name)}.",
                code=code,
                field=PREFIX + name.upper(),
            )


def _converted(where: str, value: object, hint: object, name: str) -> object:
    """Return ``value`` as the type of the setting, or raise a refusal that names its source."""
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    try:
        return msgspec.convert(value, hint, strict=not (isinstance(value, str) and kind is int))
    except msgspec.ValidationError as error:
        shown = None if name in SECRETS else _PASSWORD.sub("***", str(value))
        wrong = f"{where} cannot be {shown!r}" if shown else f"{where} cannot be used"
        raise SettingsError(f"{wrong}: give {describe(name)}.", field=where, value=shown) from error
