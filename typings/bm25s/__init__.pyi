# What the project uses of bm25s, which ships without types. Source: its __init__.py, version 0.3.16.
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

class BM25:
    def __init__(self, k1: float = ..., b: float = ..., *, method: str = ...) -> None: ...
    def index(self, corpus: Sequence[Sequence[str]], *, show_progress: bool = ...) -> None: ...
    def get_scores(self, query_tokens_single: Sequence[str]) -> NDArray[np.float32]: ...
