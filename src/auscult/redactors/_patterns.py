"""Patterns that RE2 searches: in time that grows with the text alone, however many words they offer."""

from collections.abc import Callable
from typing import Any, cast

import re2

_ANYWHERE: Any = cast("Any", re2)._Anchor.UNANCHORED  # noqa: SLF001


def searcher(pattern: str) -> Callable[[str], bool]:
    """Return a predicate of texts that have a pattern.

    RE2 works on bytes. A text in ASCII is searched without what the package does for others, which takes as long, and
    groups are not noted, which takes three times as long.
    """
    options: Any = cast("Any", re2).Options()
    options.never_capture = True
    compiled: Any = re2.compile(pattern, options)
    match: Any = compiled._regexp.Match  # noqa: SLF001

    def has(text: str) -> bool:
        if not text.isascii():
            return compiled.search(text) is not None
        return match(_ANYWHERE, text.encode(), 0, len(text))[0][0] >= 0

    return has
