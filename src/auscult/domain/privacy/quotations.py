"""Quotations in messages of the program: the only part of a message that a document brought, and that is redacted.

Messages quote values as ``repr`` or JSON writes them; a number is bare, as in ``id is 4711; it should be a text``.
"""

import re
from collections.abc import Callable

_QUOTATION = re.compile(
    r"""(?P<field>[\w.\[\]-]+\ is\ )?
    (?:(?<!\w)(?P<mark>['"])(?P<text>(?:\\.|(?!(?P=mark)).)*)(?:(?P=mark)|$) | (?<=\ is\ )(?P<number>-?\d[\d.eE+-]*)(?=[;,]))""",
    re.DOTALL | re.VERBOSE,
)


def redact_quotations(message: str, redact: Callable[[str], str]) -> str:
    """Return a message with each quotation redacted, and its own words as they are.

    The name of a field before its value may show what the value is (``pin is '4711'``), so both are read together.
    """

    def redacted(found: re.Match[str]) -> str:
        kind = "text" if found["number"] is None else "number"
        field, quotation = found["field"] or "", found[kind]
        if not quotation:
            return found[0]
        read = redact(field + quotation)
        read = read.removeprefix(field) if read.startswith(field) else redact(quotation)
        start, end = (at - found.start() for at in found.span(kind))
        return found[0][:start] + read + found[0][end:]

    return _QUOTATION.sub(redacted, message)
