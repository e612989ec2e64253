"""From plain values to typed settings, with every fault and its position named, not only the first."""

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from auscult.domain.errors import coded, joined
from auscult.domain.said.spelling import did_you_mean
from auscult.services.definitions.forms.document import Document, Path, Value

_PERCENT = re.compile(r"([-+]?[\d.,]{1,20})\s*%")
_NUMBER = re.compile(r"[-+]?\d{1,20}(?:[.,]\d{1,10})?")
_GROUPED = re.compile(r"\d{1,3}(?:[ _,']\d{3})+")
_TRUE = frozenset({"true", "yes", "on", "y", "1"})
_FALSE = frozenset({"false", "no", "off", "n", "0"})
_SYNONYMS = {
    "voice": ("phone", "telephone", "call", "calls", "audio", "telephony"),
    "chat": ("text", "message", "messages", "messaging", "web", "email", "livechat"),
    "customer": ("client", "caller", "user", "consumer", "visitor"),
    "agent": ("advisor", "adviser", "operator", "representative", "rep", "staff"),
    "any": ("all", "both", "anybody", "anyone", "everybody", "*"),
    "both": ("any", "all", "*", "either"),
    "inbound": ("in", "incoming"),
    "outbound": ("out", "outgoing"),
    "exclude": ("skip", "ignore", "omit"),
    "na": ("n/a", "none"),
}
"""Words that people use in place of a form's own, by the form's."""
_NAMES = {
    "str": coded("text"),
    "int": coded("a whole number"),
    "float": coded("a number"),
    "decimal": coded("a number"),
    "bool": coded("true or false"),
    "null": coded("nothing"),
    "array": coded("a list"),
    "object": coded("a mapping"),
}
_OR = coded(" or ")


class Unread:
    """Placeholder of a value that could not be read; its fault is noted in the document."""


UNREAD = Unread()


def read_struct(  # noqa: PLR0913 what is read, and three ways in which a caller may be lenient
    document: Document,
    kind: type[msgspec.Struct],
    value: Value,
    path: Path,
    *,
    elsewhere: tuple[str, ...] = (),
    stand_ins: Mapping[str, object] | None = None,
    allow_others: bool = False,
    homes: Mapping[str, str] = MappingProxyType({}),
) -> Any:  # noqa: ANN401 the caller names the kind
    """Read a mapping into a struct, noting the faults of every key.

    A key that could not be read has its default, so that the rest can be checked too; ``stand_ins`` are defaults for
    keys that have none. Without them such a key leaves nothing but ``UNREAD``. ``elsewhere`` are further keys of
    this mapping that other code reads; with ``allow_others`` that is any key. ``homes`` has the right path of keys
    in a form.
    """
    fields = fields_of(kind)
    if not isinstance(value, Mapping):
        document.unread(
            path,
            "must be a mapping of keys, not {type}; its keys are {list}",
            type=name_of(value),
            list=", ".join(fields),
        )
        return UNREAD
    if not allow_others:
        _refuse_unknown_keys(document, kind, value, path, known=(*fields, *elsewhere), homes=homes)
    read: dict[str, Any] = {}
    for key, field in fields.items():
        found: Any = UNREAD
        if key in value:
            found = _read(document, field.type, value[key], (*path, key), homes)
        elif field.required:
            document.unread((*path, key), "is missing")
        if found is not UNREAD:
            read[field.name] = found
        elif field.required and stand_ins is not None and key in stand_ins:
            read[field.name] = stand_ins[key]
        elif field.required:
            return UNREAD
    return kind(**read)


def _refuse_unknown_keys(  # noqa: PLR0913  (what stands there, and all that may be said of it)
    document: Document,
    kind: type[msgspec.Struct],
    value: Mapping[str, Value],
    path: Path,
    *,
    known: tuple[str, ...],
    homes: Mapping[str, str],
) -> None:
    """Note every unknown key, and the most likely intention."""
    for key in value:
        if key not in known and not document.is_hopeless:
            document.unread((*path, key), coded("is not a known key") + "; " + _likely_key(key, kind, known, homes))


