"""The table of the commands that are made from the operations of the API."""

from functools import cache
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct

TABLE = "table.json"
Kind = Literal["text", "integer", "number", "flag", "instant", "pair"]


class Input(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parameter of an operation, or a field of its body: ``choices`` are its values, if they are few.

    ``parts`` are the fields of a record, which is given as their values in this order: ``c-7f8b#t-2``, ``t-2=A pause``.
    """

    name: str
    word: str
    help: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    is_argument: bool = False
    is_required: bool = False
    is_many: bool = False
    is_either: bool = False
    """True for a flag that can be denied, too."""
    placeholder: str = ""
    default: str = ""

    @property
    def metavar(self) -> str:
        """Return the placeholder: ``DISPUTE``, ``accept|deny``, ``ID``, ``TIME``."""
        if self.placeholder:
            return self.placeholder
        if self.kind == "pair":
            return "NAME=VALUE"
        if self.parts:
            return self.joint.join(each.removesuffix("_id").upper() for each in self.parts)
        if self.is_argument:
            return "|".join(self.choices) or self.word.upper()
        by_kind = {"instant": "TIME", "integer": "N", "number": "N"}
        return by_kind.get(self.kind) or ("ID" if self.name.endswith(("_id", "_ids")) else self.word.upper())

    @property
    def joint(self) -> str:
        """Return the sign between parts: an id and a text are a name and its value."""
        return "#" if self.parts[1].endswith("_id") else "="


class Operation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command and the operations behind it: the one that runs, and the one that stores what is given to it.

    What is stored is a file, or with a ``body`` what the options change of it. ``columns`` are shown of a list, or the
    text ``prints`` of a record; ``body`` names the fields of the body among the inputs, or ``file`` is what it is.
    ``each`` may be given several times.
    """

    words: str
    handler: str
    help: str
    inputs: tuple[Input, ...] = ()
    body: tuple[str, ...] = ()
    file: str = ""
    each: str = ""
    columns: tuple[str, ...] = ()
    prints: str = ""
    storing: str = ""


@cache
def table() -> dict[str, Operation]:
    """Return the operations by the words of their commands."""
    data = resources.files(__package__ or "").joinpath(TABLE).read_bytes()
    return {each.words: each for each in msgspec.json.decode(data, type=tuple[Operation, ...])}
