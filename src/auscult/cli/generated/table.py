"""The table of the commands that are made from the operations of the API."""

from functools import cache
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct

TABLE = "table.json"
Kind = Literal["text", "integer", "flag", "instant", "pair"]


class Input(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parameter of an operation, or a field of its body: ``choices`` are its values, if they are few.

    ``parts`` are the fields of a record, which is given as their values in this order: ``c-7f8b#t-2``.
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

    @property
    def metavar(self) -> str:
        """Return the placeholder: ``DISPUTE``, ``accept|deny``, ``ID``, ``TIME``."""
        if self.kind == "pair":
            return "NAME=VALUE"
        if self.parts:
            return "#".join(each.removesuffix("_id").upper() for each in self.parts)
        if self.is_argument:
            return "|".join(self.choices) or self.word.upper()
        by_kind = {"instant": "TIME", "integer": "N"}
        return by_kind.get(self.kind) or ("ID" if self.name.endswith(("_id", "_ids")) else self.word.upper())


class Operation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command and the operations behind it: the one that runs, and the one that stores a file given to it.

    ``columns`` are shown of a list; ``body`` names the fields of the body among the inputs.
    """

    words: str
    handler: str
    help: str
    inputs: tuple[Input, ...] = ()
    body: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    storing: str = ""


@cache
def table() -> dict[str, Operation]:
    """Return the operations by the words of their commands."""
    data = resources.files(__package__ or "").joinpath(TABLE).read_bytes()
    return {each.words: each for each in msgspec.json.decode(data, type=tuple[Operation, ...])}
