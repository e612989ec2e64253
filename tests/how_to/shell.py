"""As much of a shell as the pages need, with ``auscult`` in this process: a start of the program costs a second.

Lines with quotes over several lines, assignments, ``export``, ``$NAME``, ``$(…)``, pipes from ``echo``, ``< file``, globs.
"""

import re
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typer.testing import CliRunner

from auscult.cli import build
from tests.how_to import bash

BLOCK = re.compile(r"^```(?:console|bash|sh|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"\$\{?(\w+)\}?")
_ASSIGNED = re.compile(r"(\w+)=\$\((.*)\)")
_OURS = re.compile(r"(?:\w+=\S* )*(?:\w+=\$\()?(?:auscult|echo|export)\b[^;&>]*")


def blocks(page: Path) -> list[str]:
    """Return what a reader would type in each block of a page: with prompts only the lines that have one."""
    return [typed(block) for block in BLOCK.findall(page.read_text(encoding="utf-8"))]


def typed(block: str) -> str:
    """Return a block without prompts and output."""
    if not re.search(r"^\$ ", block, re.MULTILINE):
        return block
    kept: list[str] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            kept.append(line.removeprefix("$ "))
        elif kept and (kept[-1].endswith("\\") or "\n".join(kept).count("'") % 2):
            kept.append(line)
    return "\n".join(kept) + "\n"


def shown(page: Path) -> list[str]:
    """Return the lines of output that a page shows in blocks with prompts."""
    found: list[str] = []
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        kept = typed(block)
        if kept != block:
            entered = set(kept.splitlines())
            found += [line for line in block.splitlines() if line.removeprefix("$ ") not in entered and line]
    return found


class Shell:
    """One session in a folder: its environment, and what each command said."""

    def __init__(self, folder: Path, **environment: str) -> None:
        """Begin in a folder that is the current one."""
        self.folder = folder
        self.environment = environment
        self.said = ""
        self.is_real = False
        """Whether every block needs a real shell, because ``auscult`` is one that the page installed."""
        self._program = build()

    def run(self, text: str) -> None:
        """Run the lines of a block; the first that fails raises ``AssertionError`` with what it said."""
        for line in lines(text):
            self._line(line)

    def needs_bash(self, text: str) -> bool:
        """Return whether a block has more than ``auscult``, ``echo``, ``export`` and pipes between them."""
        return self.is_real or "<<" in text or not all(_OURS.fullmatch(line.split(" # ")[0]) for line in lines(text))

    def run_in_bash(self, text: str) -> None:
        """Run a block in a real shell; what it defines is there for later blocks."""
        said, defined = bash.run(text, self.folder, self.environment)
        self.said += said
        self.environment |= defined

    @contextmanager
    def running(self, text: str, ready: str, stopped_by: signal.Signals | None, status: int) -> Iterator[str]:
        """Start a block; return the address that it prints when it is ready. At the end, stop it and check its status."""
        started = bash.Background(text, self.folder, self.environment)
        try:
            address = started.wait_for(ready)
            self.said += started.said
            yield address
            started.stop(stopped_by, status)
        finally:
            started.kill()

    def _line(self, line: str) -> None:
        assigned = _ASSIGNED.fullmatch(line)
        if assigned:
            self.environment[assigned[1]] = self._pipe(assigned[2]).strip()
            return
        words = self._words(line)
        if words[:1] == ["export"]:
            self.environment |= dict(word.split("=", 1) for word in words[1:])
        else:
            self._pipe(line)

    def _pipe(self, line: str) -> str:
        said = ""
        for part in _parts(self._words(line)):
            said = self._command(part, said)
        return said

    def _command(self, words: list[str], stdin: str) -> str:
        given: dict[str, str] = {}
        while re.fullmatch(r"\w+=.*", words[0], re.DOTALL):
            name, _, value = words.pop(0).partition("=")
            given[name] = value
        if words[0] == "echo":
            return " ".join(words[1:]) + "\n"
        assert words[0] == "auscult", f"{words[0]} runs in a real shell only"
        if words[1] == "serve":
            return ""  # the server of the page is up
        if "<" in words:
            at = words.index("<")
            stdin = (self.folder / words[at + 1]).read_text(encoding="utf-8")
            words = words[:at]
        done = CliRunner().invoke(self._program, words[1:], input=stdin, env=self.environment | given)
        self.said += done.output
        assert done.exit_code == 0, f"{shlex.join(words)} ended with {done.exit_code}: {done.output} {done.exception!r}"
        return done.stdout

    def _words(self, line: str) -> list[str]:
        lexer = shlex.shlex(_NAME.sub(self._value, line), posix=True, punctuation_chars="|<")
        lexer.whitespace_split = True
        return [each for word in lexer for each in self._matching(word)]

    def _value(self, found: re.Match[str]) -> str:
        return self.environment[found[1]]

    def _matching(self, word: str) -> list[str]:
        if not re.fullmatch(r"[\w./*-]*\*[\w./*-]*", word):
            return [word]
        return sorted(str(found.relative_to(self.folder)) for found in self.folder.glob(word)) or [word]


def lines(text: str) -> Iterator[str]:
    """Yield commands: lines put together where they end in a backslash or inside a quotation."""
    held = ""
    for line in text.splitlines():
        held += line
        if held.endswith("\\"):
            held = held.removesuffix("\\") + " "
            continue
        try:
            words = shlex.split(held, comments=True)
        except ValueError:  # a quotation that goes on
            held += "\n"
            continue
        if words:
            yield held
        held = ""
    assert not held, held


def _parts(words: list[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in [*words, "|"]:
        if word == "|":
            yield part
            part = []
        else:
            part.append(word)
