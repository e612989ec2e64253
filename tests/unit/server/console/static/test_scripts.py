"""The scripts of pages: how much each page loads, that all of it is served from here, and that nothing is evaluated."""

import gzip
import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath

import pytest

from auscult.server.console.assets import read_assets
from auscult.server.console.frame.templating import make_environment

MOST = 150_000
"""Bytes of a page's scripts, gzipped, at most."""
_FROM = re.compile(r"""\bimport\s*\(?\s*(?:[\w{}*,\s$]+?\s*from\s*)?["'](\.[^"']+)["']""")
_SCRIPT = re.compile(r'<script\b[^>]*\bsrc="\{\{ (?:frame\.)?assets \}\}/([^"]+)"')
_INCLUDED = re.compile(r'\{% (?:include|extends) "([^"]+)" %\}')
ASSETS = read_assets()
ENVIRONMENT = make_environment()
TEMPLATES = [name for name in ENVIRONMENT.list_templates() if name.endswith(".html")]


def text_of(template: str) -> str:
    """Return the text of a template."""
    assert ENVIRONMENT.loader is not None
    return ENVIRONMENT.loader.get_source(ENVIRONMENT, template)[0]


def scripts_of(template: str) -> Iterator[str]:
    """Return the scripts that a template names, itself or by what it extends and includes."""
    text = text_of(template)
    yield from _SCRIPT.findall(text)
    for other in _INCLUDED.findall(text):
        yield from scripts_of(other)


def loaded(template: str) -> dict[str, bytes]:
    """Return every script that a page loads, by path: those that it names and what they import."""
    found: dict[str, bytes] = {}
    waiting = list(scripts_of(template))
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        asset = ASSETS.get(path)
        assert asset is not None, f"{template} loads {path}, which is not served"
        found[path] = asset.content
        waiting += [normpath(join(dirname(path), each)) for each in _FROM.findall(asset.content.decode())]
    return found


@pytest.mark.parametrize("template", TEMPLATES)
def test_size_of_scripts(template: str) -> None:
    """A page loads at most 150 kB of script, gzipped, and all of it from here."""
    assert sum(len(gzip.compress(content)) for content in loaded(template).values()) <= MOST


def test_imports_are_followed() -> None:
    """The count includes what modules import, at once or later: the list htmx, the overview uPlot, the player its waves."""
    assert {"js/console.js", "js/fragments.js", "vendor/htmx.js"} <= set(loaded("conversations/listing.html"))
    assert {"js/console.js", "js/trend.js", "vendor/uplot.js"} <= set(loaded("insights/overview.html"))
    assert "vendor/htmx.js" not in loaded("insights/overview.html")
    assert "vendor/wavesurfer.js" in loaded("conversations/conversation.html")


@pytest.mark.parametrize("template", TEMPLATES)
def test_htmx_evaluates_nothing(template: str) -> None:
    """No attribute of htmx holds code: handlers, filters of triggers and computed values need ``eval``."""
    text = text_of(template)
    assert not re.search(r"\bhx-on\b", text)
    for name, value in re.findall(r'\b(hx-[\w:-]+)="([^"]*)"', text):
        assert "js:" not in value, name
        assert "javascript:" not in value, name
        assert name != "hx-trigger" or "[" not in value, value
