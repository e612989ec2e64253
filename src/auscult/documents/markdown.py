"""Markdown, and plain text, which is Markdown without marks: headings, paragraphs, lists, tables, code."""

import re
from collections.abc import Iterator
from typing import ClassVar

from markdown_it import MarkdownIt
from markdown_it.token import Token

from auscult.documents._contract import Block, Front
from auscult.documents._texts import decoded, tidied

_FRONT = "---\n"
_FIELD = re.compile(r"^([A-Za-z][\w .-]{0,60}?)\s*:[ \t]+(.*)$", re.MULTILINE)


class Markdown:
    """CommonMark with tables."""

    name: ClassVar[str] = "markdown"
    endings: ClassVar[tuple[str, ...]] = (".md", ".markdown", ".txt")

    def recognises(self, head: bytes) -> bool:
        """Any text can be read so."""
        return b"\0" not in head

    def read(self, data: bytes) -> Iterator[Block]:
        """Paragraphs and items of lists under their headings. Items of an inner list stay with the outer item."""
        _, text = _parted(decoded(data).replace("\r\n", "\n"))
        heading: list[tuple[int, str]] = []
        tokens = MarkdownIt("commonmark").enable("table").parse(text)
        index = 0
        while index < len(tokens):
            token = tokens[index]
            end = _end(tokens, index)
            if token.type == "heading_open":
                level = int(token.tag[1:])
                heading = [*(each for each in heading if each[0] < level), (level, _plain(tokens[index + 1 : end]))]
            elif token.type in ("bullet_list_open", "ordered_list_open", "blockquote_open"):
                index += 1
                continue
            elif text_of := _plain(tokens[index:end]):
                yield Block(tuple(title for _, title in heading), text_of)
            index = end
        return

    def front(self, data: bytes) -> Front:
        """Return the title and the other settings at the top, as generators of sites keep them."""
        settings, _ = _parted(decoded(data).replace("\r\n", "\n"))
        fields = tuple((each[1], each[2].strip("\"' ")) for each in _FIELD.finditer(settings))
        return Front(title=next((value for name, value in fields if name.lower() == "title"), ""), fields=fields)


def _end(tokens: list[Token], index: int) -> int:
    """Return the index after the element that begins here."""
    depth = 0
    for end in range(index, len(tokens)):
        depth += tokens[end].nesting
        if depth <= 0:
            return end + 1
    return len(tokens)


def _plain(tokens: list[Token]) -> str:
    """The text of some tokens: a line for each paragraph, item (with its number or dash) and row, cells with strokes."""
    lines: list[str] = []
    row: list[str] | None = None
    mark = ""
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "tr_close" and row is not None:
            lines.append(" | ".join(row))
            row = None
        elif token.type == "inline":
            said = _said(token.children or [])
            if row is None:
                lines.append(mark + said)
                mark = ""
            else:
                row.append(said)
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.strip())
    return tidied("\n".join(line for line in lines if line))


def _said(children: list[Token]) -> str:
    """Return the visible text of a line; of a picture its description."""
    parts: list[str] = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "code_inline", "image"):
            parts.append(child.content)
    return "".join(parts)


def _parted(text: str) -> tuple[str, str]:
    """Return the block of settings that some generators keep at the top, and the text without it."""
    if text.startswith(_FRONT) and (end := text.find(f"\n{_FRONT}", len(_FRONT) - 1)) >= 0:
        return text[len(_FRONT) : end], text[end + len(_FRONT) + 1 :]
    return "", text
