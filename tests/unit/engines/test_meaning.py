"""The encoder on numpy: it computes what the layers say, packs its weights, and refuses weights of another model."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from auscult import bootstrap
from auscult.bootstrap.engines import retriever
from auscult.config import read_settings
from auscult.domain.assist.knowledge import Passage
from auscult.domain.errors import SettingsError
from auscult.engines import embedded
from auscult.engines._vectors.minilm import TOKENS, WEIGHTS, MiniLm, packed
from auscult.engines.meaning import Meaning, install
from auscult.engines.wordllama import WordLlama

WIDTH, INNER = 64, 96
WORDS = "[PAD] [UNK] [CLS] [SEP] where is my parcel order lost refund please the a".split()  # noqa: SIM905  (a sentence)


def weights() -> dict[str, NDArray[np.float32]]:
    """Weights of two layers of two heads, drawn at random."""
    drawn = np.random.default_rng(7)
    shapes: dict[str, tuple[int, ...]] = {
        f"embeddings.{name}_embeddings.weight": (rows, WIDTH)
        for name, rows in (("word", len(WORDS)), ("position", 16), ("token_type", 2))
    }
    for layer in ("encoder.layer.0", "encoder.layer.1"):
        linear = {f"attention.self.{each}": (WIDTH, WIDTH) for each in ("query", "key", "value")}
        linear |= {"attention.output.dense": (WIDTH, WIDTH), "intermediate.dense": (INNER, WIDTH)}
        for name, shape in (linear | {"output.dense": (WIDTH, INNER)}).items():
            shapes |= {f"{layer}.{name}.weight": shape, f"{layer}.{name}.bias": shape[:1]}
    norms = ("embeddings", *(f"encoder.layer.{n}.{part}output" for n in (0, 1) for part in ("attention.", "")))
    shapes |= {f"{each}.LayerNorm.{part}": (WIDTH,) for each in norms for part in ("weight", "bias")}
    return {name: drawn.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


def tokenizer() -> Any:
    """A tokenizer of whole words, with the marks of beginning and end."""
    found = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    found.pre_tokenizer = pre_tokenizers.Whitespace()
    found.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small encoder of the same format."""
    made = tmp_path_factory.mktemp("encoder")
    save_file(packed(weights()), made / WEIGHTS)
    tokenizer().save(str(made / TOKENS))
    return made


def slowly(text: str, w: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The vector of a text, token by token and head by head, by the papers."""

    def normed(row: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        return (row - row.mean()) / math.sqrt(row.var() + 1e-12) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(row: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        return w[f"{name}.weight"] @ row + w[f"{name}.bias"]

    ids = tokenizer().encode(text).ids
    word, place = w["embeddings.word_embeddings.weight"], w["embeddings.position_embeddings.weight"]
    kind = w["embeddings.token_type_embeddings.weight"][0]
    rows = [normed(word[each] + place[at] + kind, "embeddings.LayerNorm") for at, each in enumerate(ids)]
    for layer in ("encoder.layer.0", "encoder.layer.1"):
        query, key, value = (
            [linear(r, f"{layer}.attention.self.{n}") for r in rows] for n in ("query", "key", "value")
        )
        after = []
        for at, row in enumerate(rows):
            seen = []
            for part in (slice(0, 32), slice(32, 64)):
                shares = np.exp([query[at][part] @ each[part] / math.sqrt(32) for each in key])
                seen.append(sum(s * v[part] for s, v in zip(shares / shares.sum(), value, strict=True)))
            mixed = normed(
                row + linear(np.concatenate(seen), f"{layer}.attention.output.dense"),
                f"{layer}.attention.output.LayerNorm",
            )
            inner = linear(mixed, f"{layer}.intermediate.dense")
            bent = np.array([x * (1 + math.erf(x / math.sqrt(2))) / 2 for x in inner])
            after.append(normed(mixed + linear(bent, f"{layer}.output.dense"), f"{layer}.output.LayerNorm"))
        rows = after
    mean = np.mean(rows, axis=0)
    return mean / np.linalg.norm(mean)


def test_vectors_are_those_of_the_papers(folder: Path) -> None:
    """Texts of several lengths in one batch; each the same alone, and as computed slowly from the same whole numbers."""
    stored = packed(weights())
    exact = {
        name: each * stored.get(f"{name}.scale", np.float32(1))
        for name, each in stored.items()
        if not name.endswith(".scale")
    }
    texts = ["where is my parcel", "refund", "", "the order is lost please refund the order please"]
    found = MiniLm(folder).encode(texts)
    for text, vector in zip(texts, found, strict=True):
        assert np.allclose(vector, MiniLm(folder).encode([text])[0], atol=1e-6)
        assert np.allclose(vector, slowly(text, {n: e.astype(np.float64) for n, e in exact.items()}), atol=1e-4)


def test_packing_keeps_each_weight_within_half_a_step() -> None:
    """A row's step is its largest weight by 127."""
    given, stored = weights(), packed(weights())
    for name, each in given.items():
        if each.ndim == 2:
            scale = stored[f"{name}.scale"]
            assert np.all(np.abs(stored[name] * scale - each) <= scale * 0.501)
        else:
            assert np.array_equal(stored[name], each)


def test_an_installed_encoder_ranks_and_judges_only_where_chosen(folder: Path, tmp_path: Path) -> None:
    """Searches use it at once; conditions keep their vectors, and so their thresholds, unless the setting says otherwise."""
    (tmp_path / "meaning").symlink_to(folder)
    settings = {"AUSCULT_STATE_DIR": str(tmp_path)}
    passage = Passage(id="p", source="a.md", heading=("Refunds",), text="A refund takes a day.")
    index = retriever(read_settings(settings), WordLlama()).index([passage], "en")
    assert Meaning(folder).version in index.version
    assert not any(isinstance(each, Meaning) for each in embedded())
    with pytest.raises(SettingsError, match="auscult meaning install"):
        bootstrap.evaluator(read_settings({"AUSCULT_EMBEDDINGS": "meaning", "AUSCULT_STATE_DIR": str(tmp_path / "x")}))


def test_other_weights_are_refused(folder: Path, tmp_path: Path) -> None:
    """What is not the pinned file is not written."""
    with pytest.raises(SettingsError, match="its SHA-256 is"):
        install(folder / WEIGHTS, folder / TOKENS, tmp_path / "new")
    assert not (tmp_path / "new").exists()
