"""Beginning of a document, where it states how long it counts."""

from collections.abc import Iterator, Sequence

from auscult.documents._contract import Block, Front
from auscult.documents._texts import tidied
from auscult.domain.assist.validity import BEGINNING, Opening, headings_of

_LONGEST = 500
"""Characters of a title, a heading or a value that are read."""
_MOST_FIELDS = 50


def opening_of(front: Front, blocks: Sequence[Block]) -> Opening:
    """Return the title, the metadata, the headings of the whole document and its first lines.

    The text of blocks that are passages by themselves, such as answers, states nothing of the document.
    """
    are_answers = bool(blocks) and blocks[0].is_whole
    return Opening(
        title=tidied(front.title)[:_LONGEST],
        fields=tuple((name, tidied(value)[:_LONGEST]) for name, value in front.fields[:_MOST_FIELDS]),
        headings=()
        if are_answers
        else tuple(each[:_LONGEST] for each in headings_of([each.heading for each in blocks])),
        lines=front.lines or (() if are_answers else tuple(_first_lines(blocks))),
    )


def _first_lines(blocks: Sequence[Block]) -> Iterator[str]:
    left = BEGINNING
    for block in blocks:
        if left <= 0 or block.heading != blocks[0].heading:
            return
        yield from block.text[:left].split("\n")
        left -= len(block.text)
