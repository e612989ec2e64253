# What we use of sentence-transformers, which is not there when types are checked.
from collections.abc import Mapping, Sequence
from typing import Any, Self

from numpy import float64
from numpy.typing import NDArray

class SentenceTransformer:
    def __init__(
        self,
        model_name_or_path: str,
        *,
        device: str = ...,
        local_files_only: bool = ...,
        trust_remote_code: bool = ...,
        model_kwargs: Mapping[str, Any] = ...,
    ) -> None: ...
    def double(self) -> Self: ...
    def eval(self) -> Self: ...
    def get_embedding_dimension(self) -> int | None: ...
    def encode(
        self,
        inputs: Sequence[str],
        *,
        batch_size: int = ...,
        show_progress_bar: bool = ...,
        normalize_embeddings: bool = ...,
    ) -> NDArray[float64]: ...
