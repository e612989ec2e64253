"""The texts of the agent's page: each one goes through the catalogue, and comes to the page in the browser's language."""

import json
import re
from importlib.resources import files

import pytest

from auscult.language import LANGUAGES
from auscult.server.console.assist.files import render_page
from tests.data_files import data_of

FOLDER = files("auscult.server.console") / "static" / "assist"
SCRIPTS = sorted(each.name for each in FOLDER.iterdir() if each.name.endswith(".js"))
# Names of keys, methods and headers; everything else in quotes that begins with a capital or has a space is for people.
NOT_WORDS = {
    "Content-Type", "DELETE", "Enter", "Escape", "GET", "KeyJ", "KeyK", "KeyP", "KeyQ", "KeyY", "Last-Event-ID", "POST",
    "PUT", "Slash", "X-Auscult-Page", "Alt", "Esc", *"CDEJKLPQSY",
}  # fmt: skip
_LITERAL = r'"(?:[^"\\]|\\.)*"'
_COMMENT = re.compile(r"(?:^|\s)//\s.*$", re.MULTILINE)
_TOLD = re.compile(rf"(?<![\w$])(?:_\(\s*{_LITERAL}|counted\(\s*{_LITERAL},\s*{_LITERAL})")
_TAGS_OWN = re.compile(r'\s(?!aria-label|title|placeholder|alt|label)[\w-]+="[^"]*"|\sclass=\$\{[^}]*\}')
_BETWEEN_TAGS = re.compile(r"(?<!=)>([^<>`${}]*)(?=<|\$\{)|\}([^<>`${}();=]*)(?=</)")
_READ_ALOUD = re.compile(r'\s(?:aria-label|title|placeholder|alt|label|name)="([^"]*)"')
_QUOTED = re.compile(r'(?<![=\w])"((?:[^"\\]|\\.)*)"')
_WORDS = re.compile(r"[A-Z](?!\d)|.*[a-z] [a-z]")


def bypassing(script: str) -> list[str]:
    """Return what a script writes for people without looking it up in the catalogue."""
    rest = _TOLD.sub("", _COMMENT.sub("", script))
    found = [one or other for one, other in _BETWEEN_TAGS.findall(rest)] + _READ_ALOUD.findall(rest)
    found += [each for each in _QUOTED.findall(_TAGS_OWN.sub("", rest)) if _WORDS.match(each)]
    return [each.strip() for each in found if re.search("[A-Za-z]", each) and each.strip() not in NOT_WORDS]


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_text_is_looked_up(name: str) -> None:
    """No script of the page writes words that the reader's language does not reach."""
    assert bypassing((FOLDER / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("script", "words"), data_of(__file__, "a_text_that_is_not_looked_up_is_found"))
def test_a_text_that_is_not_looked_up_is_found(script: str, words: str) -> None:
    """The test above sees text, names that are read aloud, and strings."""
    assert words in bypassing(script)


def texts_in(page: bytes) -> dict[str, str]:
    """Return the texts that a document hands to its script."""
    found = re.search(r'<script type="application/json" id="texts">(.*?)</script>', page.decode())
    assert found
    return json.loads(found[1])


def test_the_page_brings_the_texts_of_its_language() -> None:
    """English needs none, German has every form; markup cannot end the block of texts."""
    for name in ("conversation", "list"):
        pages = {language: render_page(name, "-/files/1", language) for language in LANGUAGES}
        assert texts_in(pages["en"]) == {}
        german = texts_in(pages["de"])
        assert b'<html lang="de">' in pages["de"]
        assert german["Copied"] == "Kopiert"
        assert german["%(number)s more source"] == "%(number)s weitere Quelle"
        assert german["%(number)s more sources"] == "%(number)s weitere Quellen"
        assert german["Too Long"] == "Zu lang"
        assert "Abmelden" in german.values()
        assert "Export" not in german  # texts of the console's other pages stay there
