"""The documentation is correct: links, commands and paths exist, and its style is that of CONTRIBUTING.md."""

import re
from pathlib import Path

import pytest

from auscult.analyzers import ANALYZERS
from auscult.cli.commands import COMMANDS, GROUPS
from tools.prose import check, check_identifiers, check_source, check_words

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
WORDS = {command.words for command in COMMANDS}


def name(page: Path) -> str:
    """Return the path of the page from the repository's root."""
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """Return the anchors of the page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names an existing file or folder, and an existing anchor."""
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", [page for page in PAGES if page.name.endswith(".de.md")], ids=name)
def test_a_translation_has_the_same_commands(page: Path) -> None:
    """Each block of a German page is one of the English page, in its order: the test of that one runs it."""
    block = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
    original = iter(block.findall(page.with_name(page.name.replace(".de.md", ".md")).read_text(encoding="utf-8")))
    translated = block.findall(page.read_text(encoding="utf-8"))
    assert translated
    assert [each for each in translated if each not in original] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_cited_files_exist(page: Path) -> None:
    """Every path in backticks is below the repository's root or src/auscult; a page may cite work to come."""
    text = re.sub(r"(?m)^\*\*Files of a new capability.*\n.*$", "", page.read_text(encoding="utf-8"))
    for path in re.findall(r"`([\w.-]+/[\w./-]*\.(?:py|md|npz|tsv|txt))`", text):
        assert (ROOT / path).exists() or (ROOT / "src/auscult" / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_tables_are_whole(page: Path) -> None:
    """An empty line ends a table: rows behind it are shown as text with bars."""
    lines = page.read_text(encoding="utf-8").splitlines()
    split = [
        number + 1
        for number, line in enumerate(lines[1:-2], 1)
        if not line and lines[number - 1].startswith("|") and lines[number + 1].startswith("|")
        and not re.fullmatch(r"[|\s:-]+", lines[number + 2])
    ]  # fmt: skip
    assert split == []


def test_every_rule_has_its_anchor() -> None:
    """docs/reference/rules.md has the rules 1 to 28 in order, so that ``#rule-10`` leads to the tenth."""
    page = (ROOT / "docs/reference/rules.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (.*)$", page, re.MULTILINE) == [f"Rule {number}" for number in range(1, 29)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_rules_are_cited_by_link(page: Path) -> None:
    """A rule's number in prose leads to the rule; nothing cites a document outside the repository."""
    if name(page) == "docs/reference/rules.md":
        return
    text = re.sub(r"```.*?```|\[[^\]]*\]\([^)]*\)", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"\b(?:rule|seed|issue) \d+", text) == []


def test_no_code_cites_what_is_outside() -> None:
    """A sample is named as docs/reference/vendor-samples.md names it; work that was once ordered has no number here."""
    outside = re.compile(r"\b[Ss]eeds? 0\d\d\b|\b[Ii]ssues? \d+\b")
    files = [path for folder in ("src", "tests", "tools", "bench") for path in (ROOT / folder).rglob("*.py")]
    assert [str(path) for path in files if outside.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.night
def test_the_prose_is_plain() -> None:
    """No covered page or docstring has a banned word or opening."""
    assert [str(finding) for finding in check(ROOT)] == []


def test_the_check_of_prose_finds_violations() -> None:
    """A banned word outside code and quotations, and a wrong opening of a docstring, are found with their line."""
    text = 'Fine.\n\n`tell` and "told"\n\n```\nnobody\n```\nIt tells nobody.\n'
    assert [(finding.line, finding.text.split(";")[0]) for finding in check_words("a.md", text)] == [
        (8, "banned word 'tells'"),
        (8, "banned word 'nobody'"),
    ]
    source = 'class A:\n    """What came in."""\n\n    def f(self):\n        """Take a row."""\n\n\n"""Not a docstring: told."""\n'
    assert [(finding.line, finding.text.split(";")[0]) for finding in check_source("a.py", source)] == [
        (2, "docstring opens with 'what'"),
        (5, "docstring opens with 'take'"),
    ]


def test_the_check_of_prose_finds_identifiers() -> None:
    """An identifier with a banned word as one of its parts is found where it is made, passed and used."""
    source = "class Told:\n    def f(self, is_told):\n        self.untold = is_told\n"
    assert [(finding.line, finding.text.split(";")[0]) for finding in check_identifiers("a.py", source)] == [
        (1, "banned identifier 'Told'"),
        (2, "banned identifier 'is_told'"),
        (3, "banned identifier 'is_told'"),
    ]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_exist(page: Path) -> None:
    """Every `auscult ...` and `make ...` in a console block exists."""
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for line in re.sub(r"\\\n", " ", block).splitlines():
            found = re.match(rf"(?:\$ )?(?:\S*/)?auscult ((?:(?:{'|'.join(GROUPS)}) )?[a-z-]+)", line)
            assert not found or found[1] in WORDS, line
            made = re.match(r"(?:\$ )?make ([a-z]+)", line)
            assert not made or made[1] in TARGETS, line


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_curl_commands_send_json(page: Path) -> None:
    """The content type is JSON: curl's default is that of an HTML form, which the server refuses."""
    for line in re.sub(r"\\\n", " ", page.read_text(encoding="utf-8")).splitlines():
        assert not re.search(r"\bcurl .* -d ", line) or "Content-Type: application/json" in line, line


def test_every_command_is_in_the_reference() -> None:
    """Each command has a heading in docs/reference/cli.md."""
    page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^##+ auscult (.*)$", page, re.MULTILINE))
    assert headings >= WORDS


def test_the_setting_without_habits_has_every_other_analyzer() -> None:
    """Operators copy it, and would lose an analyzer that is new."""
    page = (ROOT / "docs" / "explanation" / "rules-at-work.md").read_text(encoding="utf-8")
    (named,) = re.findall(r"^AUSCULT_ANALYZERS=(.*)$", page, re.MULTILINE)
    assert named.split(",") == [each for each in ANALYZERS if each not in {"emotions", "habits"}]