def _likely_key(key: str, kind: type[msgspec.Struct], known: tuple[str, ...], homes: Mapping[str, str]) -> str:
    word, colon, rest = key.partition(":")
    if colon and rest and word in known:
        return coded("a space is missing after the colon: {name}", name=f"{word}: {rest}")
    if key.startswith("-") and key[1:] in known:
        return coded("a space is missing after the dash: {name}", name=f"- {key[1:]}")
    if key == "<<":
        return coded("what it merges must be written out")
    inside = keys_inside(kind).get(key)
    is_common = homes.get(key) in ("the form", "a metric")
    if inside and not is_common:
        return coded("it belongs inside {name}", name=inside)
    if key in homes:
        return coded("it belongs to {name}", name=homes[key])
    return did_you_mean(key, known, coded("known here: {list}", list=", ".join(known)))


@lru_cache
def fields_of(kind: type[msgspec.Struct]) -> Mapping[str, msgspec.structs.FieldInfo]:
    """Return the fields of a struct, by key. A form has hundreds of conditions, and these take long to be looked up."""
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


@lru_cache
def keys_inside(kind: type[msgspec.Struct]) -> Mapping[str, str]:
    """Keys that a struct has only deeper down, and the first path of each: ``phrases`` → ``answer.any_of``."""
    found: dict[str, str] = {}
    waiting = [("", kind)]
    seen = {kind}
    for path, one in waiting:
        for key, field in fields_of(one).items():
            if path:
                found.setdefault(key, path)
            for inner in _structs(field.type):
                if inner not in seen:
                    seen.add(inner)
                    waiting.append((f"{path}.{key}".removeprefix("."), inner))
    return {key: path for key, path in found.items() if key not in fields_of(kind)}


def _structs(annotation: Any) -> Iterator[type[msgspec.Struct]]:  # noqa: ANN401 types of fields are values here
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        yield annotation
    for part in get_args(annotation):
        yield from _structs(part)


def mapping_in(document: Document, keys: str) -> dict[str, Value] | None:
    """Return the mapping of ``keys`` that a document is; None, and a note, where it is something else or cannot be read."""
    if isinstance(document.value, dict):
        return document.value
    if not document.problems:
        document.unread(
            (), "must be a mapping of keys like {list}, not {type}", list=keys, type=name_of(document.value)
        )
    return None


