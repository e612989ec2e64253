"""Templates of reasons and the engine's sentences agree: each sentence has a template, and each template a sentence."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import auscult
from auscult.analyzers.outcome import churn_risk, escalation
from auscult.analyzers.outcome._by_packs import WHYS
from auscult.language import speaking
from auscult.server.console.frame.reasons import REASON, WHY, is_known
from auscult.server.console.frame.reasons.slots import slots_of
from auscult.server.console.frame.reasons.templates import LISTS, TEMPLATES
from auscult.votes.signs import DOES
from auscult.wording import pack
from tests.data_files import data_of, tuples_of

SOURCE = Path(auscult.__file__).parent
ENGINE = ("metrics", "analyzers", "domain", "services/scoring", "engines", "outgoing", "votes")
SAYING = ("metrics", "analyzers", "engines", "domain/questions", "services/scoring")
"""Modules whose sentences are reasons that the console shows."""
CALLS = frozenset(data_of(__file__, "calls"))
"""Calls whose arguments are reasons."""
PARTS = re.compile(r"\{\w+\}(?: s\b)?|\b1\b|[;:(),×'\"]")  # noqa: RUF001 the engine's sign
"""What separates the parts of a sentence that its module writes in one piece: slots and punctuation."""
COMPOSED = tuples_of(__file__, "composed")
"""Parts that a module composes of several."""
SCOPES = ("scope", "span", "who", "whose", "answer", "kind")
"""Groups that the engine composes of single words."""
OTHERS = data_of(__file__, "others")
"""Parts without a template, and why."""


def test_slots_have_a_meaning() -> None:
    """A slot is a group, a list, a number, or one of the few names for words that stay as they are."""
    free = {"words", "name", "value", "column", "path", "metric", "stage", "before"}
    numbers = {"n", "m", "s", "ms", "low", "high", "least", "most", "rate"}
    used = {slot for texts in TEMPLATES.values() for text in texts for slot in slots_of(text)}
    assert used - free - numbers - {"language", "turn"} <= {*TEMPLATES, *LISTS}
    assert all(len(slots_of(text)) == len(set(slots_of(text))) for texts in TEMPLATES.values() for text in texts)


@pytest.mark.landing
@pytest.mark.parametrize("group", sorted(set(TEMPLATES) - set(SCOPES)))
def test_no_template_is_out_of_date(group: str) -> None:
    """Each part of a template is still in the engine's code, so that a sentence that is reworded there is noticed."""
    written = _written()
    parts = {part for text in TEMPLATES[group] for part in _parts(text)}
    assert [one for part in sorted(parts) for one in COMPOSED.get(part, (part,)) if one not in written] == []


@pytest.mark.parametrize("module", SAYING)
def test_no_sentence_is_without_a_template(module: str) -> None:
    """Each part of a reason that a module of the engine writes is in a template."""
    known = "\n".join(text for texts in TEMPLATES.values() for text in texts)
    path = SOURCE / module
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    said = {part for file in files for text in _reasons_in(file) for part in _parts(text)}
    assert said
    assert sorted(part for part in said if part not in known and part not in OTHERS) == []


def test_meanings_of_signs() -> None:
    """Each meaning of the phrases and acts that decide a verdict has a template."""
    flags = {*churn_risk.OTHERWISE.values(), *escalation.OTHERWISE.values(), escalation.ASKS}
    for name in ("en/threats", "en/leaving"):
        flags |= {reading.means for reading in pack(name).readings if reading.means}
    with speaking("de"):
        assert [each for each in flags if not is_known(f"{each}: 'so'", WHY)] == []
        assert [each for each in (*DOES.values(), *WHYS.values()) if not is_known(each, WHY)] == []
        assert not is_known("nobody says so", REASON)


@cache
def _written() -> str:
    """Return all texts of the engine's code, wording and starter forms, without slots."""
    files = (file for folder in ENGINE for file in (SOURCE / folder).rglob("*.py"))
    texts = (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    forms = (file for folder in ("wording", "starter") for file in (SOURCE / folder).rglob("*.yaml"))
    wording = [file.read_text(encoding="utf-8") for file in forms]
    constants = (node.value for node in texts if isinstance(node, ast.Constant))
    return "\n".join([*(each for each in constants if isinstance(each, str)), *wording])


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a sentence that have a word."""
    yield from (part.strip() for part in PARTS.split(text) if re.search(r"[a-z]{2}", part))


def _reasons_in(file: Path) -> Iterator[str]:
    """Yield the texts that a module gives as a reason, each slot as ``{x}``."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg in ("reason", "why", "doubt"):
            yield from _texts(node.value)
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(
                isinstance(each, ast.Name) and each.id in ("reason", "why", "missing", "measured") for each in targets
            ):
                yield from _texts(node.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS:
            yield from (text for each in node.args for text in _texts(each))


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the texts within an expression."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(each.value) if isinstance(each, ast.Constant) else "{x}" for each in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.BinOp):
        yield from (*_texts(node.left), *_texts(node.right))
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from (text for each in node.values for text in _texts(each))
