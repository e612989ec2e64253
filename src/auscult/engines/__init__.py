"""SHELF: outside minds that answer probes. One engine a file, and one line here."""

from collections.abc import Callable, Mapping

from auscult.engines._contract import Engine
from auscult.engines.wordllama import WordLlama

ENGINES: Mapping[str, Callable[[], Engine]] = {
    "wordllama": WordLlama,
}
