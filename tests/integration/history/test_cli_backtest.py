"""``auscult backtest``: the page, JSON, HTML; and nothing in the database changes."""

import sqlite3
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.data_files import data_of
from tests.integration.history.test_cli_rescore import APP, URL, auscult, busy
from tests.integration.program import TENANT, conversation, write
from tests.integration.scoring.test_cli_score import FORM

pytestmark = pytest.mark.night

DRAFT = (
    FORM.replace("pass_score: 50", "pass_score: 95")
    .replace("weight: 60", "weight: 90")
    .replace("weight: 40", "weight: 10")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a database in which some calls are scored."""
    folder = tmp_path_factory.mktemp("backtest")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("AUSCULT_DATABASE_URL", URL)
        (folder / "form.yaml").write_text(FORM)
        (folder / "draft.yaml").write_text(DRAFT)
        calls = [conversation(f"c-{n}") for n in range(5)]
        write(folder / "calls.ndjson", *calls, conversation("c-<b>"))
        with busy():
            assert auscult("forms", "apply", "form.yaml", *TENANT).status == 0
            assert auscult("load", "calls.ndjson", *APP).status == 0
        yield folder


def content(folder: Path) -> list[str]:
    """The whole database as SQL, but for the numbers that it gives next and the count of changes."""
    counted = ('INTO "sqlite_sequence"', 'INTO "change_counts"')
    with sqlite3.connect(folder / "test.db") as connection:
        return [line for line in connection.iterdump() if not any(each in line for each in counted)]


@pytest.mark.landing
def test_the_page(folder: Path) -> None:
    """Before beside after, every metric, those that change most with what was said; and not a byte is another."""
    before = content(folder)
    done = auscult("backtest", "draft.yaml", *APP)
    assert (done.status, done.err) == (0, "")
    for told in data_of(__file__, "the_page"):
        assert told in done.out, (told, done.out)
    assert content(folder) == before


def test_for_programs(folder: Path) -> None:
    """One line of JSON; a sample, a range and a draft that is kept are tried in the same way."""
    whole = auscult("backtest", "draft.yaml", *APP, "--json").last
    assert (whole["looked"], whole["counted"], whole["form_id"], whole["version"]) == (6, 6, "ef-small", None)
    assert sum(one["conversations"] for one in whole["after"]["scores"]) == 6
    assert auscult("backtest", "draft.yaml", *APP, "--json", "--sample", "2").last["looked"] == 2
    assert auscult("backtest", "draft.yaml", *APP, "--json", "--until", "2020-01-01").last["looked"] == 0
    stdin = auscult("backtest", "-", *APP, "--json", stdin=(folder / "draft.yaml").read_text())
    assert stdin.last == whole
    auscult("forms", "draft", "draft.yaml", *APP)
    assert auscult("backtest", "ef-small", *APP, "--json").last == whole
    same = auscult("backtest", "ef-small", "--version", "1", *APP, "--json").last
    assert (same["version"], same["unchanged"], same["most_changed"]) == (1, 6, [])
    auscult("forms", "discard", "ef-small", *APP)
    assert auscult("backtest", "ef-small", *APP, "--json").last == same


class Page(HTMLParser):
    """What a page refers to, and its text; fails on tags that do not close."""

    def __init__(self, page: str) -> None:
        """Read it."""
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing comes from elsewhere, and nothing runs."""
        assert tag not in ("script", "img", "link", "iframe")
        assert not any(name in ("href", "src") or name.startswith("on") for name, _ in attrs)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def test_a_page_to_send(folder: Path) -> None:
    """One file of HTML that needs nothing else; what was said stands in it as text and nothing else."""
    done = auscult("backtest", "draft.yaml", *APP, "--html", "page.html")
    assert (done.status, "page.html" in done.err) == (0, True)
    page = (folder / "page.html").read_text(encoding="utf-8")
    text = Page(page).text
    assert "c-<b>" in text
    assert "mean score" in text
    assert "url(" not in page


def test_over_several_processes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they come to together is what one comes to."""
    alone = auscult("backtest", "draft.yaml", *APP, "--json").last
    monkeypatch.setattr("auscult.services.history.trials.CHUNK_SIZE", 2)
    before = content(folder)
    assert auscult("backtest", "draft.yaml", *APP, "--json").last == alone
    assert content(folder) == before


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_tried_is_told() -> None:
    """Neither file, draft nor form; a form with faults; a range the wrong way round."""
    for words, told in (
        (("ef-none",), "no file, draft or form ef-none"),
        (("ef-small", "--version", "7"), "ef-small version 7"),
        (("-",), "stdin"),
        (("draft.yaml", "--since", "2026-02-01", "--until", "2026-01-01"), "before since"),
    ):
        refused = auscult("backtest", *words, *APP, stdin="id: x")
        assert (refused.status, told in refused.err) == (1, True), (words, refused.err)
