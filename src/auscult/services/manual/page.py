"""Pages of the documentation and their headings: read from Markdown, rendered as HTML with links within the server."""

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")  # the documentation is our own, and has <kbd>
_FENCE = re.compile(r"^ *(```|~~~)")
_HEADING = re.compile(r"(#{1,6}) +(.+?)[ #]*$")
_MARKUP = re.compile(r"[`*]|\[([^\]]*)\]\([^)]*\)")
_DROPPED = re.compile(r"[^\w\s-]")
_SPACES = re.compile(r"[-\s]+")
_ELSEWHERE = re.compile(r"[a-z]+:", re.IGNORECASE)
_ENDING = ".md"
_DEEPEST = 3
_PREFIX = "h-"
"""Keeps anchors of headings apart from the ids of the page around them."""


class Heading(NamedTuple):
    """A heading of a page. ``page`` is the page's path, ``title`` its title, ``level`` 1 for the title itself."""

    page: str
    title: str
    text: str
    anchor: str
    level: int

    @property
    def address(self) -> str:
        """Return the address below that of the documentation: ``how-to/audit#submit``."""
        return self.page if self.level == 1 else f"{self.page}#{self.anchor}"


class Page(NamedTuple):
    """A page by its path without an ending: ``how-to/audit``. ``text`` is Markdown."""

    path: str
    title: str
    text: str
    headings: tuple[Heading, ...]

    @property
    def section(self) -> str:
        """Return the folder of the page, empty for the first pages."""
        return posixpath.dirname(self.path)


def read_page(path: str, text: str) -> Page:
    """Return a page of Markdown."""
    found = list(_headings(text))
    title = next((words for level, words, _ in found if level == 1), path)
    headings = (Heading(path, title, words, anchor, level) for level, words, anchor in found if level <= _DEEPEST)
    return Page(path, title, text, tuple(headings))


def render_page(page: Page, known: Collection[str], base: str) -> str:
    """Return a page as HTML. Links to ``known`` pages lead below ``base``; others become plain words, pictures their text."""
    tokens = _MARKDOWN.parse(page.text)
    anchors = iter(anchor for _, _, anchor in _headings(page.text))
    for token in tokens:
        if token.type == "heading_open":
            token.attrSet("id", next(anchors))
        elif token.type in ("th_open", "td_open"):
            token.attrs.pop("style", None)  # the console's policy allows none inline
        elif token.type == "inline":
            token.children = list(_inline(token.children or [], page, known, base))
    html: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    opened = '<div class="wide" role="region" aria-label="Table" tabindex="0"><table>'
    return html.replace("<table>", opened).replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')


def find_headings(pages: Mapping[str, Page], words: Sequence[str]) -> list[Heading]:
    """Return the headings with every word in them or in their page's title: titles first, then the fewest other words.

    ``words`` are casefolded. At least one of them is in the heading itself.
    """
    found: list[tuple[tuple[int, int], Heading]] = []
    for page in pages.values():
        title = page.title.casefold()
        for heading in page.headings:
            text = heading.text.casefold()
            own = sum(word in text for word in words)
            if own and all(word in text or word in title for word in words):
                found.append(((heading.level - 2 * own, len(text)), heading))
    return [heading for _, heading in sorted(found, key=lambda each: (each[0], each[1].page, each[1].anchor))]


def _headings(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the level, words and anchor of each heading, in order; a repeated anchor is numbered.

    Reads lines rather than parsing Markdown, so that an index of all pages takes milliseconds.
    """
    seen: Counter[str] = Counter()
    is_code = False
    for line in text.splitlines():
        if _FENCE.match(line):
            is_code = not is_code
        found = None if is_code else _HEADING.match(line)
        if found is None:
            continue
        words = _MARKUP.sub(lambda each: each[1] or "", found[2])
        slug = _SPACES.sub("-", _DROPPED.sub("", words).strip().lower())
        yield len(found[1]), words, _PREFIX + (f"{slug}_{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1


def _inline(tokens: Sequence[Token], page: Page, known: Collection[str], base: str) -> Iterator[Token]:
    """Yield the parts of a paragraph with its links made good."""
    for token in tokens:
        if token.type == "image":
            yield Token("em_open", "em", 1)
            words = Token("text", "", 0)
            words.content = token.content
            yield words
            yield Token("em_close", "em", -1)
            continue
        if token.type == "link_open":
            href = _href(str(token.attrs.get("href", "")), page, known, base)
            if href:
                token.attrSet("href", href)
            else:
                token.attrs = {}
        yield token


def _href(href: str, page: Page, known: Collection[str], base: str) -> str:
    """Return the address of a link; empty where the server does not serve it."""
    if _ELSEWHERE.match(href):
        return href
    path, _, anchor = href.partition("#")
    part = f"#{_PREFIX}{anchor}" if anchor else ""
    if not path:
        return part
    found = posixpath.normpath(posixpath.join(page.section, path)).removesuffix(_ENDING)
    return f"{base}/{found}{part}" if path.endswith(_ENDING) and found in known else ""
