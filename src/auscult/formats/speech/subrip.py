"""SubRip (.srt): captions of recordings."""

import re
from collections.abc import Iterator
from typing import ClassVar

from auscult.formats._contract import Source
from auscult.formats._others.captions import TIMING, cues_of, said_in
from auscult.formats._others.heads import Head
from auscult.formats._others.talk import Talk
from auscult.formats._others.text_files import TextReader

_NUMBER = re.compile(r"\s*\d+\s*")


class SubRip(TextReader):
    """One call a file: numbered cues with times. Speakers are before a colon, or in ``<v Name>``."""

    name: ClassVar[str] = "subrip"
    title: ClassVar[str] = "SubRip (SRT)"
    makers: ClassVar[tuple[str, ...]] = (
        "https://www.loc.gov/preservation/digital/formats/fdd/fdd000569.shtml",
        "https://github.com/openai/whisper/blob/main/whisper/utils.py",
    )

    def fits(self, head: Head) -> bool:
        """Return whether there are times in one of its first lines, after a number or without one."""
        first = [line for line in head.lines[:4] if not _NUMBER.fullmatch(line)]
        return bool(first) and ("-->" in first[0] and TIMING.fullmatch(first[0]) is not None)

    def talks(self, text: str, source: Source) -> Iterator[Talk]:
        """Yield the one call."""
        del source
        cues = list(cues_of(text.splitlines(), "a caption"))
        yield Talk(source=self.name, said=said_in(cues), channel="voice")
