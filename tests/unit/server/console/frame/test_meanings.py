"""The table of what fields mean: two sentences each, in every language, and a page with that heading."""

import re
from pathlib import Path

import pytest

import auscult
from auscult.language import LANGUAGES, gettext, speaking
from auscult.server.console.frame.meanings import MEANINGS, meaning_of
from auscult.services.manual.installed import get_page
from tools.builder_keys import keys

PLAIN = frozenset(("name", "question", "channel", "description", "owner", "to"))
"""Keys whose labels say all there is to say, in every part of a form."""
TAUGHT = frozenset(f"Taught.{key}" for key in ("weights", "answers", "right", "kappa", "least", "most", "encoder")) | {
    "by_example.taught",
    "JudgeCalibration.answers",
}
"""Keys that learning and tuning write, and nobody else."""
PLAIN_IN = TAUGHT | frozenset(
    ("form.sections", "metric.weight", "WrittenScale.from", "WrittenCondition.metric", "Header.value")
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_sentences(language: str) -> None:
    """Each field has two sentences in every language of the console."""
    with speaking(language):
        for key, (said, _) in MEANINGS.items():
            text = re.sub(r"\b[a-z][.] [a-z][.]", "", gettext(said))  # an abbreviation is no sentence
            assert len(re.findall(r"[.](?: |$)", text)) == 2, (language, key, text)
            assert language == "en" or text != said, key


def test_pages_are_served() -> None:
    """Each leads to a page of the documentation that the server has, at a heading of it."""
    for key, (_, address) in MEANINGS.items():
        page, _hash, anchor = address.partition("#")
        found = get_page(page)
        assert not anchor or anchor in [each.anchor for each in found.headings], (key, address)


def test_a_key_of_its_own_goes_first() -> None:
    """The meaning of a key in one kind of document overrides its general meaning; a plain key has none."""
    assert meaning_of("scorecard", "fatal") != meaning_of("metric", "fatal") == MEANINGS["fatal"]
    assert meaning_of("metric", "name") == ("", "")


def test_each_key_of_a_form_is_explained_in_the_builder() -> None:
    """A key with a control has two sentences, unless it is plain; one with a meaning is not in the list of plain ones."""
    missing = {
        f"{each.thing}.{each.key}"
        for each in keys()
        if each.label and each.key not in PLAIN and not meaning_of(each.thing, each.key)[0]
    }
    assert missing == PLAIN_IN


def test_each_of_a_page_is_shown() -> None:
    """Each meaning that is written for a field of a page is used on a page."""
    shown = {
        key
        for path in Path(auscult.__file__).parent.rglob("templates/**/*.html")
        for key in re.findall(r'(?:meaning\(|key=)"([a-z-]+:[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert shown == {each for each in MEANINGS if ":" in each}
