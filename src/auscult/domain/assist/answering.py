"""Parts of a passage that can answer by themselves: a sentence, or a list with the line that introduces it."""

import re

_CUT = re.compile(r"(?<=[.!?…。\uff01\uff1f])[\"'\u201d\u2019)]*\s+")
_ITEM = re.compile(r"\s*(?:[-*•\u2013]|\d{1,2}[.)]|[a-z][.)])\s+", re.IGNORECASE)
_SHORTENED = re.compile(r"(?:^|\s)(?:[^\W\d_]|\d{1,2}|no|nr|st|approx|etc|bzw|ca|inkl|dr|mr|mrs|ms)\.$", re.IGNORECASE)
_FEW_WORDS = 3
_LISTED = (
    "it its they them this that these those otherwise then so but and or he she there",
    "es sie diese dieser dieses dies dann sonst aber und oder davon dazu dafür danach",
)
_LEANING = frozenset(word for line in _LISTED for word in line.split())
"""First words of a sentence that leans on the one before."""


def answer_parts(text: str) -> tuple[str, ...]:
    """Cut a passage into parts that can be read alone; joined with white space they are the whole passage.

    A sentence that leans on the one before, or has fewer than three words, stays with it.
    """
    found: list[str] = []
    for block in _blocks(text):
        if _ITEM.match(block.partition("\n")[2] or block):
            found.append(block)
        else:
            found += _sentences(block)
    return tuple(found)


def _blocks(text: str) -> list[str]:
    """Return lines, where the items of a list are one block with the line before."""
    blocks: list[str] = []
    for line in filter(str.strip, text.split("\n")):
        if _ITEM.match(line) and blocks:
            blocks[-1] += f"\n{line}"
        else:
            blocks.append(line)
    return blocks


def _sentences(block: str) -> list[str]:
    found: list[str] = []
    begin = 0
    for cut in [*(match.span() for match in _CUT.finditer(block)), (len(block), len(block))]:
        piece = block[begin : cut[1]].strip()
        begin = cut[1]
        if not piece:
            continue
        first = re.split(r"\W", piece, maxsplit=1)[0].lower()
        is_leaning = first in _LEANING or piece[0].islower() or len(piece.split()) < _FEW_WORDS
        if found and (is_leaning or _SHORTENED.search(found[-1])):
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return found
