"""Tokens of words, by byte pair encoding (Sennrich et al., 2016) with the vocabulary that a model was trained with.

Written here because the library for it brings a client of a model hub along. A test compares the two.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec import Struct

_SPACE = "\u2581"
"""Begins a word, and stands for a space in one."""
_NEVER = 1 << 62


class _Model(Struct):
    vocab: dict[str, int]
    merges: list[str]


class _File(Struct):
    model: _Model


class Tokenizer:
    """Splits words into tokens. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Read the vocabulary and the merges of a ``tokenizer.json`` whose model is BPE with byte fallback."""
        model = msgspec.json.decode(path.read_bytes(), type=_File).model
        self._vocab = model.vocab
        self._unknown = model.vocab["<unk>"]
        self._bytes = [model.vocab[f"<0x{byte:02X}>"] for byte in range(256)]
        self._ranks: dict[tuple[int, int], tuple[int, int]] = {}
        for rank, merge in enumerate(model.merges):
            left, _, right = merge.partition(" ")
            self._ranks[model.vocab[left], model.vocab[right]] = (rank, model.vocab[left + right])

    def ids(self, word: str) -> list[int]:
        """Return the tokens of a word, without any that marks its beginning or end."""
        tokens = self._characters(_SPACE + word.replace(" ", _SPACE))
        ranks = self._ranks
        while len(tokens) > 1:
            pairs = [ranks.get(pair, (_NEVER, 0)) for pair in pairwise(tokens)]
            best = min(pairs)
            if best[0] == _NEVER:
                break
            index = pairs.index(best)
            tokens[index : index + 2] = [best[1]]
        return tokens

    def _characters(self, text: str) -> list[int]:
        """Return the token of each character; of one that has none, the tokens of its bytes."""
        found: list[int] = []
        for letter in text:
            token = self._vocab.get(letter)
            found += [token] if token is not None else self._of_bytes(letter.encode("utf-8", "replace"))
        return found

    def _of_bytes(self, data: Sequence[int]) -> list[int]:
        return [self._bytes[byte] for byte in data]
