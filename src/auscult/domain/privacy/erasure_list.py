"""Lines of the list of erasures and holds in a second place, and what of it a restored database lacks."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

VERSION = 2
LINE_START = b'{"'


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line: an erasure (``key``), a hold, or the version that says that everything known before follows.

    ``key`` is the keyed hash of a conversation's id in hexadecimal, ``at`` the instant of its erasure in ms; version 1
    had none. A line that is ``begun`` was written before its transaction ended; ``void`` takes it back. ``hold`` is encrypted.
    """

    app: str = ""
    key: str = ""
    at: int | None = None
    state: Literal["begun", "void"] | None = None
    hold: str = ""
    version: int = 0


class Listed(NamedTuple):
    """Lines of lists, those that cannot be read (``file, line 7``), and whether holds are in them."""

    lines: tuple[Line, ...] = ()
    faults: tuple[str, ...] = ()
    has_holds: bool = False


class Erasure(NamedTuple):
    """Erasure of a conversation: the keyed hash of its id, and its instant in ms (0 where a line has none)."""

    key: bytes
    at: int


class Missing(NamedTuple):
    """Erasures that a restored database lacks, and those of which it is not known whether they were completed."""

    done: tuple[Erasure, ...]
    begun: tuple[Erasure, ...]


def encoded(lines: Iterable[Line]) -> bytes:
    """Return lines as they are written."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def read_lines(content: bytes, name: str) -> Listed:
    """Read a list. Of a line that cannot be read, the end counts that is a line by itself, as after half a line."""
    lines: list[Line] = []
    faults: list[str] = []
    for number, raw in enumerate(content.split(b"\n"), start=1):
        if not raw.strip():
            continue
        line, at = _line(raw), 0
        if line is None:
            faults.append(f"{name}, line {number}")
        while line is None and (at := raw.find(LINE_START, at + 1)) > 0:
            line = _line(raw[at:])
        if line is not None:
            lines.append(line)
    return Listed(tuple(lines), tuple(faults), any(line.version >= VERSION for line in lines))


def missing(lines: Iterable[Line], known: Collection[Erasure], backed_up_at: int) -> Missing:
    """Return the erasures of an app's lines that a backup, with the erasures that it knows, was made before.

    An erasure and its record are of one transaction: what the backup does not know came after it, whatever clocks say.
    One that was only begun before the backup began (ms) was cut off. A line without an instant counts where its
    conversation has none with one, and more of them than the backup knows erasures of it.
    """
    knows, of_key = Counter(known), Counter(each.key for each in known)
    by_key: defaultdict[bytes, list[Line]] = defaultdict(list)
    for line in lines:
        if line.key:
            by_key[bytes.fromhex(line.key)].append(line)
    done: list[Erasure] = []
    begun: list[Erasure] = []
    for key, its in by_key.items():
        ended, void, open_ = ({line.at for line in its if line.state == state} for state in (None, "void", "begun"))
        if {None} == ended | void | open_:
            done += [Erasure(key, 0)] * (len(its) - of_key[key])
        done += [each for at in ended if at is not None and (each := Erasure(key, at)) not in knows]
        cut_off = (Erasure(key, at) for at in open_ - ended - void if at is not None and at >= backed_up_at)
        begun += [each for each in cut_off if each not in knows]
    return Missing(tuple(done), tuple(begun))


def _line(raw: bytes) -> Line | None:
    try:
        line = msgspec.json.decode(raw, type=Line)
        bytes.fromhex(line.key)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return None
    return line if line.version or (line.app and (line.key or line.hold)) else None
