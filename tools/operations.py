"""Writes the table of commands that are made from the routes of the API; with ``--check`` compares only.

A handler with ``command="disputes raise"`` becomes a command: parameters of its path are arguments, those of its query
options, and so are the fields of its body, unless ``arguments`` names them, or with ``file`` the body is a file. Options
are called otherwise by ``named``; the parameter ``each`` may be given several times. Help is the first paragraph of the
docstring. A handler of GET and one of PUT with the same words are one command, which stores a file if one is given, or
with ``changes`` what its options change.
"""

import inspect
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from litestar.params import PathParameter, QueryParameter
from litestar.routes import HTTPRoute
from msgspec import Meta, Struct
from msgspec.structs import replace

from auscult.cli.generated import table
from auscult.cli.generated.table import Input, Kind, Operation
from auscult.server.api.application import ROUTERS

PAGE = Path(table.__file__).parent / table.TABLE
_OF_PAGES = {"limit", "cursor"}
"""Parameters of lists, which a command reads to their end."""
_KNOWN = ("app", "caller", "rights", "server")
"""Values that ``cli/generated/running.py`` has for handlers and their use cases."""
_KINDS: dict[Any, Kind] = {int: "integer", float: "number", bool: "flag", datetime: "instant"}


def operations() -> tuple[Operation, ...]:
    """Return the operations that are commands, by their words."""
    found: dict[str, Operation] = {}
    for method, handler in sorted(_handlers(), key=lambda each: each[0]):
        words = handler.opt["command"]
        made = _operation(words, handler)
        if method == "PUT" and words in found:
            made = _both(found[words], made, is_changing=handler.opt.get("changes", False))
        found[words] = made
    return tuple(found[words] for words in sorted(found))


def _both(reading: Operation, storing: Operation, *, is_changing: bool) -> Operation:
    """Return the command that shows a record, and stores a file or changes what its options name."""
    if not is_changing:
        return replace(reading, storing=storing.handler, help=f"{reading.help} With FILE, replace it.")
    inputs = tuple(
        replace(each, is_required=False, is_either=each.kind == "flag", default="") for each in storing.inputs
    )
    help_ = f"{reading.help} With options, change it."
    return replace(reading, storing=storing.handler, help=help_, inputs=inputs, body=storing.body)


def _handlers() -> Iterator[tuple[str, Any]]:
    """Yield method and handler of the operations that are commands."""
    for router in ROUTERS:
        for route in router.routes:
            for each in route.route_handlers if isinstance(route, HTTPRoute) else ():
                if "command" in each.opt:
                    yield min(each.http_methods), each


def _operation(words: str, handler: Any) -> Operation:
    fn, opt = inspect.unwrap(handler.fn), handler.opt
    arguments, named, each = opt.get("arguments", ()), opt.get("named", {}), opt.get("each", "")
    if lacking := sorted(_lacking(handler)):
        raise SystemExit(f"{_place(handler)}: a command has no {', '.join(lacking)}; available: {', '.join(_KNOWN)}")
    hints, defaults = get_type_hints(fn, include_extras=True), inspect.signature(fn).parameters
    of_pages = _OF_PAGES if "cursor" in hints else ()
    inputs = [
        _input(name, kind, shown.description or "", shown, default=defaults[name].default)
        for name, kind in hints.items()
        for shown in getattr(kind, "__metadata__", ())
        if isinstance(shown, PathParameter | QueryParameter | Meta) and name not in {*of_pages, "data"}
    ]
    body = _fields(hints["data"], arguments) if "data" in hints and "file" not in opt else ()
    return Operation(
        words=words,
        handler=_place(handler),
        help=f"{_help(fn)} Print the {opt['prints']}, or with --json all." if "prints" in opt else _help(fn),
        inputs=tuple(_named(of, named.get(of.name, ""), each) for of in (*inputs, *body)),
        body=tuple(of.name for of in body),
        file=opt.get("file", ""),
        each=each,
        columns=opt.get("columns", ()),
        prints=opt.get("prints", ""),
    )


