"""Plain transcripts: lines that begin with who speaks, with times or without."""

from collections.abc import Iterator
from typing import ClassVar

from auscult.formats._contract import Source
from auscult.formats._others.heads import Head
from auscult.formats._others.lines import are_labelled, said_in
from auscult.formats._others.talk import Talk
from auscult.formats._others.text_files import TextReader


class Transcript(TextReader):
    """One conversation a file: ``Agent: …``, ``[00:12] Speaker 1: …``, or a name with its time above what is said."""

    name: ClassVar[str] = "transcript"
    title: ClassVar[str] = "a plain transcript"
    makers: ClassVar[tuple[str, ...]] = (
        "https://support.zoom.com/hc/en/article?id=zm_kb&sysparm_article=KB0064927 (Zoom)",
        "https://help.otter.ai/hc/en-us/articles/360047733634-Export-conversations (Otter)",
    )

    def fits(self, head: Head) -> bool:
        """Return whether enough lines begin with one of several names, of which one is a side or returns."""
        if head.is_json and head.data.lstrip()[:1] != b"[":
            return False
        return "\0" not in head.text and are_labelled(head.lines)

    def talks(self, text: str, source: Source) -> Iterator[Talk]:
        """Yield the one conversation."""
        del source
        yield Talk(source=self.name, said=said_in(text), assumed={"channel": "default"})
