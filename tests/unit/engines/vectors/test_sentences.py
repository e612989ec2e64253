"""Vectors of passages are kept on disk, shared by processes, and computed between questions."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from auscult.domain.assist.knowledge import Passage
from auscult.engines._vectors.sentences import AT_ONCE, FILE, Sentences
from auscult.engines._vectors.vector_files import UNUSED_S, VectorFiles, digest
from auscult.engines.hybrid import Hybrid, SentenceIndex
from tests.sentence_reader import WORDS, Reader
from tests.waiting import existing

MANY = [f"passage number {number} is about thing {number}" for number in range(3 * FILE)]


def made(texts: Sequence[str]) -> list[Passage]:
    """Passages with these texts, without headings."""
    return [Passage(id=text, source="s", heading=(), text=text) for text in texts]


def test_few_are_computed_at_once_and_many_are_not() -> None:
    """A base with many new passages is searched by words first."""
    reader = Reader()
    hybrid = Hybrid(WORDS, reader)
    assert hybrid.index(made(MANY[:5]), "en").version == f"{hybrid.version} and reader 1/2"
    assert len(reader.texts) <= AT_ONCE
    large = hybrid.index(made(MANY), "en")
    assert not large.is_complete
    assert large.version == hybrid.version
    words = Hybrid(WORDS).index(made(MANY), "en")
    assert words.is_complete
    assert large.search(MANY[7], 3) == words.search(MANY[7], 3)
    complete = existing(large.completed(lambda: False))
    assert complete.is_complete
    assert complete.search(MANY[7], 1)[0].passage.text == MANY[7]


def test_another_language_than_the_model_s_is_searched_by_words() -> None:
    """The model is not asked."""
    reader = Reader()
    index = Hybrid(WORDS, reader).index(made(["die Karten verfallen nie"]), "de")
    assert index.is_complete
    assert not isinstance(index, SentenceIndex)
    assert reader.texts == []


def test_an_empty_base_needs_no_model() -> None:
    """Nothing is read, and nothing is found."""
    reader = Reader()
    index = Hybrid(WORDS, reader).index([], "en")
    assert index.search("refund", 3) == []
    assert reader.texts == []


def test_a_restart_reads_nothing_again(tmp_path: Path) -> None:
    """Vectors on disk are those that were computed; a changed base costs its new passages only."""
    first, second = Reader(), Reader()
    vectors = Sentences(first, tmp_path).all(MANY, lambda: False)
    again = Sentences(second, tmp_path).at_once([*MANY, "a new passage"])
    assert vectors is not None
    assert again is not None
    assert np.array_equal(again[:-1], vectors)
    assert second.texts == ["a new passage"]


def test_another_model_finds_nothing_of_the_first(tmp_path: Path) -> None:
    """Vectors of two models in one folder are not confused."""
    Sentences(Reader(), tmp_path).all(MANY, lambda: False)
    assert Sentences(Reader("reader 2"), tmp_path).at_once(MANY) is None


def test_what_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    """A process that stops in the middle has kept what it had computed."""
    first, second = Reader(), Reader()
    assert Sentences(first, tmp_path).all(MANY, lambda: len(first.texts) >= len(MANY) / 2) is None
    assert Sentences(second, tmp_path).all(MANY, lambda: False) is not None
    assert sorted([*first.texts, *second.texts]) == sorted(MANY)


def test_two_processes_share_the_work(tmp_path: Path) -> None:
    """What another one writes meanwhile is read instead of computed."""
    first, second = Reader(), Reader()

    def other_works() -> bool:
        if not second.texts:
            Sentences(second, tmp_path).all(MANY, lambda: len(second.texts) >= len(MANY) / 2)
        return False

    assert Sentences(first, tmp_path).all(MANY, other_works) is not None
    assert len(first.texts) + len(second.texts) < 2 * len(MANY)
    assert set(first.texts) | set(second.texts) == set(MANY)


def test_the_same_text_twice_has_one_vector() -> None:
    """One row for each text, computed once."""
    reader = Reader()
    rows = existing(Sentences(reader).at_once(["one", "two", "one"]))
    assert rows[0].tolist() == rows[2].tolist() != rows[1].tolist()
    assert len(reader.texts) == 2


def test_a_damaged_file_is_reported_and_computed_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The others are still used."""
    keys = [digest("1", "a"), digest("1", "b")]
    files = VectorFiles(tmp_path)
    files.write(keys[:1], np.ones((1, 4), np.float32))
    (damaged,) = tmp_path.iterdir()
    files.write(keys[1:], np.zeros((1, 4), np.float32))
    damaged.write_bytes(damaged.read_bytes()[:40])
    assert list(files.read(keys)) == keys[1:]
    assert damaged.name in caplog.text


def test_a_folder_that_cannot_be_written_to_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Vectors are then computed again by each process."""
    (tmp_path / "file").touch()
    assert Sentences(Reader(), tmp_path / "file" / "passages").at_once(["one"]) is not None
    assert "not kept" in caplog.text


def test_what_is_not_used_for_long_is_deleted(tmp_path: Path) -> None:
    """A file none of whose vectors was read; one that is read is kept."""
    files = VectorFiles(tmp_path)
    for text in ("old", "used"):
        files.write([digest("1", text)], np.ones((1, 4), np.float32))
    for path in tmp_path.iterdir():
        before = path.stat().st_mtime - UNUSED_S - 60
        os.utime(path, (before, before))
    assert list(files.read([digest("1", "used")])) == [digest("1", "used")]
    assert len(list(tmp_path.iterdir())) == 1
    assert files.read([digest("1", "old")]) == {}
