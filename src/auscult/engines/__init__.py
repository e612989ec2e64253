"""SHELF: outside minds that answer probes. One engine a file, and one line here."""

from collections.abc import Callable, Mapping

from auscult.engines._contract import Engine
from auscult.engines.heads import Heads
from auscult.engines.wordllama import WordLlama

ENGINES: Mapping[str, Callable[[], Engine]] = {
    "wordllama": WordLlama,
    "heads": lambda: Heads(WordLlama()),
}


def embedded() -> tuple[Engine, ...]:
    """The engines that need nothing but the base installation, on one embedding: a text is embedded once for all."""
    vectors = WordLlama()
    return vectors, Heads(vectors)
