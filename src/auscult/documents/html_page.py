"""HTML: what a reader of the page sees, under its headings. Nothing that it points at is fetched."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import ClassVar

from auscult.documents._contract import Block
from auscult.documents._texts import decoded, tidied

_HIDDEN = frozenset({"script", "style", "noscript", "template", "svg", "nav", "head", "iframe", "select", "button"})
_BLOCKS = frozenset(
    {
        *("p", "li", "dd", "dt", "pre", "blockquote", "figcaption", "tr", "caption", "summary", "address"),
        *(
            "div",
            "section",
            "article",
            "main",
            "header",
            "footer",
            "aside",
            "details",
            "table",
            "ul",
            "ol",
            "dl",
            "body",
        ),
    }
)
_LISTS = frozenset({"ul", "ol"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_VOID = frozenset(
    {"br", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "area", "base", "col", "embed"}
)
_HEAD_BYTES = 4096


class HtmlPage:
    """A page as a browser would show it, menus left out."""

    name: ClassVar[str] = "html"
    endings: ClassVar[tuple[str, ...]] = (".html", ".htm", ".xhtml")

    def recognises(self, head: bytes) -> bool:
        """Whether it begins as pages do."""
        start = head[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return start.startswith((b"<!doctype html", b"<html", b"<body", b"<article", b"<h1"))

    def read(self, data: bytes) -> Iterator[Block]:
        """Paragraphs, items and rows under their headings; items of an inner list stay with the outer item."""
        reader = _Reader()
        reader.feed(decoded(data))
        reader.close()
        return iter(reader.finished())


class _Reader(HTMLParser):
    """Walks over the page once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[Block] = []
        self._heading: list[tuple[int, str]] = []
        self._text: list[str] = []
        self._hidden: list[str] = []
        self._depth = 0
        self._in_heading: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if self._hidden or (tag in _HIDDEN):
            if tag not in _VOID:
                self._hidden.append(tag)
            return
        if tag == "br":
            self._text.append("\n")
        elif tag in ("td", "th") and "".join(self._text).strip():
            self._text.append(" | ")
        elif tag == "img":
            self._text.append(dict(attrs).get("alt") or "")
        elif tag in _HEADINGS:
            self._flush()
            self._in_heading = _HEADINGS[tag]
        elif tag in _LISTS:
            self._part()
            self._depth += 1
        elif tag in _BLOCKS:
            self._part(is_item=tag == "li")

    def handle_endtag(self, tag: str) -> None:
        """End an element. What nobody closed ends with what it is in."""
        if self._hidden:
            if tag in self._hidden:
                del self._hidden[self._hidden.index(tag) :]
        elif tag in _HEADINGS:
            self._end_heading()
        elif tag in _LISTS:
            self._depth = max(0, self._depth - 1)
            self._part()
        elif tag in _BLOCKS:
            self._part()

    def handle_data(self, data: str) -> None:
        """Take what stands there; how it is broken into lines means nothing."""
        if not self._hidden:
            self._text.append(" ".join(data.split()).join((" " * data[:1].isspace(), " " * data[-1:].isspace())))

    def finished(self) -> list[Block]:
        """Every block."""
        self._flush()
        return self._blocks

    def _part(self, *, is_item: bool = False) -> None:
        """Begin something of its own: a block, or, within an item, a line of it."""
        if self._depth > is_item:
            self._text.append("\n")
        else:
            self._flush()

    def _end_heading(self) -> None:
        level, title = self._in_heading or 1, tidied("".join(self._text))
        self._text.clear()
        self._in_heading = None
        if title:
            self._heading = [*(each for each in self._heading if each[0] < level), (level, title)]

    def _flush(self) -> None:
        text = "\n".join(line for line in tidied("".join(self._text)).split("\n") if line)
        self._text.clear()
        if text:
            self._blocks.append(Block(tuple(title for _, title in self._heading), text))
