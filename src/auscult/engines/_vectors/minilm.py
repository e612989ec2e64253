"""all-MiniLM-L6-v2 (Apache-2.0) on numpy: six layers of a transformer that reads a text as a whole.

The weights lie on disk as whole numbers of 8 bits, with a scale for each row (``packed``), and are computed with in
single precision. Attention is that of Vaswani et al. (2017), the layers are BERT's (Devlin et al., 2019), and a text's
vector is the mean over its tokens (Reimers and Gurevych, 2019).
"""
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WEIGHTS, TOKENS = "weights.safetensors", "tokenizer.json"
"""Files of the folder that an encoder is read from."""
LONGEST = 256
"""Most tokens of a text that are read."""
BATCH_TOKENS = 2048
"""Tokens that are computed at once, padding included: 15 MB of intermediate results."""
_HEAD = 32
"""Width of a head of attention."""
_EPSILON = 1e-12
_SCALE = ".scale"
_MOST = 127
_NO_TOKEN = np.float32(-1e9)

Matrix = NDArray[np.float32]


class MiniLm:
    """An encoder of texts. Safe to share between threads; loading takes a third of a second and 100 MB."""

    def __init__(self, folder: Path) -> None:
        """Load the weights and the vocabulary that ``packed`` and the model's makers wrote to a folder."""
        from safetensors.numpy import load_file  # noqa: PLC0415  (of the extra `meaning`)
        from tokenizers import Tokenizer  # noqa: PLC0415

        stored = load_file(folder / WEIGHTS)
        scales = {name.removesuffix(_SCALE): stored[name] for name in stored if name.endswith(_SCALE)}
        self._weights: dict[str, Matrix] = {
            name: stored[name] * scales[name] if name in scales else stored[name]
            for name in stored
            if not name.endswith(_SCALE)
        }
        self._words = self._weights["embeddings.word_embeddings.weight"]
        self._layers = sorted(
            {name.split(".")[2] for name in self._weights if name.startswith("encoder.layer.")}, key=int
        )
        self.width = self._words.shape[1]
        self._tokens: Tokenizer = Tokenizer.from_file(str(folder / TOKENS))
        self._tokens.enable_truncation(LONGEST)
        self._tokens.no_padding()

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return a vector of length 1 for each text, shape (texts, ``width``). Texts of like lengths are computed together."""
        ids = [each.ids for each in self._tokens.encode_batch(list(texts))]
        found = np.zeros((len(texts), self.width), np.float32)
        for group in _groups([len(each) for each in ids]):
            longest = max(len(ids[index]) for index in group)
            tokens = np.zeros((len(group), longest), np.intp)
            is_token = np.zeros((len(group), longest), np.float32)
            for row, index in enumerate(group):
                tokens[row, : len(ids[index])] = ids[index]
                is_token[row, : len(ids[index])] = 1
            found[group] = self._means(tokens, is_token)
        return found

    def _means(self, tokens: NDArray[np.intp], is_token: Matrix) -> Matrix:
        weights = self._weights
        rows = (
            self._words[tokens]
            + weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        rows = self._normed(rows, "embeddings.LayerNorm")
        mask = ((1 - is_token) * _NO_TOKEN)[:, None, None, :]
        for layer in self._layers:
            rows = self._layer(rows, mask, f"encoder.layer.{layer}")
        mean = np.einsum("btw,bt->bw", rows, is_token) / is_token.sum(axis=1, keepdims=True)
        unit: Matrix = mean / np.maximum(np.sqrt((mean * mean).sum(axis=1, keepdims=True)), np.float32(_EPSILON))
        return unit

    def _layer(self, rows: Matrix, mask: Matrix, name: str) -> Matrix:
        texts, length, _ = rows.shape
        parts = (self._linear(rows, f"{name}.attention.self.{each}") for each in ("query", "key", "value"))
        query, key, value = (each.reshape(texts, length, -1, _HEAD).transpose(0, 2, 1, 3) for each in parts)
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(_HEAD)) + mask
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        seen = (shares @ value).transpose(0, 2, 1, 3).reshape(rows.shape)
        rows = self._normed(
            rows + self._linear(seen, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm"
        )
        inner = _gelu(self._linear(rows, f"{name}.intermediate.dense"))
        return self._normed(rows + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _linear(self, rows: Matrix, name: str) -> Matrix:
        flat = rows.reshape(-1, rows.shape[-1]) @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return flat.reshape(*rows.shape[:-1], -1)

    def _normed(self, rows: Matrix, name: str) -> Matrix:
        rows -= rows.mean(axis=-1, keepdims=True)
        deviation = np.sqrt(np.mean(rows * rows, axis=-1, keepdims=True) + np.float32(_EPSILON))
        return rows / deviation * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def packed(weights: dict[str, Matrix]) -> dict[str, NDArray[np.int8] | Matrix]:
    """Return weights with the matrices as whole numbers of 8 bits, and under ``NAME.scale`` the scale of each row."""
    found: dict[str, NDArray[np.int8] | Matrix] = {}
    for name, each in weights.items():
        if each.ndim != 2 or each.dtype != np.float32 or name.startswith("pooler."):  # noqa: PLR2004  (a matrix)
            continue
        scale = np.abs(each).max(axis=1, keepdims=True) / _MOST
        scale[scale == 0] = 1
        found[name] = np.rint(each / scale).astype(np.int8)
        found[f"{name}{_SCALE}"] = scale
    return found | {name: each for name, each in weights.items() if each.ndim == 1 and not name.startswith("pooler.")}


def _groups(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield indexes of texts of like lengths, of at most ``BATCH_TOKENS`` with padding."""
    group: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if group and lengths[group[0]] * (len(group) + 1) > BATCH_TOKENS:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def _gelu(rows: Matrix) -> Matrix:
    """Return x times the normal distribution at x, by Abramowitz and Stegun 7.1.26: exact to 2e-7."""
    size = np.abs(rows) * np.float32(np.sqrt(0.5))
    part = 1 / (1 + np.float32(0.3275911) * size)
    series = np.float32(1.061405429) * part + np.float32(-1.453152027)
    for coefficient in (1.421413741, -0.284496736, 0.254829592):
        series = series * part + np.float32(coefficient)
    beyond = series * part * np.exp(-size * size) / 2
    return rows * np.where(rows < 0, beyond, 1 - beyond)
