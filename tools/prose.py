"""Style check for prose: banned words in Markdown pages, docstrings and identifiers, and docstring openings.

The rules are those of CONTRIBUTING.md. ``python -m tools.prose`` checks ``COVERED``; with paths, those instead.
It also counts the words of the documentation that are written by hand, without decisions: at most ``WORDS``.
Code (fenced blocks and text in backticks) and quotations in double quotes are not checked.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

COVERED = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs",
    "examples/README.md",
    "examples/bank-voice",
    "examples/connector",
    "examples/dbt",
    "examples/forms",
    "examples/insurer-de",
    "examples/mcp-client",
    "examples/month.py",
    "examples/notebook",
    "examples/shop-chat-es",
    "examples/show.py",
    "examples/spreadsheet",
    "src/auscult/analyzers",
    "src/auscult/batch",
    "src/auscult/bootstrap",
    "src/auscult/cli",
    "src/auscult/client",
    "src/auscult/config",
    "src/auscult/documents",
    "src/auscult/domain",
    "src/auscult/engines",
    "src/auscult/formats",
    "src/auscult/language",
    "src/auscult/metrics",
    "src/auscult/plugins.py",
    "src/auscult/redactors",
    "src/auscult/reports",
    "src/auscult/sandbox",
    "src/auscult/server",
    "src/auscult/services",
    "src/auscult/storage",
    "src/auscult/tables",
    "src/auscult/testing",
    "src/auscult/votes",
    "src/auscult/wording",
    "src/auscult/workers",
    "tools/prose.py",
)
"""Files and folders under the check. A new source package is added here."""

WORDS = 120_000
"""Words of the pages in docs, as ``wc`` counts them, without decisions and what ``make docs`` writes."""

GENERATED = ("docs/reference/cli.md",)
"""Pages whose text comes from source code, which is checked there."""

TABLES_FROM_SOURCE = ("docs/reference/settings.md", "docs/reference/errors.md")
"""Pages whose tables repeat texts of the source code, which are checked there."""

BANNED = {
    r"tells?|told|telling": "report, show, log, notify, distinguish or pass",
    r"mend(?:s|ed|ing)?": "fix, correct or repair",
    r"tend(?:ed|ing)": "process or serve",
    r"hears?|heard": "receive",
    r"beside|besides": "next to, in addition, or alongside",
    r"anew|afresh": "again",
    r"so many": "at most N",
    r"nobody|somebody|whoever|whomever": "the user, the process, or the passive voice",
    r"whom": "rewrite: subject, verb, object",
    r"comes? to|came (?:to|of|about)|comes? about": "is, results in, or amounts to",
    r"becomes? of|became of": "result or outcome",
    r"alive|dies?|died|dying|dead(?! air)": "running, stopped or crashed",
    r"hired?|crew|pulse": "start, process pool or heartbeat",
    r"left in peace|leave in peace": "calls are paused",
    r"looks? at|looked at|looks? after|looked after": "read, inspect, check or manage",
    r"stands?|stood": "is, or is listed",
    r"takes? (?:for|up)|taken (?:for|up)": "treat as, or claim",
    r"says? (?:what|whether|how|which|why|who|so)": "show, report, or state",
    r"gives? back|given back|gave back": "return or release",
    r"held (?:to|against|up)": "checked against, or blocked",
    r"at hand|for ever|of late|thereof|therein|wherein": "plain English",
}
"""Pattern of a word or phrase that plain technical English does without -> what to write instead."""

OPENINGS = frozenset({"what", "whether", "who", "whose", "those", "how", "which", "where", "nobody", "somebody"})
"""First words that no docstring has: a class begins with a noun phrase, a function with an imperative verb."""

VERBS = frozenset({"tell", "say", "hear", "look", "take", "give", "come", "hold", "stand", "mend", "tend", "leave"})
"""First words that no docstring of a function has: each means too many things. Name the action."""

IDENTIFIERS = frozenset({"told", "purse", "duty", "dossier", "crew", "attendant", "settler", "teller", "phrasebook"})
"""Words that no identifier of the source has: coined ones, and those that name how a value came, not what it is."""

_BANNED = {re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE): advice for pattern, advice in BANNED.items()}
_ROW = re.compile(r"^\|.*$", re.MULTILINE)
_GENERATED = re.compile(r"<!-- begin:.*?<!-- end -->", re.DOTALL)
_MADE = re.compile(r"<!-- (?:begin:|Written by).*?(?:<!-- (?:end|End)[^>]*-->|\Z)", re.DOTALL)
"""A part that a tool writes: up to its end, or else the rest of the page."""
_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"``.*?``|`[^`\n]*`|\"[^\"\n]*\"|“[^”\n]*”|\]\([^)\n]*\)|<!--.*?-->|<kbd>.*?</kbd>", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_PART = re.compile(r"[A-Z]?[a-z]+")
"""A part of an identifier: of WeighedDuty both, of duty_problems both."""


class Finding(NamedTuple):
    """A violation: file, line (from 1), and the fault with its remedy."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        """Return the finding in the form that editors and terminals link."""
        return f"{self.path}:{self.line}: {self.text}"


def check_words(path: str, text: str, first_line: int = 1) -> Iterator[Finding]:
    """Yield a finding for each banned word of a text whose first line has the number ``first_line``."""
    blanked = _QUOTED.sub(_blank, _FENCE.sub(_blank, text))
    for pattern, advice in _BANNED.items():
        for match in pattern.finditer(blanked):
            line = first_line + blanked.count("\n", 0, match.start())
            yield Finding(path, line, f"banned word {match[0]!r}; write instead: {advice}")


def check_source(path: str, source: str) -> Iterator[Finding]:
    """Yield a finding for each docstring of a Python file with a banned word or opening."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        text = ast.get_docstring(node)
        if text is None:
            continue
        line = node.body[0].lineno
        first = next(iter(_WORD.findall(text)), "").lower()
        if first in OPENINGS:
            yield Finding(path, line, f"docstring opens with {first!r}; open with a noun phrase or an imperative verb")
        elif first in VERBS and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Finding(path, line, f"docstring opens with {first!r}; name the action: return, report, store, claim")
        yield from check_words(path, text, line)


