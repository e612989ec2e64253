"""Every ``auscult`` command in a console or shell block of a page is one that the program accepts, word by word."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from auscult.cli import build

ROOT = Path(__file__).parents[2]
PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if page.name != "cli.md"]  # that one is generated
PROGRAM = typer.main.get_command(build())
_BLOCK = re.compile(r"^```(console|bash|sh|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SEPARATORS = frozenset("|&;()<>") | {"||", "&&", ">>", "|&"}


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words behind each ``auscult`` in the blocks of a page; of a console block with prompts, only theirs."""
    for kind, block in _BLOCK.findall(text):
        lines = re.sub(r"\\\n", " ", block).splitlines()
        if kind == "console" and any(line.startswith("$ ") for line in lines):
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        for line in lines:
            for words in simple(line):
                if words and Path(words[0]).name == "auscult":
                    yield words[1:]


def simple(line: str) -> Iterator[list[str]]:
    """Yield the commands of a line of shell, without what stands before them: assignments."""
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;()<>")
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:  # a quotation over several lines
        words = shlex.split(line.split("'", maxsplit=1)[0])
    current: list[str] = []
    for word in [*words, ";"]:
        if word in _SEPARATORS:
            yield current
            current = []
        elif current or not re.fullmatch(r"\w+=.*|\$", word):
            current.append(word)


def parse(words: list[str]) -> None:
    """Read a command's words as the program does, without running it; files are the reader's, and need not be here."""
    command: Any = PROGRAM
    context = PROGRAM.context_class(PROGRAM, info_name="auscult")
    while hasattr(command, "resolve_command"):
        name, command, words = command.resolve_command(context, words)
        context = context.__class__(command, parent=context, info_name=name)
    try:
        command.make_context(context.info_name, words, parent=context.parent).close()
    except typer.BadParameter as error:
        if not re.search(r"no file|does not exist", error.message):
            raise


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_are_accepted(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each option exists, has a value of its type, and none that is needed is missing."""
    monkeypatch.chdir(ROOT)
    for words in commands(page.read_text(encoding="utf-8")):
        if words and "--help" not in words:
            parse(words)


def test_what_is_no_command_is_found() -> None:
    """An option that does not exist, a value of the wrong type, a missing name."""
    for text in ("insights --app st-1 --by-week", "insights --app st-1 --limit many", "insights", "no-such"):
        (words,) = commands(f"```console\n$ auscult {text}\nauscult {text} is output\n```\n")
        with pytest.raises(typer.BadParameter.__mro__[1]):
            parse(words)
