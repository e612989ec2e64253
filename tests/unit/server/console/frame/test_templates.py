"""The texts of the templates: each one goes through the catalogue."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, meta

import auscult.server.console
from auscult.server.console.frame.templating import make_environment

CONSOLE = Path(auscult.server.console.__file__).parent
_TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?\{%-?\s*endtrans\s*-?%\}", re.DOTALL)
_TAGS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_IMPORTED = re.compile(r'\{% from "([^"]+)" import .+? with context %\}')
_INCLUDED = re.compile(r'\{% include "([^"]+)" %\}')
_OF_A_PAGE = re.compile(r"\| *(lately|moment|number|share)\b")
"""Filters that write as the reader of the page does."""
_READ_ALOUD = {"aria-label", "title", "placeholder", "alt"}
_NOT_WORDS = {"auscult", "· auscult", "CSV", "XLSX", "YAML", "\u22125 s", "+5 s", 'class="at-desk"'}
_NOT_WORDS |= {'aria-invalid="true" aria-describedby="t-problem"'}  # of a macro that writes attributes


class _Texts(HTMLParser):
    """Collects what a template writes by itself: text, and attributes that are read aloud. Keys and code are the same everywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._same: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in _READ_ALOUD and value]
        if tag in {"kbd", "code"}:
            self._same.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._same:
            self._same.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self._same:
            self.found.append(data)


@pytest.mark.parametrize("path", sorted(CONSOLE.rglob("*.html")), ids=lambda path: str(path.relative_to(CONSOLE)))
def test_every_text_is_translated(path: Path) -> None:
    """No template writes words that the reader's language does not reach."""
    parser = _Texts()
    parser.feed(_TAGS.sub("|", _TRANSLATED.sub("|", path.read_text())))
    words = [part.strip() for text in parser.found for part in text.split("|")]
    assert [each for each in words if re.search("[A-Za-z]", each) and each not in _NOT_WORDS] == []


@pytest.mark.parametrize("name", [each for each in make_environment().list_templates() if each.endswith(".html")])
def test_macros_are_made_once(name: str) -> None:
    """Macros have the context of their page only where they need it: those are made for each page, in cycles that are searched for."""
    environment = make_environment()
    assert [each for each in _IMPORTED.findall(_source(environment, name)) if not _needs_page(environment, each)] == []


def _needs_page(environment: Environment, name: str) -> bool:
    source = _source(environment, name)
    free = meta.find_undeclared_variables(environment.parse(source)) - set(environment.globals)
    inner = (_needs_page(environment, each) for each in (*_IMPORTED.findall(source), *_INCLUDED.findall(source)))
    return bool(free or _OF_A_PAGE.search(source)) or any(inner)


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]
