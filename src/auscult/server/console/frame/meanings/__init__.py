"""Meanings of fields of the console: two sentences on each that is not plain, and the page of the documentation.

They are in the YAML files next to this one, by that page.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import yaml


def _read(name: str) -> dict[str, tuple[str, str]]:
    text = files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    pages: Any = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506  (it makes text and nothing else)
    return {key: (said, page) for page, fields in pages.items() for key, said in fields.items()}


MEANINGS: Mapping[str, tuple[str, str]] = {
    key: meaning for name in ("forms", "questions", "definitions", "pages") for key, meaning in _read(name).items()
}
"""Two sentences on each field that is not plain, and their page: by ``page:field``, by ``thing.key``, or by a key alone."""


def meaning_of(thing: str, key: str) -> tuple[str, str]:
    """Return the two sentences on a key of a document in English, and their page; empty for a plain one."""
    return MEANINGS.get(f"{thing}.{key}") or MEANINGS.get(key) or ("", "")
