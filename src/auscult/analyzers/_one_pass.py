"""Lists of patterns that analyzers search for in the same turns: one pass finds the matches of all of them.

Most of a search is finding the words that patterns cannot do without. That is done once for all lists here, which
takes half the time of a pass for each list.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import re2

_KEEP = 2_048
"""Texts that are remembered: more than are analysed together."""

Form = Callable[[str], bytes]
"""The form of a text that patterns match, as UTF-8."""


class OnePass:
    """Lists of patterns that are searched for together. Compiled on first use; safe to share between threads."""

    def __init__(self) -> None:
        self._patterns: list[tuple[str, re2.Options]] = []
        self._positions: list[tuple[int, int]] = []
        """The list of each pattern, and its index there."""
        self._forms: list[Form] = []
        self._distinct: tuple[Form, ...] = ()
        self._compiled: re2.Filter | None = None
        self._found = lru_cache(maxsize=_KEEP)(self._scan)

    def add(self, patterns: Iterable[str], options: re2.Options, form: Form) -> Callable[[str], tuple[int, ...]]:
        """Add a list; return a function from a turn's text to the indices of its patterns that match there, in order."""
        number = len(self._forms)
        added = list(patterns)
        self._forms.append(form)
        self._distinct = tuple(dict.fromkeys(self._forms))
        self._patterns += [(pattern, options) for pattern in added]
        self._positions += [(number, index) for index in range(len(added))]
        self._compiled = None
        self._found.cache_clear()
        found = self._found

        def find(text: str) -> tuple[int, ...]:
            return found(text).get(number, ())

        return find

    def _scan(self, text: str) -> Mapping[int, tuple[int, ...]]:
        """Return the indices of the patterns that match, by list; a text that is one in two forms is searched once."""
        found: dict[int, list[int]] = {}
        read: dict[bytes, list[Form]] = {}
        for form in self._distinct:
            read.setdefault(form(text), []).append(form)
        for shown, forms in read.items():
            for match in sorted(self._filter.Match(shown) or ()):
                number, index = self._positions[match]
                if len(read) == 1 or self._forms[number] in forms:
                    found.setdefault(number, []).append(index)
        return {number: tuple(indexes) for number, indexes in found.items()}

    @property
    def _filter(self) -> re2.Filter:
        compiled = self._compiled
        if compiled is None:
            compiled = re2.Filter()
            for pattern, options in self._patterns:
                compiled.Add(pattern, options)
            compiled.Compile()
            self._compiled = compiled
        return compiled


CUSTOMER_TURNS = OnePass()
"""Lists that are searched for in nearly every turn of a customer's."""
