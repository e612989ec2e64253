"""Rev AI: a transcript of monologues."""

from collections.abc import Iterator
from typing import Any, ClassVar

from auscult.formats._contract import Source
from auscult.formats._heads import first_of
from auscult.formats._json import JsonReader
from auscult.formats._recognised import in_order, ms_of
from auscult.formats._records import Fields
from auscult.formats._talk import Said, Talk


class RevAi(JsonReader):
    """One object a recording: ``monologues``, each with its speaker and its elements: words with times, and marks."""

    name: ClassVar[str] = "rev-ai"
    title: ClassVar[str] = "Rev AI JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://docs.rev.ai/api/asynchronous/transcripts/",
        "https://github.com/revdotcom/revai-python-sdk",
    )
    keys: ClassVar[frozenset[str]] = frozenset({"monologues"})

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it has monologues of elements."""
        return "elements" in first_of(record, "monologues")

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one call."""
        del source
        said = [_monologue(one) for one in record.each("monologues")]
        yield Talk(source=self.name, said=in_order(said), channel="voice")


def _monologue(one: Fields) -> Said:
    elements = list(one.each("elements"))
    starts = [each.number("ts", "a number of seconds") for each in elements if each.get("ts") is not None]
    ends = [each.number("end_ts", "a number of seconds") for each in elements if each.get("end_ts") is not None]
    speaker = one.maybe_text("speaker")
    return Said(
        "".join(each.words("value", "a word or a mark") for each in elements).strip(),
        speaker and f"Speaker {speaker}",
        start_ms=ms_of(min(starts)) if starts else None,
        end_ms=ms_of(max(ends)) if ends else None,
    )
