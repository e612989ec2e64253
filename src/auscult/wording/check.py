"""Check of a pack: its lines by the rules of their notation, and its sentences."""

import re
from collections.abc import Iterator

import re2
from msgspec import Struct

from auscult.wording.matcher import Matcher, options
from auscult.wording.packs import WrittenPack, pack_text, read_pack, read_written, sentences

LINE = 120
_BRACKETS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", re.DOTALL)


class Checked(Struct, frozen=True, kw_only=True):
    """The result of a check. ``faults`` are whole messages; ``missed`` counts sentences known to be read wrongly."""

    pack: str
    version: int
    lines: int
    sentences: int
    missed: int
    faults: tuple[str, ...]


def check_pack(name: str) -> Checked:
    """Check a pack and run its sentences. Raises ``KeyError`` for an unknown pack, ``ValueError`` for an unreadable one."""
    text = pack_text(name)
    written, pack = read_written(text), read_pack(text)
    proofs = sentences(pack.name)
    return Checked(
        pack=pack.name,
        version=pack.version,
        lines=len(pack.lines),
        sentences=len(proofs),
        missed=sum(proof.is_missed for proof in proofs),
        faults=(*_notation(text, written), *_proven(name)),
    )


def _proven(name: str) -> Iterator[str]:
    """Yield the sentences that the pack reads otherwise than their signs say."""
    pack = read_pack(pack_text(name))
    matcher = Matcher(pack)
    for proof in sentences(pack.name):
        meanings = matcher.meanings(proof.text)
        found = proof.means in meanings if proof.means else bool(meanings)
        if found != proof.holds and not proof.is_missed:
            yield f"{proof}: the pack says {'yes' if found else 'no'}"
        elif found == proof.holds and proof.is_missed:
            yield f"{proof}: no longer missed; remove the question mark"


def _notation(text: str, written: WrittenPack) -> Iterator[str]:
    """Yield what breaks the rules of the notation: long lines, nested groups, patterns that RE2 refuses."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LINE:
            yield f"line {number} has {len(line)} characters; at most {LINE}"
    for line in _lines(written):
        if _depth(line) > 1:
            yield f"{line!r} nests groups; name the inner one under words"
    for line in read_pack(text).lines:
        try:
            re2.compile(line, options())
        except re2.error as error:
            yield f"{line!r} is no pattern: {error}"


def _lines(written: WrittenPack) -> Iterator[str]:
    for entries in written.words.values():
        yield from entries
    for reading in (written, *written.readings):
        yield from (*reading.says_so, *reading.written, *reading.unless, *reading.unless_written)


def _depth(line: str) -> int:
    """Return how deep brackets nest in a line; a bracket for flags, ``(?-i:``, is no group."""
    deepest = depth = 0
    is_flags: list[bool] = []
    for found in _BRACKETS.finditer(line):
        if found.group() == "(":
            is_flags.append(line.startswith("(?", found.start()))
            depth += not is_flags[-1]
            deepest = max(deepest, depth)
        elif found.group() == ")" and is_flags:
            depth -= not is_flags.pop()
    return deepest
