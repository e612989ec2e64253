"""The documentation in the package: read once by a process, from the installed package or the clone."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import auscult
from auscult.domain.errors import NotFoundError, coded
from auscult.services.manual.page import Heading, Page, find_headings, read_page, render_page

SECTIONS = ("how-to", "explanation", "reference", "runbooks")
"""The folders of the documentation that are served, in order; the first pages are in none."""
FIRST = ("tutorial", "tutorial-ai-agents", "examples")


@cache
def manual() -> Mapping[str, Page]:
    """Return the pages by path, the first ones first, then by section. They are those of this version of the program."""
    folder = _folder()
    paths = [folder / f"{name}.md" for name in FIRST]
    paths += [path for section in SECTIONS for path in sorted((folder / section).rglob("*.md"))]
    found = (
        read_page(path.relative_to(folder).with_suffix("").as_posix(), path.read_text(encoding="utf-8"))
        for path in paths
    )
    return MappingProxyType({each.path: each for each in found})


def get_page(path: str) -> Page:
    """Return a page. Raises ``NotFoundError`` ``path.unknown``."""
    found = manual().get(path)
    if found is None:
        message = coded("there is no page {path!r} in the documentation", path=path)
        raise NotFoundError(message, code="path.unknown", field="path", value=path)
    return found


@cache
def page_html(path: str, base: str) -> str:
    """Return a page as HTML, with the links to others below ``base``. Raises as ``get_page`` does."""
    return render_page(get_page(path), manual(), base)


def headings_with(words: tuple[str, ...]) -> list[Heading]:
    """Return the headings with these words, the best first."""
    return find_headings(manual(), words)


def _folder() -> Path:
    """Return the folder of the documentation: of the installed package, or of the clone that it is run from."""
    package = Path(auscult.__file__).parent
    installed = package / "services" / "manual" / "docs"
    return installed if installed.is_dir() else package.parents[1] / "docs"
