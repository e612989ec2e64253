"""Errors of services have a text in the reader's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from auscult.domain.errors import RequestError
from auscult.language import later, speaking
from auscult.server.console.frame.posted import sentence, sentence_of
from auscult.server.console.frame.reasons.errors import TEMPLATES, in_words
from tests.data_files import tuples_of
from tests.template_parts import SOURCE, outdated_parts

RAISING = tuples_of(__file__, "raising")
TRANSLATED = tuples_of(__file__, "translated")
"""Modules whose errors people see on forms of the console, each of which has a template."""
OTHERS = {
    "privacy settings: 7": "of the API: the page offers what there is",
    "the frame of draw 7 changed: conversations were erased or evaluated anew": "of the command line",
    "a personal token lasts from 1 second to 7 days": "of the API",
    "there is no 7 7 in this app, or it is not evaluated yet": "has a template for each kind",
}
"""Messages of them that have no template, and why."""
COMPOSED = tuples_of(__file__, "composed")
"""Parts that a module composes of several."""


@pytest.mark.landing
def test_no_template_is_out_of_date() -> None:
    """Each part of a template is still in the code of services, so that a message that is reworded is noticed."""
    assert outdated_parts(TEMPLATES, RAISING, COMPOSED) == []


@pytest.mark.parametrize("module", TRANSLATED)
def test_every_error_of_a_form_is_translated(module: str) -> None:
    """A message without a template would be English on a German page."""
    messages = list(_messages(SOURCE / module))
    assert messages
    with speaking("de"):
        assert [each for each in messages if each not in OTHERS and in_words(each) == each] == []


def test_slots_are_filled() -> None:
    """Ids and names stay as they are; what holds another message is translated too."""
    with speaking("de"):
        assert in_words("unknown form 'ef-x'; available: ef-cards, ef-starter") == (
            "unbekanntes Formular 'ef-x'; vorhanden: ef-cards, ef-starter"
        )
        assert in_words("another person decides dispute d-1: they raised it") == (
            "über Einspruch d-1 entscheidet eine andere Person: sie hat ihn selbst erhoben"
        )
        assert in_words("dispute d-{1} is denied, and stays so") == "Einspruch d-{1} ist abgelehnt und bleibt es"
        assert sentence("the date has passed") == "Das Datum ist vorbei."


def test_other_languages_and_other_words_stay() -> None:
    """English readers see the message itself, and nobody sees less than that."""
    assert in_words("the date has passed") == "the date has passed"
    with speaking("de"):
        assert in_words("something that nobody has translated") == "something that nobody has translated"
        assert in_words("unknown plan " + "x" * 5_000).startswith("unknown plan")


def test_fields_have_their_name_on_the_page() -> None:
    """The field is named as the page does, and the rest is translated."""
    error = RequestError("invalid quota.count: use at least 1", code="plan.invalid", field="quota.count")
    with speaking("de"):
        assert sentence_of(error, {"quota.count": later("Count")}).endswith(": nehmen Sie mindestens 1.")


def _messages(file: Path) -> Iterator[str]:
    """Yield the messages that a module raises, with 7 in each slot."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if isinstance(node, ast.Call) and name.endswith("Error") and node.args:
            found = _filled(node.args[0])
            if found is not None:
                yield found


def _filled(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None