def _named(of: Input, name: str, each: str) -> Input:
    """Return an input by another name, and its placeholder if there is one: ``to EMAIL``."""
    word, _, placeholder = name.partition(" ")
    return replace(of, word=word or of.word, placeholder=placeholder, is_many=of.is_many or of.name == each)


def _lacking(handler: Any) -> Iterator[str]:
    """Yield the arguments of a handler, and of its module's use cases, that a command does not have."""
    uses = sys.modules[handler.fn.__module__].ROUTER.dependencies
    for function in (inspect.unwrap(handler.fn), *(each.dependency for each in uses.values())):
        for name, kind in get_type_hints(function, include_extras=True).items():
            given = (
                isinstance(each, PathParameter | QueryParameter | Meta) for each in getattr(kind, "__metadata__", ())
            )
            if name not in {*_KNOWN, *uses, "data", "return"} and not any(given):
                yield name


def _fields(kind: Any, arguments: tuple[str, ...]) -> tuple[Input, ...]:
    """Return the fields of a body."""
    body: type[Struct] = get_args(kind)[0]
    hints = get_type_hints(body, include_extras=True)
    return tuple(
        _input(
            each.name,
            hints[each.name],
            next(
                (found.description for found in getattr(hints[each.name], "__metadata__", ()) if found.description), ""
            ),
            is_argument=each.name in arguments,
            default=inspect.Parameter.empty if each.required else each.default,
        )
        for each in msgspec.structs.fields(body)
    )


def _input(  # noqa: PLR0913  (all that is known of it)
    name: str, kind: Any, help_: str, shown: Any = None, *, is_argument: bool = False, default: Any
) -> Input:
    plain = _plain(kind)
    is_pairs = get_origin(plain) is dict
    is_many = is_pairs or get_origin(plain) is tuple
    plain = get_args(plain)[0] if is_many else plain
    is_required = default is inspect.Parameter.empty
    in_path = isinstance(shown, PathParameter | Meta)
    example = next((each.value for each in shown.examples or ()), "") if in_path else ""
    return Input(
        name=name,
        word=(getattr(shown, "query", None) or getattr(shown, "name", None) or name)
        .removesuffix("s" if is_many else "")
        .removesuffix("_id")
        .replace("_", "-"),
        help=f"{help_.removesuffix('.').removesuffix(', percent-encoded')}, as {example}." if example else help_,
        kind="pair" if is_pairs else _KINDS.get(plain, "text"),
        parts=_parts(plain) if isinstance(plain, type) and issubclass(plain, Struct) else (),
        choices=tuple(map(str, get_args(plain))) if get_origin(plain) is Literal else (),
        is_argument=in_path or is_argument,
        is_required=is_required,
        is_many=is_many,
        is_either=plain is bool and (is_required or default is True),
        default=str(default) if default and isinstance(default, str | int | float) and default is not True else "",
    )


def _parts(record: type[Struct]) -> tuple[str, ...]:
    """Return the fields by which a command line states a record: ids and a note, or an id and a text."""
    fields = record.__struct_fields__
    return fields if fields[1].endswith("_id") else fields[:2]


def _plain(kind: Any) -> Any:
    """Return a type without what is said about it, and without None."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        kinds = [_plain(each) for each in get_args(kind) if each is not NoneType]
        are_words = all(get_origin(each) is Literal for each in kinds)
        return Literal[tuple(word for each in kinds for word in get_args(each))] if are_words else kinds[0]
    return kind


def _place(handler: Any) -> str:
    return f"{handler.fn.__module__}:{handler.fn.__name__}"


def _help(fn: Any) -> str:
    """Return the first paragraph of a docstring."""
    text = (inspect.getdoc(fn) or "").partition("\n\n")[0].replace("\n", " ").replace("``", "`")
    return f"Show{text.removeprefix('Return')}" if text.startswith("Return ") else text


def page() -> bytes:
    """Return the table as it is committed."""
    return msgspec.json.format(msgspec.json.encode(operations()), indent=1) + b"\n"


def main() -> int:
    """Write the table, or with ``--check`` compare; 1 when it differs."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_bytes(page())
        return 0
    if PAGE.read_bytes() != page():
        print(f"{PAGE.name} is not what the routes say: run `make docs`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
