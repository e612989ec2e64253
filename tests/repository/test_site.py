"""The documentation site: it builds with --strict, works from a folder, fetches nothing, and a dead link fails it."""

import re
import shutil
from pathlib import Path

import pytest

from tools import site

pytestmark = pytest.mark.night

FETCHED = re.compile(r'<(?:script|link|img|iframe)[^>]*\s(?:src|href)="https?://')


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the site is made of, so that nothing is written into the clone."""
    for name in ("docs", *site.PROJECT, "mkdocs.yml"):
        source = site.ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    for name in ("examples", "src", "tests/golden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(site.ROOT / name)
    monkeypatch.setattr(site, "ROOT", tmp_path)
    monkeypatch.setattr(site, "DOCS", tmp_path / "docs")
    monkeypatch.setattr(site, "STAGED", tmp_path / "build" / "site-source")
    return tmp_path


def test_the_site_builds(elsewhere: Path) -> None:
    """Every page is there, with search and the API reference; no page fetches anything from elsewhere."""
    assert site.build() == 0
    built = elsewhere / "build" / "site"
    pages = {path.relative_to(site.DOCS).with_suffix(".html").as_posix() for path in site.DOCS.rglob("*.md")}
    found = {path.relative_to(built).as_posix() for path in built.rglob("*.html")}
    assert {re.sub(r"README\.html$", "index.html", page) for page in pages} <= found
    assert "POST /api/v1/conversations" in (built / "reference" / "openapi.html").read_text(encoding="utf-8")
    assert (built / "search" / "search_index.js").exists(), "search works without a server"
    assert [name for name in found if FETCHED.search((built / name).read_text(encoding="utf-8"))] == []


@pytest.mark.landing
def test_a_dead_link_fails_it(elsewhere: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """So does an anchor that is gone."""
    page = elsewhere / "docs" / "tutorial.md"
    page.write_text(
        page.read_text(encoding="utf-8") + "\n[gone](reference/settings.md#no-such-heading)\n", encoding="utf-8"
    )
    assert site.build() != 0
    assert "no-such-heading" in capfd.readouterr().err
