"""The documents keep their promises: links lead somewhere, commands exist."""

import re
from pathlib import Path

import pytest

from auscult.cli import COMMANDS, GROUPS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
WORDS = {command.words for command in COMMANDS}


def name(page: Path) -> str:
    """The page as a reader calls it."""
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors that headings make."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file or folder that is there, and an anchor that it has."""
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_exist(page: Path) -> None:
    """Every `auscult ...` and `make ...` in a console block is one that is there."""
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for line in re.sub(r"\\\n", " ", block).splitlines():
            found = re.match(rf"(?:\$ )?(?:\S*/)?auscult ((?:(?:{'|'.join(GROUPS)}) )?[a-z]+)", line)
            assert not found or found[1] in WORDS, line
            made = re.match(r"(?:\$ )?make ([a-z]+)", line)
            assert not made or made[1] in TARGETS, line


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_curl_sends_has_its_kind(page: Path) -> None:
    """As JSON: unless told, curl says that it comes from a form, and the server refuses that."""
    for line in re.sub(r"\\\n", " ", page.read_text(encoding="utf-8")).splitlines():
        assert not re.search(r"\bcurl .* -d ", line) or "Content-Type: application/json" in line, line


def test_every_command_is_in_the_reference() -> None:
    """Each command has a heading in docs/reference/cli.md."""
    page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^##+ auscult (.*)$", page, re.MULTILINE))
    assert headings >= WORDS
