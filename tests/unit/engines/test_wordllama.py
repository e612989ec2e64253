import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from auscult.domain.errors import EngineError
from auscult.domain.probe import Similarity, SimilarityAnswer
from auscult.domain.said.text import spoken_words
from auscult.engines import wordllama
from auscult.engines.wordllama import WordLlama

ENGINE = WordLlama()
GREETINGS = ("Hello, good morning", "Thank you for calling")
SAID = (
    "HELLO!! good morning...",
    "thanks for calling the store",
    "my parcel has not come",
    "",
    "?!",
    "thank you, and goodbye",
    "I'm sorry to hear that",
    "你好",
    "hello " * 400,
)
texts = st.one_of(st.sampled_from(SAID), st.text(max_size=60))


def ask(samples: tuple[str, ...], said: tuple[str, ...], engine: WordLlama = ENGINE) -> SimilarityAnswer:
    """One probe, one answer."""
    answer = engine.answer([Similarity(samples, said)])[0]
    assert isinstance(answer, SimilarityAnswer)
    return answer


def reference(one: str, other: str) -> float:
    """The same by the plain way: the library's tokenizer over the whole text, mean of rows, cosine."""
    tokenizer = Tokenizer.from_file(str(wordllama.TOKENIZER))
    weights = load_file(wordllama.WEIGHTS)["embedding.weight"].astype(np.float64)
    means = []
    for text in (one, other):
        ids = tokenizer.encode(spoken_words(text).strip(), add_special_tokens=False).ids
        means.append(weights[ids].mean(axis=0))
    return float(means[0] @ means[1] / np.linalg.norm(means[0]) / np.linalg.norm(means[1]))


@pytest.mark.parametrize("said", [SAID[0], SAID[1], SAID[2], SAID[6], "order 12-345 for Jürgen, café №7", "你好 吗"])
def test_says_what_the_model_says_of_the_whole_text(said: str) -> None:
    """Adding up words, in whole numbers, stays within 0.002 of embedding the text as WordLlama does."""
    assert ask(GREETINGS[:1], (said,)).closest[0].similarity == pytest.approx(reference(GREETINGS[0], said), abs=0.002)


def test_case_and_punctuation_change_nothing() -> None:
    """Speech recognition gives neither; a typed sample still meets it."""
    assert ask(GREETINGS, ("HELLO!! good morning...",)).closest[0] == (1.0, 0)


def test_names_the_nearest_sample() -> None:
    """The index points into the samples; what is meant is nearer than what is not."""
    closest = ask(GREETINGS, ("thanks for calling the store", "my parcel has not come")).closest
    assert closest[0].sample == 1
    assert closest[0].similarity > closest[1].similarity


@pytest.mark.parametrize("said", ["", "?!", " \n"])
def test_no_words_are_close_to_nothing(said: str) -> None:
    """A text without words has similarity 0, and so has every text with a sample without words."""
    assert ask(GREETINGS, (said,)).closest[0].similarity == 0
    assert ask(("...",), ("hello", said)).closest == ((0.0, 0), (0.0, 0))


@settings(deadline=None)
@given(
    st.lists(texts.filter(bool), min_size=1, max_size=4).map(tuple),
    st.lists(texts, max_size=6).map(tuple),
    st.lists(st.tuples(st.lists(texts.filter(bool), min_size=1, max_size=3).map(tuple), st.lists(texts).map(tuple))),
)
def test_company_changes_nothing(
    samples: tuple[str, ...], said: tuple[str, ...], others: list[tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    """An answer is the same to the last digit alone, in any batch, and from an engine that has seen nothing."""
    probe = Similarity(samples, said)
    batch = ENGINE.answer([*(Similarity(*other) for other in others), probe])
    assert batch[-1] == ENGINE.answer([probe])[0]
    assert all(
        -1 <= closest.similarity <= 1 and round(closest.similarity, 4) == closest.similarity
        for closest in ask(samples, said).closest
    )


def test_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for a few words and texts only, whole tables are dropped on the way, and answers stay."""
    for name, size in (("KEPT_WORDS", 9), ("KEPT_TEXTS", 3), ("PASS_WORDS", 7), ("PASS_TEXTS", 2)):
        monkeypatch.setattr(wordllama, name, size)
    narrow = WordLlama()
    said = (*SAID, "one two three four five six seven eight nine ten eleven twelve", *reversed(SAID))
    assert ask((*GREETINGS, *SAID[5:7]), said, narrow) == ask((*GREETINGS, *SAID[5:7]), said)
    assert len(narrow._words._rows) <= 9
    assert len(narrow._texts._rows) <= 3


def test_a_word_is_the_same_among_many() -> None:
    """More words than are looked up at a time, in one text and one by one, come to the same whole numbers."""
    words = [f"{number}th" for number in range(200)]
    together, apart = WordLlama(), WordLlama()
    assert (together.embed([" ".join(words)])[0] == sum(apart.embed([word])[0] for word in words)).all()


def test_embeds_each_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that many probes share, and texts seen before, are not embedded again."""
    engine = WordLlama()
    seen: list[str] = []
    add_up = engine._texts._make
    monkeypatch.setattr(engine._texts, "_make", lambda missing: seen.extend(missing) or add_up(missing))
    probes = [Similarity((sample,), SAID) for sample in ("hello", "goodbye", "sorry")]
    engine.answer(probes)
    engine.answer(probes)
    assert sorted(seen) == sorted({*SAID, "hello", "goodbye", "sorry"})


def test_threads_may_share_it() -> None:
    """Many threads at once get what one gets."""
    engine = WordLlama()
    probes = [Similarity(GREETINGS, (text, f"{text} {number}")) for number in range(20) for text in SAID]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda probe: engine.answer([probe])[0], probes)) == ENGINE.answer(probes)


def test_a_probe_without_samples_is_refused() -> None:
    """There is no nearest of none."""
    with pytest.raises(EngineError, match="at least one"):
        ENGINE.answer([Similarity((), ("hello",))])


@pytest.mark.parametrize(
    ("path", "digest"),
    [
        (wordllama.WEIGHTS, "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5"),
        (wordllama.TOKENIZER, "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68"),
    ],
)
def test_the_files_are_those_of_the_release(path: Path, digest: str) -> None:
    """Byte for byte those of the wheel wordllama 0.4.0.post1; NOTICE and licence are in the same folder."""
    assert sha256(path.read_bytes()).hexdigest() == digest
    assert digest in (path.parent / "NOTICE").read_text(encoding="utf-8")


@pytest.mark.landing
def test_loads_no_other_code() -> None:
    """Neither a tokenizer's library nor an HTTP client comes in, and the root logger stays as it was."""
    script = (
        "import logging, sys\n"
        "from auscult.domain.probe import Similarity\n"
        "from auscult.engines import ENGINES\n"
        "ENGINES['wordllama']().answer([Similarity(('hi',), ('hello',))])\n"
        "assert not {'tokenizers', 'requests', 'urllib3', 'huggingface_hub'} & set(sys.modules)\n"
        "assert not logging.getLogger().handlers\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)  # noqa: S603  (our own words)
