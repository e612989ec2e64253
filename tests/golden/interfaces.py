"""Snapshots of what others program against: the OpenAPI document and the help of every command.

``python -m tests.golden.interfaces`` writes them anew; look at the difference before committing it.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import httpx
import msgspec
import typer.main
from typer.testing import CliRunner

from auscult import bootstrap
from auscult.cli import build
from auscult.config import Settings
from tests.e2e.serving import listening
from tests.waiting import PATIENCE_S
from tools import api_operations

HERE = Path(__file__).parent
OPENAPI = HERE / "openapi.json"
HELP = HERE / "help.txt"

_WORDS = frozenset({"description", "summary", "title", "x-reasons"})
_UNORDERED = frozenset({"required", "enum", "parameters", "anyOf", "tags"})
_SCHEMAS = "#/components/schemas/"


def openapi_document() -> dict[str, Any]:
    """Return the document that a server of this version publishes."""
    with (
        TemporaryDirectory() as folder,
        bootstrap.open(Settings(database_url=f"sqlite:///{folder}/a.db")) as opened,
        listening(opened.server_app()) as address,
    ):
        return httpx.get(f"{address}/openapi.json", timeout=PATIENCE_S).json()


def meaning(document: dict[str, Any]) -> Any:
    """Return what a document means: without words, in one order, every schema in place of its name."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    paths = {path: _meaning(item, schemas, ()) for path, item in document["paths"].items()}
    return {"paths": paths, "securitySchemes": _meaning(document["components"]["securitySchemes"], schemas, ())}


def _meaning(node: Any, schemas: dict[str, Any], above: tuple[str, ...], *, names: bool = False) -> Any:
    """Return one part's meaning. ``names``: its keys are names of fields, not words of OpenAPI."""
    if isinstance(node, list):
        return [_meaning(each, schemas, above) for each in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    part = cast("dict[str, Any]", node)
    reference: str = part.get("$ref", "")
    if reference.startswith(_SCHEMAS):
        name = reference.removeprefix(_SCHEMAS)
        return {"again": above[::-1].index(name)} if name in above else _meaning(schemas[name], schemas, (*above, name))
    found: dict[str, Any] = {}
    for key in sorted(part):
        if key in _WORDS and not names:
            continue
        if key in {"example", "default"}:
            found[key] = part[key]
            continue
        value = _meaning(part[key], schemas, above, names=key == "properties")
        found[key] = sorted(value, key=_text) if key in _UNORDERED and isinstance(value, list) else value
    return found


def _text(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")


def help_of_all() -> str:
    """Return the help of the program and of each of its commands, as a terminal of 80 columns shows it."""
    runner = CliRunner()
    parts: list[str] = []
    for words in commands(typer.main.get_command(build()), ()):
        line = [*words, "--help"]
        shown = runner.invoke(build(line), line)
        assert shown.exit_code == 0, words
        lines = (line.rstrip() for line in shown.output.strip().splitlines())
        parts.append("\n".join((f"$ auscult {' '.join(line)}", *lines)))
    return "\n\n".join(parts) + "\n"


def commands(command: Any, words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the words of a command and of all commands within it."""
    found = [words]
    for name in sorted(getattr(command, "commands", {})):
        found += commands(command.commands[name], (*words, name))
    return found


def write() -> None:
    """Write the snapshots, and the page of operations that is made of one."""
    OPENAPI.write_bytes(msgspec.json.format(msgspec.json.encode(openapi_document(), order="sorted"), indent=1) + b"\n")
    HELP.write_text(help_of_all(), encoding="utf-8")
    api_operations.main()


if __name__ == "__main__":
    write()
