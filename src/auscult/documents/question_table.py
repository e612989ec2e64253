"""CSV of questions and answers: a column ``question``, a column ``answer``, and any others, which are passed over."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import ClassVar

from auscult.documents._contract import Block, Front
from auscult.documents._texts import decoded, tidied
from auscult.domain.errors import DocumentError

_SEPARATORS = ",;\t|"
_COLUMNS = ("question", "answer")
_LONGEST_CELL = 1 << 20


class QuestionTable:
    """Each row is a passage: the question its heading, the answer its text."""

    name: ClassVar[str] = "csv"
    endings: ClassVar[tuple[str, ...]] = (".csv", ".tsv")

    def recognises(self, head: bytes) -> bool:
        """Return whether the first line names both columns."""
        first = head.partition(b"\n")[0].decode(errors="replace").lower()
        return all(column in first for column in _COLUMNS)

    def read(self, data: bytes) -> Iterator[Block]:
        """Rows in order; one without a question or without an answer is refused with its line."""
        text = decoded(data)
        separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
        csv.field_size_limit(_LONGEST_CELL)
        rows = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
        try:
            columns = _columns(next(rows, list[str]()))
            for row in rows:
                if not any(cell.strip() for cell in row):
                    continue
                question, answer = (tidied(row[column]) if column < len(row) else "" for column in columns)
                if not question or not answer:
                    raise DocumentError(
                        "Line {n} has no {name}.",
                        n=rows.line_num,
                        name="answer" if question else "question",
                        code="document.incomplete",
                        field="answer" if question else "question",
                    )
                yield Block((question,), answer, is_whole=True)
        except csv.Error as error:
            raise DocumentError(
                "Line {n} is no CSV: {other}.", n=rows.line_num, other=error, code="document.unreadable"
            ) from error

    def front(self, data: bytes) -> Front:  # noqa: ARG002  (a table has none)
        """Return nothing: a table of questions has no title."""
        return Front()


def _columns(header: list[str]) -> list[int]:
    """Return the indices of question and answer. Raises ``DocumentError`` where the first line does not name them."""
    names = [name.strip().lower() for name in header]
    missing = [column for column in _COLUMNS if column not in names]
    if missing:
        raise DocumentError(
            "The first line has no column {name}; it has: {list}.",
            name=" and no column ".join(missing),
            list=", ".join(names) or "nothing",
            code="document.incomplete",
            field=missing[0],
        )
    return [names.index(column) for column in _COLUMNS]
