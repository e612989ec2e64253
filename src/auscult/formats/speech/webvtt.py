"""WebVTT: captions of recordings, as Teams, Zoom and recognisers of speech write them."""

import re
from collections.abc import Iterator
from typing import ClassVar

from auscult.formats._contract import Source
from auscult.formats._instants import instant
from auscult.formats._others.captions import cues_of, said_in
from auscult.formats._others.heads import Head
from auscult.formats._others.talk import Talk
from auscult.formats._others.text_files import TextReader
from auscult.formats._records import MissingError

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)")


class WebVtt(TextReader):
    """One call a file. Speakers are in ``<v Name>``, or before a colon. A note may have the time of the recording."""

    name: ClassVar[str] = "webvtt"
    title: ClassVar[str] = "WebVTT"
    makers: ClassVar[tuple[str, ...]] = (
        "https://www.w3.org/TR/webvtt1/",
        "https://learn.microsoft.com/graph/api/calltranscript-get (Teams)",
        "https://developers.zoom.us/docs/api/rest/other-references/recording-files (Zoom)",
    )

    def fits(self, head: Head) -> bool:
        """Return whether it begins with WEBVTT."""
        return head.data.lstrip().startswith(b"WEBVTT")

    def talks(self, text: str, source: Source) -> Iterator[Talk]:
        """Yield the one call."""
        del source
        lines = text.splitlines()
        cues = list(cues_of(lines, "a cue"))
        if not cues:
            raise MissingError("", "there is no cue; each should have a line as 00:00:01.200 --> 00:00:05.000")
        head = "\n".join(lines[: cues[0].line])
        noted = _INSTANT.search(head)
        yield Talk(
            source=self.name,
            said=said_in(cues),
            channel="voice",
            started_at=instant(noted[0], "NOTE") if noted else None,
        )
