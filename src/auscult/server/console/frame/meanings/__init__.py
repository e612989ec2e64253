"""Meanings of fields of the console: two sentences on each that is not plain, and the page of the documentation."""

from collections.abc import Mapping

from auscult.server.console.frame.meanings import definitions, forms, pages, questions

MEANINGS: Mapping[str, tuple[str, str]] = {
    **forms.MEANINGS,
    **questions.MEANINGS,
    **definitions.MEANINGS,
    **pages.MEANINGS,
}
"""Two sentences on each field that is not plain, and their page: by ``page:field``, by ``thing.key``, or by a key alone."""


def meaning_of(thing: str, key: str) -> tuple[str, str]:
    """Return the two sentences on a key of a document in English, and their page; empty for a plain one."""
    return MEANINGS.get(f"{thing}.{key}") or MEANINGS.get(key) or ("", "")