def name_of(value: object) -> str:
    """Return the kind of a value, in the words of those who write forms."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, coded("true or false")),
        (str, coded("text")),
        (int, coded("a whole number")),
        (Decimal, coded("a decimal number")),
        (list, coded("a list")),
        (dict, coded("a mapping")),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), coded("nothing"))


def _read(document: Document, kind: Any, value: Value, path: Path, homes: Mapping[str, str]) -> Any:  # noqa: ANN401 types of fields are values here
    options = options_of(kind)
    if value is None and types.NoneType in options:
        return None
    inner = [option for option in options if option is not types.NoneType]
    only = inner[0] if len(inner) == 1 else None
    if isinstance(only, type) and issubclass(only, msgspec.Struct):
        return read_struct(document, only, value, path, homes=homes)
    lists = [option for option in inner if get_origin(option) is tuple]
    if lists and (only is lists[0] or isinstance(value, list)):
        return _read_list(document, get_args(lists[0])[0], value, path, homes)
    choices = [choice for option in inner if get_origin(option) is Literal for choice in get_args(option)]
    if choices and value not in choices:
        given = repr(value) if isinstance(value, str) else name_of(value)
        fault = coded("must be {choices}, not {type}", choices=joined(_OR, choices), type=given) + meant_choice(
            value, choices
        )
    elif only in (Decimal, float, int) and isinstance(value, str):  # a Decimal would be made of it, of "NaN" too
        fault = coded("must be a number, not {type!r}", type=value) + meant_number(value)
    else:
        try:
            return msgspec.convert(_number(only, value), kind, strict=True)
        except msgspec.ValidationError as error:
            fault = _in_plain_words(str(error)) + _meant(inner, value)
    document.unread(path, fault)
    return UNREAD


@lru_cache(maxsize=1_000)
def options_of(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 as above
    """The types that a field's value may have, without what is only said about them. A form asks thousands of times."""
    if get_origin(kind) is Annotated:
        return options_of(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(one for part in get_args(kind) for one in options_of(part))
    return (kind,)


def _meant(kinds: list[Any], value: Value) -> str:
    if bool in kinds:
        return meant_truth(value)
    if str in kinds:
        return meant_text(value) if len(kinds) == 1 else ""
    return meant_number(value)


def _number(kind: Any, value: Value) -> object:  # noqa: ANN401 as above
    """Numbers as the field keeps them: a document holds whole ones and exact decimals."""
    if kind is float and isinstance(value, Decimal):
        return float(value)
    return Decimal(value) if kind is Decimal and isinstance(value, int) and not isinstance(value, bool) else value


def _read_list(document: Document, kind: Any, value: Value, path: Path, homes: Mapping[str, str]) -> Any:  # noqa: ANN401 as above
    if not isinstance(value, list):
        document.unread(path, coded("must be a list, not {type}", type=name_of(value)) + meant_list(value))
        return UNREAD
    read = [_read(document, kind, one, (*path, index), homes) for index, one in enumerate(value)]
    return UNREAD if any(one is UNREAD for one in read) else tuple(read)


def _in_plain_words(message: str) -> str:
    """``Expected `str`, got `int` `` becomes ``must be text, not a whole number``."""
    expected, got, found = message.removeprefix("Expected ").partition(", got ")
    if not message.startswith("Expected ") or not got:
        return message

    def words(names: str) -> str:
        return joined(_OR, [_NAMES.get(name.strip(), name.strip()) for name in names.strip("`").split("|")])

    return coded("must be {choices}, not {type}", choices=words(expected), type=words(found))


def meant_number(value: Value) -> str:
    """Return a suggestion where a number belongs."""
    if value is None:
        return "; " + coded("write one, or leave the line out")
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if percent := _PERCENT.fullmatch(text):
        return "; " + coded("write {name}, without the percent sign", name=percent[1].replace(",", "."))
    if _GROUPED.fullmatch(text):
        return "; " + coded("write {name}, in digits alone", name=re.sub("[^0-9]", "", text))
    if _NUMBER.fullmatch(text):
        name = text.replace(",", ".")
        return "; " + (
            coded("write {name}", name=name) if "," in text else coded("write {name}, without quotes", name=name)
        )
    return ""


def meant_truth(value: Value) -> str:
    """Return a suggestion where true or false belongs."""
    said = str(value).strip().casefold()
    meant = "true" if said in _TRUE else "false" if said in _FALSE else ""
    return meant and "; " + coded("write {name}", name=meant)


def meant_choice(value: Value, choices: Sequence[str]) -> str:
    """Return the allowed word that was most likely meant."""
    if isinstance(value, bool):
        meant = "yes" if value else "no"
        return "; " + coded("write {name}", name=meant) if meant in choices else ""
    if not isinstance(value, str):
        return ""
    said = value.strip().casefold()
    synonym = next((word for word in choices if said in _SYNONYMS.get(word, ())), None)
    hint = coded("did you mean {name}?", name=synonym) if synonym else did_you_mean(said, choices)
    return hint and "; " + hint


def meant_text(value: Value) -> str:
    """Return a suggestion where a text belongs."""
    if value is None:
        return "; " + coded("write one, or leave the line out")
    if isinstance(value, list):
        return (
            "; "
            + coded("a text that begins with [ must be in quotes")
            + ("" if len(value) == 1 else "; " + coded("of several give one"))
        )
    if isinstance(value, dict):
        return "; " + coded("a text with { or a colon in it must be in quotes")
    return "; " + coded("put it in quotes")


def meant_list(value: Value) -> str:
    """Return a suggestion where a list belongs."""
    if isinstance(value, dict):
        return "; " + coded("begin each entry with a dash")
    return (
        "; " + coded("write one, or leave the line out")
        if value is None
        else "; " + coded("put it in brackets, like [this]")
    )
