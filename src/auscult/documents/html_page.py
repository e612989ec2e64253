"""HTML: what a reader of the page sees, under its headings. Nothing that it points at is fetched."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import ClassVar

from auscult.documents._contract import Block, Front
from auscult.documents._texts import decoded, tidied

_HIDDEN = frozenset({"script", "style", "noscript", "template", "svg", "nav", "head", "iframe", "select", "button"})
_BOILERPLATE_ROLES = frozenset(
    {"banner", "contentinfo", "complementary", "navigation", "search", "dialog", "alertdialog", "alert"}
)
_NO_SECTION = re.compile(r"<!\[(?!(?:temp|cdata|ignore|include|rcdata|if|else|endif)\b)", re.IGNORECASE)
_BOILERPLATE_NAMES = re.compile(
    r"cookie[-_ ]?(?:banner|bar|notice|consent|popup|dialog|message)|newsletter|breadcrumb|gdpr|skip[-_]?link",
    re.IGNORECASE,
)
"""In the id or class of an element: what stands on every page of a site and belongs to none."""
_PAGE_PARTS = frozenset({"header", "footer", "aside"})
"""Of the site, unless they are within what the page is about."""
_CONTENT = frozenset({"main", "article", "section"})

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
_LONGEST_HEAD = 1 << 18


class HtmlPage:
    """Page as a browser would show it, without the parts on every page of the site: menus, banners, footers."""

    name: ClassVar[str] = "html"
    endings: ClassVar[tuple[str, ...]] = (".html", ".htm", ".xhtml")

    def recognises(self, head: bytes) -> bool:
        """Return whether it begins as pages do."""
        start = head[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return start.startswith((b"<!doctype html", b"<html", b"<body", b"<article", b"<h1"))

    def read(self, data: bytes) -> Iterator[Block]:
        """Paragraphs, items and rows under their headings; items of an inner list stay with the outer item.

        Where the page marks its main part, nothing outside of it is read.
        """
        reader = _Reader()
        reader.feed(_closed(decoded(data)))
        reader.close()
        return iter(reader.finished())

    def front(self, data: bytes) -> Front:
        """Return the title and the metadata in the head of the page."""
        head = _Head()
        head.feed(_closed(decoded(data)[:_LONGEST_HEAD]))
        return Front(title="".join(head.title), fields=tuple(head.fields))


def _closed(page: str) -> str:
    """Return a page without markup that nothing ends, for whose end the parser would search from each beginning.

    What is no marked section becomes text, too: the parser raises at it.
    """
    page = _NO_SECTION.sub("&lt;![", page)
    at = page.rfind(">") + 1
    return page[:at] + page[at:].replace("<", "&lt;")


class _Head(HTMLParser):
    """Title and ``meta`` elements of a page. ``http-equiv`` is about caches, and left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.fields: list[tuple[str, str]] = []
        self._is_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_title = tag == "title" and not self.title
        given = {name: value or "" for name, value in attrs}
        name = given.get("name") or given.get("property") or ""
        if tag == "meta" and name and given.get("content"):
            self.fields.append((name, given["content"]))

    def handle_endtag(self, tag: str) -> None:
        self._is_title = self._is_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._is_title:
            self.title.append(data)


