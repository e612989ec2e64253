"""Values as YAML: each in the style of the value that it replaces, plain where it has no style of its own."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal

from yaml.nodes import ScalarNode

from auscult.services.definitions.forms.document import Value, reads_as

_PLAIN_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NEVER_PLAIN = frozenset(":#{}[],&*!|>'\"%@`\\")
_WORDS = frozenset(("yes", "no", "true", "false", "null", "on", "off"))
_LAST_ASCII, _LAST_16_BIT = 0x7E, 0xFFFF
_BREAKS = "\x85\u2028\u2029\ufeff"


def written(value: Value, like: ScalarNode | None = None, *, is_json: bool = False) -> str:
    """Return a value in one line: a scalar in the style of ``like``, a list or mapping in brackets or braces."""
    if isinstance(value, list):
        return f"[{', '.join(written(each, is_json=is_json) for each in value)}]"
    if isinstance(value, dict):
        pairs = (
            f"{key_written(key, is_json=is_json)}: {written(each, is_json=is_json)}" for key, each in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    return _text(value, like, is_json=is_json) if isinstance(value, str) else _bare(value)


def _bare(value: bool | int | Decimal | None) -> str:  # noqa: FBT001  (a value of the document)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _text(value: str, like: ScalarNode | None, *, is_json: bool) -> str:
    style = like.style if like is not None else None
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return value if style != '"' and not is_json and _is_plain(value) else _quoted(value)


def key_written(key: str, *, is_json: bool = False) -> str:
    """Return a key of a mapping."""
    return _quoted(key) if is_json or not _is_plain(key) else key


def block_lines(value: Value) -> Iterator[str]:
    """Yield the lines of a mapping with a key on each, and of anything else in one."""
    if not isinstance(value, Mapping) or not value:
        yield written(value)
        return
    for key, each in value.items():
        yield f"{key_written(key)}: {written(each)}"


def _is_plain(value: str) -> bool:
    """Return whether a text reads as itself without quotes, inside brackets too."""
    if not value or value[0] not in _PLAIN_START or value != value.strip() or not value.isprintable():
        return False
    if set(value) & _NEVER_PLAIN or value.lower() in _WORDS:
        return False
    return reads_as(f"[{value}]", [value])


def _quoted(value: str) -> str:
    """Return a text in double quotes, with what YAML cannot have in a line escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(map(_escaped, text))


def _escaped(letter: str) -> str:
    if letter <= chr(_LAST_ASCII) or (letter.isprintable() and letter not in _BREAKS):
        return letter
    code = ord(letter)
    return f"\\u{code:04x}" if code <= _LAST_16_BIT else f"\\U{code:08x}"
