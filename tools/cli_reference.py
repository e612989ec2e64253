"""Writes docs/reference/cli.md from the command line itself; with ``--check`` says whether it is as it would be written."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from auscult.cli import build
from auscult.cli.commands import COMMANDS, GROUPS

PAGE = Path("docs/reference/cli.md")

HEAD = """\
# Command line

<!-- Written by `make docs` from src/auscult/cli; a change by hand is lost, and `make check` finds it. -->

Results go to stdout; progress, notes and errors go to stderr.
A command ends with 0 when it did what was asked, with 1 when something was refused or is incomplete,
with 2 when the command line itself is wrong, and with 130 when it was interrupted.
With `--json` an error is one line of JSON on stderr: `{"error":{"message":…,"reason":…,"field":…}}`.
`--quiet` (`-q`), anywhere on the command line, leaves results and errors only.

Every option that has a setting behind it can be given by the environment too: see [settings](settings.md).
What the commands print is described in [output](output.md).
"""


def page() -> str:
    """The whole page."""
    top: Any = typer.main.get_command(build())
    parts = [HEAD]
    described: set[str] = set()
    for words in (command.words for command in COMMANDS):
        group, _, name = words.rpartition(" ")
        if group and group not in described:
            described.add(group)
            parts.append(f"## auscult {group}\n\n{GROUPS[group][0]}\n")
        command = top.commands[group].commands[name] if group else top.commands[name]
        parts.append("\n".join(_section(words, command, "###" if group else "##")))
    return "\n".join(parts)


def _section(words: str, command: Any, heading: str) -> Iterator[str]:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    usage = ["auscult", words, *[_option(option) for option in options if option.required], "[OPTIONS]"]
    yield f"{heading} auscult {words}\n"
    yield inspect.cleandoc(command.help or "") + "\n"
    yield "```console\n" + " ".join([*usage, *map(_argument, arguments)]) + "\n```\n"
    yield "| | |\n| --- | --- |"
    for parameter in [*arguments, *options]:
        shown = _option(parameter) if parameter in options else _argument(parameter)
        yield f"| `{shown}` | {_cell(parameter)} |"
    yield ""


def _option(option: Any) -> str:
    name = "/".join([*option.opts, *option.secondary_opts])
    return name if option.is_flag else f"{name} {option.metavar}"


def _argument(argument: Any) -> str:
    name = argument.metavar if argument.required else f"[{argument.metavar}]"
    return name + ("..." if argument.nargs != 1 else "")


def _cell(parameter: Any) -> str:
    text = (parameter.help or "").replace("|", "\\|")
    return f"{text} Required." if parameter.required and parameter.param_type_name == "option" else text


def main() -> int:
    """Write the page, or with ``--check`` compare; 1 when they differ."""
    text = page()
    if "--check" not in sys.argv[1:]:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE} is not what the command line says: run `make docs`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
