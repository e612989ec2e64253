"""The table of commands, and the program that it makes."""

import inspect
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from auscult import __version__
from auscult.cli import build
from auscult.cli.commands import COMMANDS, GROUPS, SUMMARIES
from tests.data_files import data_of
from tools import cli_reference

HEAVY = {
    *("alembic", "cryptography", "dbos", "jwt", "litestar", "numpy", "pydantic", "rich", "sqlalchemy", "yaml"),
    *("auscult.bootstrap", "auscult.server", "auscult.storage"),
}


@cache
def whole() -> Any:
    """The program with all its commands."""
    return typer.main.get_command(build())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.words)
def test_every_command_explains_itself(command: object) -> None:
    """Each command and each of its options and arguments has a help text; none shows a Python type."""
    words = command.words.split()  # type: ignore[attr-defined]
    found = whole()
    for word in words:
        found = found.commands[word]
    assert found.help
    for parameter in found.params:
        assert parameter.help, parameter.name  # type: ignore[attr-defined]
        assert getattr(parameter, "is_flag", False) or parameter.metavar, parameter.name


def test_every_group_has_commands() -> None:
    """A group that is described is used, and one that is used is described."""
    assert {command.words.split()[0] for command in COMMANDS if " " in command.words} == set(GROUPS)


@pytest.mark.landing
def test_a_command_line_has_the_command_that_it_names() -> None:
    """The program for a command line runs its command, and suggests names as the whole program does."""
    for command in COMMANDS:
        *groups, name = command.words.split()
        found = typer.main.get_command(build(["--quiet", *groups, name, "--help"]))
        for word in groups:
            found = found.commands[word]  # type: ignore[attr-defined]
        assert name in found.commands  # type: ignore[attr-defined]
    for words in (["--help"], ["lod"], ["frms", "list"], []):
        whole, some = (typer.main.get_command(each).commands for each in (build(), build(words)))  # type: ignore[attr-defined]
        assert list(some) == list(whole)


def test_first_lines_are_sentences() -> None:
    """The list of commands shows the first line of each docstring."""
    for command in COMMANDS:
        assert inspect.getdoc(command.run).splitlines()[0][-1] in ".:", command.words  # type: ignore[union-attr]


def test_version() -> None:
    """--version shows the version, and in a clone the commit."""
    result = CliRunner().invoke(build(), ["--version"])
    assert result.exit_code == 0
    assert re.fullmatch(rf"auscult {re.escape(__version__)}( \(commit [0-9a-f]{{10}}\))?\n", result.output)


def test_unknown_command_is_a_usage_error() -> None:
    """What is not a command ends with 2, and names the nearest."""
    result = CliRunner().invoke(build(), ["lod"])
    assert result.exit_code == 2
    assert "load" in result.output


@pytest.mark.parametrize("words", ["--help", "forms --help", "forms apply --help", "load --help", "forms lst", ""])
def test_help_loads_nothing_heavy(words: str) -> None:
    """Help, and a fault of the command line, need no database, web framework or model, and no drawing of boxes."""
    shown, modules = loaded_by(*words.split())
    assert shown[0].startswith("Usage: auscult")
    assert not HEAVY & modules


@pytest.mark.landing
def test_a_score_loads_no_database_and_no_parquet() -> None:
    """Half of the time of the first score would go into what only stores, judges by a model, and shards need."""
    shown, modules = loaded_by("score", str(Path(__file__).parents[3] / "examples/conversations/device_chat.ndjson"))
    assert shown[0].startswith("{")
    assert not {"sqlalchemy", "pyarrow", "openai", "litestar"} & modules


def loaded_by(*words: str) -> tuple[list[str], set[str]]:
    """Run a command; return the lines that it printed and the names of the modules that it loaded."""
    program = """
import atexit, sys
from auscult.cli import main
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
main()
"""
    command = [sys.executable, "-c", program, *words]
    unset = {name: value for name, value in os.environ.items() if not name.startswith("AUSCULT_")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=unset)  # noqa: S603  (our own words)
    *shown, modules = (done.stdout + done.stderr).splitlines()
    return shown, set(modules.split())


def test_a_thread_that_still_searches_does_not_abort_the_process() -> None:
    """RE2 gives the interpreter up while it searches; what waits to get it back must not find it gone."""
    program = """
import atexit, sys, threading
import re2
from auscult import cli
def build(words):
    search, text, began = re2.compile("(a|b)*c").search, "ab" * 10_000, threading.Event()
    def work():
        while True:
            search(text)
            began.set()
    for _ in range(4):
        threading.Thread(target=work, daemon=True).start()
    began.wait()
    return lambda *words, **settings: 3
atexit.register(print, "ended")
cli.build = build
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (3, "ended\n"), done.stderr


def test_numpy_starts_no_threads() -> None:
    """The program sets so before numpy, which reads it when it is loaded; the processes that it starts inherit it."""
    program = """
import os, sys
from auscult import cli
def build(words):
    sys.exit(f"{os.environ['OPENBLAS_NUM_THREADS']} {'numpy' in sys.modules}")
cli.build = build
cli.main()
"""
    unset = {
        name: value
        for name, value in os.environ.items()
        if name != "OPENBLAS_NUM_THREADS" and not name.startswith("AUSCULT_")
    }
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=unset)  # noqa: S603  (our own words)
    assert done.stderr == "1 False\n"


def test_help_imports_no_command() -> None:
    """The help of the whole program is made from the table; a summary is the first paragraph of its docstring."""
    outside = {command.words: command.run for command in COMMANDS if " " not in command.words}
    assert {name: inspect.getdoc(run).split("\n\n")[0].replace("\n", " ") for name, run in outside.items()} == SUMMARIES  # type: ignore[union-attr]
    commands = typer.main.get_command(build(["--help"])).commands  # type: ignore[attr-defined]
    assert {commands[name].callback.__module__ for name in outside} == {"auscult.cli"}


def test_reference_page_is_as_the_commands_say() -> None:
    """docs/reference/cli.md is generated; `make docs` writes it again."""
    assert cli_reference.PAGE.read_text(encoding="utf-8") == cli_reference.page()


@pytest.mark.parametrize(("words", "usage", "row"), data_of(__file__, "help_shows_arguments_by_their_placeholders"))
def test_help_shows_arguments_by_their_placeholders(words: str, usage: str, row: str) -> None:
    """A usage line has neither braces nor Python types, and the list of arguments has the placeholder alone."""
    shown = CliRunner().invoke(build(), [*words.split(), "--help"]).stdout
    assert shown.splitlines()[0].endswith(usage)
    assert re.search(rf"^Arguments:\n  {re.escape(row)}  \w", shown, re.MULTILINE)
