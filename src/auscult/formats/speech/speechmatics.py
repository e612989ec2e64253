"""Speechmatics: a transcript in its JSON format 2."""

from collections.abc import Iterator
from typing import Any, ClassVar

from auscult.formats._contract import Source
from auscult.formats._heads import first_of
from auscult.formats._json import JsonReader
from auscult.formats._recognised import Word, in_order, ms_of, turns_of
from auscult.formats._records import Fields
from auscult.formats._talk import Talk


class Speechmatics(JsonReader):
    """One object a recording: ``results`` are words and marks, each with a speaker as S1 or a channel."""

    name: ClassVar[str] = "speechmatics"
    title: ClassVar[str] = "Speechmatics JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://docs.speechmatics.com/speech-to-text/batch/output",
        "https://github.com/speechmatics/speechmatics-python",
    )
    keys: ClassVar[frozenset[str]] = frozenset({"format", "job", "metadata", "results"})

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether its results are words with alternatives."""
        result = first_of(record, "results")
        return "format" in record and {"alternatives", "type"} <= result.keys()

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one call."""
        del source
        job, about = record.fields("job"), record.fields("metadata")
        config = about.fields("transcription_config")
        words = [_word(one) for one in record.each("results")]
        labels = list(dict.fromkeys(word.label for word in words))
        by_channel = any(one.get("channel") for one in record.each("results"))
        groups = [[word for word in words if word.label == label] for label in labels] if by_channel else [words]
        created = job.maybe_at("created_at") or about.maybe_at("created_at")
        yield Talk(
            source=self.name,
            said=in_order(said for group in groups for said in turns_of(group)),
            channel="voice",
            id=job.maybe_text("id"),
            started_at=created,
            language=config.maybe_text("language"),
            assumed={"started_at": "file_time"} if created else {},
        )


def _word(one: Fields) -> Word:
    best = next(one.each("alternatives"), None)
    speaker = None if best is None else best.maybe_text("speaker")
    is_mark = one.maybe_text("type") == "punctuation"
    return Word(
        "" if best is None else best.words("content", "a word"),
        one.maybe_text("channel") or (None if speaker == "UU" else speaker),
        None if is_mark else ms_of(one.number("start_time", "a number of seconds")),
        None if is_mark else ms_of(one.number("end_time", "a number of seconds")),
    )
