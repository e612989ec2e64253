"""Interfaces that find passages and write answers from them."""

from collections.abc import Callable, Sequence
from typing import Protocol, Self

from auscult.domain.assist.knowledge import Found, Passage, Written


class PassageIndex(Protocol):
    """Passages ready to be searched. Threads may share it."""

    @property
    def version(self) -> str:
        """Version of the engines and models that search."""
        ...

    @property
    def enough(self) -> float:
        """Return the least score times informativeness at which a passage is worth showing."""
        ...

    @property
    def possible(self) -> float:
        """Return the least likelihood of the best passage at which passages are offered to choose from."""
        ...

    @property
    def likely(self) -> float:
        """Return the least likelihood at which the best passage is suggested as the answer."""
        ...

    @property
    def is_complete(self) -> bool:
        """Return whether ``completed`` has nothing to add."""
        ...

    def completed(self, is_stopped: Callable[[], bool]) -> "PassageIndex | None":
        """Return a better index of the same passages, which may take minutes; None where it was stopped."""
        ...

    def search(self, question: str, limit: int) -> list[Found]:
        """The passages that fit best, the best first."""
        ...

    def informativeness(self, text: str) -> float:
        """Return how informative a text is: 0 for numbers alone, 1 for a complete question."""
        ...

    def likelihood(self, question: str, found: Sequence[Found]) -> float:
        """Return how likely the first of what was found answers the question, from 0 to 1. The others are its rivals."""
        ...

    def answer(self, question: str, passage: Passage) -> str:
        """Return the part of a passage that answers the question best: one or two sentences, or a list."""
        ...


class Retriever(Protocol):
    """Finds passages. Everything is done in memory, so it is quick."""

    @property
    def version(self) -> str:
        """Version of the engine and model that an index begins with."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """Languages whose words it knows (ISO 639-1); others are searched by their words as they are written."""
        ...

    def index(self, passages: Sequence[Passage], language: str) -> PassageIndex:
        """Ready passages in one language to be searched, within seconds; a better index may follow."""
        ...


class Ranker(Protocol):
    """Orders a few passages within a deadline: a language model, or a model that reads question and passage together.

    ``report`` is called with the outcome of each order: ``ordered``, ``late``, ``refused``, ``unavailable`` or ``busy``.
    """

    report: Callable[[str], None]

    @property
    def version(self) -> str:
        """Version of the engine and its model."""
        ...

    def for_app(self, app_id: str) -> Self:
        """Return the same ranker, within the limits of an app."""
        ...

    def order(self, question: str, passages: Sequence[Passage]) -> Sequence[int] | None:
        """Return the indices of all passages, the best first; None where there is no order in time."""
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...


class Writer(Protocol):
    """Writes answers from passages alone: a language model."""

    def write(self, question: str, passages: Sequence[Passage], language: str) -> Written:
        """Answer a question in its language with nothing but what the passages say. Raises ``EngineError``."""
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...
