"""The documentation that the server has: its headings are those of its HTML, and its links lead somewhere."""

import re

import pytest

from auscult.domain.errors import NotFoundError
from auscult.services.manual.installed import get_page, headings_with, manual, page_html
from auscult.services.manual.page import find_headings, read_page, render_page

BASE = "/console/help"


@pytest.mark.landing
def test_every_heading_has_one_anchor() -> None:
    """Those found line by line are those that the page has as HTML, each once; every link inside leads to one of them."""
    anchors: dict[str, set[str]] = {}
    for path in manual():
        html = page_html(path, BASE)
        ids = re.findall(r'<h[1-6] id="([^"]+)"', html)
        assert len(ids) == len(set(ids)) == len(re.findall("<h[1-6]", html)), path
        anchors[path] = set(ids)
    for path in manual():
        for link, anchor in re.findall(rf'href="{BASE}/([^"#]+)#([^"]+)"', page_html(path, BASE)):
            assert anchor in anchors[link], (path, link, anchor)


def test_links_pictures_and_tables() -> None:
    """Links to pages lead below the base, others become words; a picture is its text; a wide table scrolls by keyboard."""
    page = read_page(
        "how-to/a",
        "# A\n\n[b](../explanation/b.md#x), [code](../../src/a.py), [web](https://x.example), ![A shot](a.png)\n\n"
        "## Say `x`\n\n| a |\n| --- |\n| b |\n\n```\n# no heading\n```\n\n## Say x\n",
    )
    html = render_page(page, {"explanation/b"}, BASE)
    assert f'<a href="{BASE}/explanation/b#h-x">b</a>, <a>code</a>, <a href="https://x.example">web</a>' in html
    assert "<em>A shot</em>" in html
    assert 'tabindex="0"><table>' in html
    assert [each.address for each in page.headings] == ["how-to/a", "how-to/a#h-say-x", "how-to/a#h-say-x_1"]
    assert [each.address for each in find_headings({"how-to/a": page}, ("say", "a"))] == [
        "how-to/a#h-say-x",
        "how-to/a#h-say-x_1",
    ]


def test_titles_come_first() -> None:
    """A page's title before its parts; no page has words that nobody wrote; an unknown page is an error."""
    assert headings_with(("audit", "conversations"))[0].address == "how-to/audit"
    assert headings_with(("zzz",)) == []
    with pytest.raises(NotFoundError):
        get_page("../README")
