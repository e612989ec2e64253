"""What an app knows in the benchmarks: the guidelines of the example shop, and as much again as is wanted beside it."""

import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from auscult.documents import KINDS
from auscult.documents._opening import opening_of
from auscult.documents._passages import MOST_WORDS, passages
from auscult.domain.assist.knowledge import Passage, Piece
from auscult.domain.assist.validity import validity_of
from auscult.domain.said.text import sentences
from auscult.engines.hybrid import Hybrid, HybridIndex, SentenceIndex

Index = HybridIndex | SentenceIndex
ROOT = Path(__file__).parents[1]
STORE = ROOT / "examples" / "knowledge" / "store"
CONVERSATIONS = ROOT / "examples" / "conversations"
WRITTEN = ROOT / "bench" / "quality" / "knowledge"
QUESTIONS = ROOT / "bench" / "quality" / "assist_questions.tsv"
REQUESTS = ROOT / "bench" / "quality" / "assist_requests.txt"
DAY = date(2026, 11, 20)
"""The day on which documents are in force, or not."""
SPOKEN = ("bank_calls", "store_chats", "device_chat", "acted_calls")


def store() -> Iterator[tuple[str, Piece]]:
    """The guidelines, cut into passages, each with the name of its document."""
    return _pieces(STORE)


def written(name: str) -> tuple[list[Passage], list[tuple[str, str]]]:
    """A knowledge base written for the benchmarks, without what is no longer in force, and questions about it.

    Each question has the heading that answers it, or nothing where none does.
    """
    found: dict[str, list[Passage]] = {}
    for passage in as_passages(_pieces(WRITTEN / name)):
        found.setdefault(passage.source, []).append(passage)
    current = [passage for source, each in found.items() if _holds(WRITTEN / name / source) for passage in each]
    lines = (WRITTEN / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return current, [(heading, asked) for heading, _, asked in (line.partition("\t") for line in lines)]


def _holds(file: Path) -> bool:
    """Return whether a document is in force on ``DAY``."""
    kind, data = KINDS["markdown"], file.read_bytes()
    return validity_of(file.name, opening_of(kind.front(data), list(kind.read(data)))).holds(DAY)


def _pieces(folder: Path) -> Iterator[tuple[str, Piece]]:
    for file in sorted(folder.glob("*.md")):
        for piece in passages(KINDS["markdown"].read(file.read_bytes())):
            yield file.name, piece


def beside(count: int) -> Iterator[Piece]:
    """So many passages about other things: sentences of this project's documentation, put together by chance."""
    files = sorted((ROOT / "docs").rglob("*.md"))
    blocks = [block for file in files for block in KINDS["markdown"].read(file.read_bytes())]
    written = [sentence for block in blocks for sentence in sentences(block.text)]
    headings = [block.heading for block in blocks]
    chance = random.Random(7)  # noqa: S311  (the same at each run)
    for _ in range(count):
        words: list[str] = []
        while len(words) < MOST_WORDS * 3 // 4:
            words += chance.choice(written).split()
        yield Piece(chance.choice(headings), " ".join(words))


def turns(files: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The turns of example conversations."""
    for name in files:
        for line in (CONVERSATIONS / f"{name}.ndjson").read_text(encoding="utf-8").splitlines():
            yield from json.loads(line)["turns"]


def questions() -> list[tuple[str, str]]:
    """Questions, each with the heading of the guidelines that answers it."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [(heading, question) for heading, _, question in (line.partition("\t") for line in lines)]


def small_talk() -> list[str]:
    """What customers of the example conversations say beside what they ask: each once, greetings, names, numbers, thanks."""
    requests = set(REQUESTS.read_text(encoding="utf-8").splitlines())
    said = (turn["text"].strip() for turn in turns(SPOKEN) if turn["speaker"] == "customer")
    return [text for text in dict.fromkeys(said) if text and text not in requests]


def elsewhere() -> list[str]:
    """What customers ask of others than the shop, which the guidelines do not answer."""
    asked = set(REQUESTS.read_text(encoding="utf-8").splitlines())
    others = tuple(name for name in SPOKEN if name != "store_chats")
    said = (turn["text"].strip() for turn in turns(others) if turn["speaker"] == "customer")
    return [text for text in dict.fromkeys(said) if text in asked]


def completed(hybrid: Hybrid, passages: list[Passage]) -> Index:
    """An index in English, with the vectors of a model where the search has one."""
    index = hybrid.index(passages, "en")
    return index if index.is_complete else index.completed(lambda: False) or index


def as_passages(pieces: Iterator[tuple[str, Piece]]) -> list[Passage]:
    """Pieces as an index takes them."""
    return [
        Passage(id=f"kp-{index}", source=source, heading=piece.heading, text=piece.text)
        for index, (source, piece) in enumerate(pieces)
    ]
