"""The labelled conversations that the second reader is fitted to, and measured on."""

from pathlib import Path

from bench.acts.material import Labelled, hands_of, labelled
from bench.acts.train import ENGLISH


def sets_of(data: Path, language: str) -> list[Labelled]:
    """Return the labelled conversations of a language."""
    return labelled(data) if language == ENGLISH else hands_of(language)
