"""The packs that ship with the package: read, expanded and cached.

A reference names a pack, ``en/done``, or one version of it, ``en/done@3``. The newest version is ``en/done.yaml``;
an older one that published forms may still use is kept as ``en/done@2.yaml``.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal, NamedTuple

import msgspec
import yaml
from msgspec import Struct

_REFERENCE = re.compile(r"([a-z]{2}/[a-z][a-z0-9_]*)(?:@([1-9][0-9]{0,5}))?")
_VERSION = re.compile(r"^version: ([1-9][0-9]*)$", re.MULTILINE)
_GROUP = re.compile(r"(?<!\\[pPx])\{([a-z][a-z0-9_]*)\}")

_SPELLINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "de": {
        "schön": ("schoen",),
        "würde": ("wuerde",),
        "hätte": ("haette",),
        "ä": ("ae", "a"),
        "ö": ("oe", "o"),
        "ü": ("ue", "u"),
        "ß": ("ss",),
    },
    "es": {"á": ("a",), "é": ("e",), "í": ("i",), "ó": ("o",), "ú": ("u",), "ü": ("u",), "ñ": ("n",)},
    "fr": {
        "à": ("a",), "â": ("a",), "ç": ("c",), "é": ("e",), "è": ("e",), "ê": ("e",), "ë": ("e",), "î": ("i",),
        "ï": ("i",), "ô": ("o",), "ù": ("u",), "û": ("u",), "œ": ("oe",),
    },
    "pt": {
        "á": ("a",), "à": ("a",), "â": ("a",), "ã": ("a",), "ç": ("c",), "é": ("e",), "ê": ("e",), "í": ("i",),
        "ó": ("o",), "ô": ("o",), "õ": ("o",), "ú": ("u",), "ü": ("u",),
    },
}  # fmt: skip
"""How else people type the letters of a language, without their marks. Words that would become others have their own."""
_SPELLED = {language: re.compile(r"\[[^\]]*\]|" + "|".join(spellings)) for language, spellings in _SPELLINGS.items()}

_SENTENCE = re.compile(r"([+-])(?:\[([^\]]+)\])?(\?)? (.*)")

Weight = Literal["strong", "clear", "slight", "faint"]


class Reading(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One way to say it. It holds for a turn with a line of ``says_so`` or ``written`` and none of the ``unless`` lines.

    Lines are RE2 patterns. ``says_so`` and ``unless`` read bare words (small letters, no punctuation), the two others
    the text as written. The remaining fields are for analyzers: what the reading ``means``, the ``feeling`` it shows,
    whether that ``sounds`` good or bad and how much ``weight`` it has, a ``name``, and the names that it ``calls_off``.
    """

    says_so: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    unless_written: tuple[str, ...] = ()
    says: str = ""
    means: str = ""
    feeling: str = ""
    sounds: Literal["good", "bad", ""] = ""
    weight: Weight | Literal[""] = ""
    name: str = ""
    calls_off: tuple[str, ...] = ()


class Pack(Struct, frozen=True, kw_only=True):
    """A pack with its groups expanded. It holds for a turn for which one of its readings holds.

    ``unless`` are the lines that call off every reading; each reading's own ``unless`` has them too.
    """

    name: str
    version: int
    says: str
    readings: tuple[Reading, ...]
    unless: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Every line of ``says_so``, in order."""
        return tuple([line for reading in self.readings for line in reading.says_so])


class Sentence(NamedTuple):
    """A sentence that proves a pack: whether the pack ``holds`` for it, or only its readings that mean ``means``.

    ``is_missed``: known to be read wrongly so far.
    """

    text: str
    holds: bool
    means: str = ""
    is_missed: bool = False

    def __str__(self) -> str:
        """Write it as in its file."""
        means = f"[{self.means}]" if self.means else ""
        return f"{'+' if self.holds else '-'}{means}{'?' if self.is_missed else ''} {self.text}"


class WrittenPack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of a pack's file: groups of words, and one reading, or several under ``readings``."""

    pack: str
    version: int
    says: str
    words: dict[str, tuple[str, ...]] = {}
    says_so: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    unless_written: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()


def is_reference(text: str) -> bool:
    """Return whether a text is formed like ``en/done`` or ``en/done@3``."""
    return _REFERENCE.fullmatch(text) is not None


def available() -> tuple[str, ...]:
    """Return the names of all packs, sorted."""
    languages = sorted(one.name for one in _folder().iterdir() if one.is_dir() and len(one.name) == 2)  # noqa: PLR2004
    return tuple(
        f"{language}/{file.removesuffix('.yaml')}"
        for language in languages
        for file in sorted(one.name for one in (_folder() / language).iterdir())
        if file.endswith(".yaml") and "@" not in file
    )


def versions(name: str) -> tuple[int, ...]:
    """Return the versions of a pack that can be used, the newest last. Empty for an unknown pack."""
    language, _, stem = name.partition("/")
    folder = _folder() / language
    if not folder.is_dir() or not (folder / f"{stem}.yaml").is_file():
        return ()
    older = [
        one.name.removesuffix(".yaml").partition("@")[2] for one in folder.iterdir() if one.name.startswith(stem + "@")
    ]
    return (*sorted(int(number) for number in older if number.isdigit()), _version(pack_text(name)))