class _Reader(HTMLParser):
    """Walks over the page once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[Block] = []
        self._main_blocks: list[Block] = []
        self._main_tag: str | None = None
        self._main_depth = 0
        """Elements named as the main part that are open, itself among them; 0 outside of it."""
        self._is_open: Counter[str] = Counter()
        self._heading: list[tuple[int, str]] = []
        self._text: list[str] = []
        self._has_text = False
        self._hidden: list[str] = []
        self._is_hidden: Counter[str] = Counter()
        self._depth = 0
        self._in_heading: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if (self._hidden and not self._is_page_heading(tag)) or self._is_boilerplate(tag, attrs):
            if tag not in _VOID:
                self._hidden.append(tag)
                self._is_hidden[tag] += 1
            return
        self._is_open[tag] += tag in _CONTENT
        self._enter_main(tag, attrs)
        if tag == "br":
            self._text.append("\n")
        elif tag in ("td", "th") and self._has_text:
            self._text.append(" | ")
        elif tag == "img":
            self._add(dict(attrs).get("alt") or "")
        elif tag in _HEADINGS:
            self._flush()
            self._in_heading = _HEADINGS[tag]
        elif tag in _LISTS:
            self._part()
            self._depth += 1
        elif tag in _BLOCKS:
            self._part(is_item=tag == "li")

    def handle_endtag(self, tag: str) -> None:
        """End an element. An unclosed element ends with its parent."""
        if self._hidden and not (tag in _HEADINGS and self._in_heading is not None):
            self._end_hidden(tag)
            return
        self._is_open[tag] = max(0, self._is_open[tag] - 1)
        self._leave_main(tag)
        if tag in _HEADINGS:
            self._end_heading()
        elif tag in _LISTS:
            self._depth = max(0, self._depth - 1)
            self._part()
        elif tag in _BLOCKS:
            self._part()

    def handle_data(self, data: str) -> None:
        """Add text; line breaks have no meaning."""
        if not self._hidden or self._in_heading is not None:
            self._add(" ".join(data.split()).join((" " * data[:1].isspace(), " " * data[-1:].isspace())))

    def _add(self, text: str) -> None:
        self._text.append(text)
        self._has_text = self._has_text or bool(text.strip())

    def _end_hidden(self, tag: str) -> None:
        """End the innermost hidden element of this name, with all that is in it."""
        while self._is_hidden[tag]:
            last = self._hidden.pop()
            self._is_hidden[last] -= 1
            if last == tag:
                return

    def _is_boilerplate(self, tag: str, attrs: list[tuple[str, str | None]]) -> bool:
        """Return whether an element belongs to the site and not to what the page is about."""
        if tag in _HIDDEN or (tag in _PAGE_PARTS and not any(self._is_open[each] for each in _CONTENT)):
            return True
        if tag in _CONTENT or tag in ("body", "html"):
            return False
        given = {name: value or "" for name, value in attrs}
        return given.get("role", "").lower() in _BOILERPLATE_ROLES or bool(
            _BOILERPLATE_NAMES.search(f"{given.get('id', '')} {given.get('class', '')}")
        )

    def _is_page_heading(self, tag: str) -> bool:
        """Return whether an element is the title of the page, which may be in the page's header."""
        return tag in _HEADINGS and self._hidden == ["header"]

    def _enter_main(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._main_depth:
            self._main_depth += tag == self._main_tag
        elif tag == "main" or ("role", "main") in attrs:
            self._flush()
            self._main_tag, self._main_depth = tag, 1

    def _leave_main(self, tag: str) -> None:
        if self._main_depth and tag == self._main_tag:
            if self._main_depth == 1:
                self._flush()
            self._main_depth -= 1

    def finished(self) -> list[Block]:
        """Every block."""
        self._flush()
        return self._main_blocks or self._blocks

    def _part(self, *, is_item: bool = False) -> None:
        """Begin something of its own: a block, or, within an item, a line of it."""
        if self._depth > is_item:
            self._text.append("\n")
        else:
            self._flush()

    def _end_heading(self) -> None:
        level, title = self._in_heading or 1, tidied("".join(self._text))
        self._clear()
        self._in_heading = None
        if title:
            self._heading = [*(each for each in self._heading if each[0] < level), (level, title)]

    def _clear(self) -> None:
        self._text.clear()
        self._has_text = False

    def _flush(self) -> None:
        text = "\n".join(line for line in tidied("".join(self._text)).split("\n") if line)
        self._clear()
        if text:
            block = Block(tuple(title for _, title in self._heading), text)
            (self._main_blocks if self._main_depth else self._blocks).append(block)
