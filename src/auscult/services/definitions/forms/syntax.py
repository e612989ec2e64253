"""Explanation of text that is neither YAML nor JSON, in plain words, with the most likely intention.

The parser reports the point where it gave up; the slip is most often one of a few, and some lines before.
"""

import re

import yaml

from auscult.domain.errors import coded

_LONGEST = 1_000
"""Characters of a line that are looked at: who writes longer ones needs more than a hint."""

_NO_SPACE = re.compile(r"\s*(?:- +)?([\w-]+):([^\s:/\\].*)")
_BRACKETED = re.compile(r"(?:^\s*-|:)\s+([\[{]).*[\]}]\s*[^\s,#\]}]")
_BEHIND_QUOTE = re.compile(r"""(?::|-)\s+(["']).*?\1\s*[^\s,#\]}]""")
_TWO_COLONS = re.compile(r":\s.*\S:(\s|$)")
_KNOWN = {
    "escape character": coded(
        "a backslash in double quotes begins an escape; use single quotes, or write it twice: '\\d'"
    ),
    "scanning an alias": coded('* begins a reference; put a text that begins with it in quotes: "*"'),
    "scanning an anchor": coded("& begins an anchor; put a text that begins with it in quotes"),
    "scanning a tag": coded("! begins a tag; put a text that begins with it in quotes"),
    "parsing a flow node": coded("something is missing in the list or mapping, or a [ or { above is never closed"),
    "block scalar": coded("> and | announce text on the lines below; put a text that begins with them in quotes"),
}
"""What the parser says, and what most often led there."""

_NOT_IN_LINE = coded(
    "the line is not indented like those it belongs to; keys of one thing stand right under each other"
)
_FLOW_END = re.compile(r"expected ',' or '([\]}])'")


def syntax_fault(text: str, error: yaml.YAMLError) -> tuple[int, str]:
    """The line (from 1) on which the parser stopped, or that of the slip that made it, and what would be right."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        wrong = error.character if isinstance(error.character, int) else ord(error.character)
        return line, coded("the character {value} cannot be used; take it out", value=f"U+{wrong:04X}")
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return 1, str(error)
    lines = [line[:_LONGEST] for line in text.splitlines() or [""]]
    at = min(error.problem_mark.line, len(lines) - 1)
    began = error.context_mark.line if error.context_mark else at
    said = " ".join(part for part in (error.problem, error.context) if part)
    line, likely = _likely(lines, at, began, error.problem_mark.column, said)
    return line + 1, likely or said


def _likely(  # noqa: PLR0911  (one return for each slip)
    lines: list[str], at: int, began: int, column: int, said: str
) -> tuple[int, str]:
    """The line of the slip, from 0, and what it most likely is; nothing where it is none that is known."""
    line = lines[at]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return at, coded("the line begins with a tab; indent with spaces")
    if "cannot start any token" in said:
        return at, coded("{value!r} cannot begin a text; put the text in quotes", value=line[column : column + 1])
    if "end of stream while scanning a quoted" in said:
        return began, coded("a quote is opened here and never closed")
    if bracket := _FLOW_END.search(said):
        opened = "[" if bracket[1] == "]" else "{"
        return at, coded("a comma is missing, or the {name} of line {n} is never closed", name=opened, n=began + 1)
    if known := next((likely for mark, likely in _KNOWN.items() if mark in said), ""):
        return at, known
    if "expected ':'" in said or "mapping values" in said:
        return _likely_colon(lines, at, said)
    if bracketed := _BRACKETED.search(line):
        return at, coded("a text that begins with {name} must be in quotes", name=bracketed[1])
    if _BEHIND_QUOTE.search(line):
        return at, coded(
            "something stands behind the closing quote; inside quotes write the other kind of quote, or '' for '"
        )
    return at, _NOT_IN_LINE if "did not find expected" in said else ""


def _likely_colon(lines: list[str], at: int, said: str) -> tuple[int, str]:
    """Return the same, where a colon is superfluous or missing."""
    before = next((index for index in range(at - 1, -1, -1) if lines[index].strip()), at)
    for index in (at, before):
        if found := _NO_SPACE.fullmatch(lines[index]):
            return index, coded("a space is missing after the colon: {name}", name=f"{found[1]}: {found[2]}")
    if "expected ':'" in said:
        return before if ":" in lines[at] else at, coded("a key without a colon behind it")
    return at, coded("a text with a colon in it must be in quotes") if _TWO_COLONS.search(lines[at]) else _NOT_IN_LINE
