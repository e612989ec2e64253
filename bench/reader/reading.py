"""Running the second reader: scores of a turn's acts from the fitted encoder, by onnxruntime on one thread."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from auscult.domain.conversation import Turn
from auscult.votes.signs import LOWEST
from bench.reader.sequences import sequences
from bench.reader.wordpiece import WordPieces

GRAIN = 16
"""Steps of a score in one unit of log odds, as the heads have them."""


class Reader:
    """A fitted encoder. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Read ``reader.onnx`` and ``vocabulary.txt`` of a folder. Raises ``OSError`` where one is missing."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._words = WordPieces((folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines())
        self._session = onnxruntime.InferenceSession(
            (folder / "reader.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def scores(self, turns: Sequence[Turn], indexes: Iterable[int]) -> dict[int, tuple[int, ...]]:
        """Return for some turns of a conversation a score of each act: log odds in whole 16ths, -96 to 96."""
        read = sequences(turns, self._words)
        found: dict[int, tuple[int, ...]] = {}
        for index in indexes:
            one = read[index]
            (logits,) = self._session.run(
                ["logits"],
                {
                    "pieces": np.array([one.pieces]),
                    "sides": np.array([one.sides]),
                    "own": np.array([one.own + 1]),
                },
            )
            whole = np.clip(np.floor(logits[0] * GRAIN), LOWEST, -LOWEST).astype(int)
            found[index] = tuple(whole.tolist())
        return found
