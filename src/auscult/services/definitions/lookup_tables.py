"""Tables as users give them: named as forms name them, and read once before they are kept."""

import re

from auscult.domain.definitions.lookup_table import read_table
from auscult.domain.errors import RequestError

_NAME = re.compile(r"\w[\w.-]{0,99}")


def checked(name: str, document: bytes) -> bytes:
    """A table's document, once it was read. Raises ``RequestError`` ``table.misnamed``; ``FormatError``."""
    if not _NAME.fullmatch(name):
        raise RequestError(
            "{value!r} cannot be the name of a table: give letters, digits, dots and dashes, up to 100, like plans",
            code="table.misnamed",
            field="name",
            value=name,
        )
    read_table(document)
    return document