def check_identifiers(path: str, source: str) -> Iterator[Finding]:
    """Yield a finding for each use of an identifier of a Python file that has a banned word as one of its parts."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case (
                ast.Name(id=name, lineno=line) | ast.arg(arg=name, lineno=line) | ast.Attribute(attr=name, lineno=line)
            ):
                pass
            case ast.FunctionDef(name=name, lineno=line) | ast.AsyncFunctionDef(name=name, lineno=line):
                pass
            case ast.ClassDef(name=name, lineno=line):
                pass
            case _:
                continue
        if IDENTIFIERS & {part.lower() for part in _PART.findall(name)}:
            yield Finding(path, line, f"banned identifier {name!r}; name what it holds")


def check(root: Path, covered: tuple[str, ...] = COVERED) -> list[Finding]:
    """Return the findings in the covered files and folders below ``root``, by file and line."""
    findings: list[Finding] = []
    for path in sorted({file for each in covered for file in _files(root / each)}):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            findings += check_source(name, text)
            findings += check_identifiers(name, text)
        elif name not in GENERATED:
            pattern = _ROW if name in TABLES_FROM_SOURCE else _GENERATED
            findings += check_words(name, pattern.sub(_blank, text))
    return sorted(findings)


def count_words(docs: Path) -> int:
    """Return the number of words of the pages that are written by hand, without decisions."""
    pages = (path for path in docs.rglob("*.md") if path.parent.name != "decisions")
    return sum(len(_MADE.sub("", path.read_text(encoding="utf-8")).split()) for path in pages)


def main() -> int:
    """Print the findings; return 1 if there are any."""
    findings = [str(each) for each in check(Path.cwd(), tuple(sys.argv[1:]) or COVERED)]
    if not sys.argv[1:] and (words := count_words(Path.cwd() / "docs")) > WORDS:
        findings.append(f"docs: {words:,} words, at most {WORDS:,}; say once what is said twice")
    print("\n".join(findings), end="\n" if findings else "", file=sys.stderr)
    return 1 if findings else 0


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        found = (file for file in path.rglob("*") if file.suffix in {".md", ".py"})
        yield from (file for file in found if not file.name.endswith(".de.md"))  # the rules are those of English
    else:
        msg = f"no such file or folder: {path}"
        raise FileNotFoundError(msg)


def _blank(match: re.Match[str]) -> str:
    """Return spaces in place of the match, so that line numbers stay the same."""
    return re.sub(r"[^\n]", " ", match[0])


if __name__ == "__main__":
    sys.exit(main())