def resolved(reference: str) -> str:
    """Return a reference with its version: ``en/done`` becomes ``en/done@3``. Raises ``KeyError`` for an unknown pack."""
    return f"{reference.partition('@')[0]}@{_version(pack_text(reference))}"


@cache
def pack(reference: str) -> Pack:
    """Read a pack. Raises ``KeyError`` for an unknown pack or version, ``ValueError`` for a file that is no pack."""
    newest, text = reference.partition("@")[0], pack_text(reference)
    return pack(newest) if newest != reference and text == pack_text(newest) else read_pack(text)


def pack_text(reference: str) -> str:
    """Return a pack's file as it was written. Raises ``KeyError`` for an unknown pack or version."""
    formed = _REFERENCE.fullmatch(reference)
    if formed is None:
        raise KeyError(reference)
    name, version = formed.groups()
    newest = _folder() / f"{name}.yaml"
    if not newest.is_file():
        raise KeyError(reference)
    text = newest.read_text("utf-8")
    if version is None or _version(text) == int(version):
        return text
    older = _folder() / f"{name}@{version}.yaml"
    if not older.is_file():
        raise KeyError(reference)
    return older.read_text("utf-8")


def _version(text: str) -> int:
    """Return the version in a pack's file, without reading the rest of it. Raises ``ValueError``."""
    found = _VERSION.search(text)
    return int(found[1]) if found else read_written(text).version


def sentences(name: str) -> tuple[Sentence, ...]:
    """Return the sentences of a pack. Lines are ``+ text``, ``- text``, ``+[met] text``; missed: ``+? text``."""
    file = _folder() / f"{name}.txt"
    if not file.is_file():
        return ()
    lines = [line for line in file.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    return tuple([_sentence(line) for line in lines])


def read_written(text: str) -> WrittenPack:
    """Read a pack's file without expanding its groups. Raises ``ValueError``."""
    try:
        values = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506  (it makes text and nothing else)
        return msgspec.convert(values, WrittenPack, strict=False)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ValueError(f"not a wording pack: {error}") from error


def read_pack(text: str) -> Pack:
    """Read and expand a pack's file. Raises ``ValueError``."""
    written = read_written(text)
    words = _Words(written.words, written.pack.partition("/")[0])
    shared = words.expanded(written.unless)
    plain = Reading(says_so=written.says_so, written=written.written, unless_written=written.unless_written)
    readings = written.readings or (plain,)
    return Pack(
        name=written.pack,
        version=written.version,
        says=written.says,
        readings=tuple([_expanded(reading, words, shared) for reading in readings]),
        unless=shared,
    )


def _expanded(reading: Reading, words: "_Words", shared: tuple[str, ...]) -> Reading:
    return msgspec.structs.replace(
        reading,
        says_so=words.expanded(reading.says_so),
        written=words.expanded(reading.written),
        unless=(*words.expanded(reading.unless), *shared),
        unless_written=words.expanded(reading.unless_written),
    )


class _Words:
    """The named groups of a pack, each expanded once, and other spellings of its letters."""

    def __init__(self, written: Mapping[str, tuple[str, ...]], language: str) -> None:
        self._written = written
        self._spellings = _SPELLINGS.get(language, {})
        self._to_spell = _SPELLED.get(language)
        self._known: dict[str, str] = {}

    def expanded(self, lines: tuple[str, ...]) -> tuple[str, ...]:
        """Return the lines with each ``{group}`` as ``(one|another)``. Raises ``ValueError`` for an unknown group."""
        spell = self._to_spell
        spelled = [spell.sub(self._spelled, line) for line in lines] if spell else lines
        return tuple([_GROUP.sub(self._group, line) for line in spelled])

    def _spelled(self, match: re.Match[str]) -> str:
        """Return a letter so that it matches its other spellings too; a bracket of letters as it is."""
        found = match[0]
        others = self._spellings.get(found, ())
        return f"(?:{'|'.join((found, *others))})" if others else found

    def _group(self, match: re.Match[str]) -> str:
        name = match[1]
        if name not in self._known:
            if name not in self._written:
                raise ValueError(f"unknown group {{{name}}}; available: {', '.join(sorted(self._written))}")
            self._known[name] = ""  # a group inside itself adds nothing
            self._known[name] = f"({'|'.join(self.expanded(self._written[name]))})"
        return self._known[name]


def _sentence(line: str) -> Sentence:
    formed = _SENTENCE.fullmatch(line)
    if formed is None:
        raise ValueError(f"a sentence begins with + or - and a space, not {line!r}")
    sign, means, missed, text = formed.groups()
    return Sentence(text.strip(), holds=sign == "+", means=means or "", is_missed=bool(missed))


def _folder() -> Traversable:
    return files("auscult.wording")
