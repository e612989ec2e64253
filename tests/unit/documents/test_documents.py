"""What is special about each kind of document."""

import sys
from html.parser import HTMLParser

import pytest

from auscult.documents import KINDS
from auscult.domain.errors import DocumentError


def read(kind: str, data: str) -> list[tuple[str, str]]:
    """Blocks, each with the way to it in one line."""
    return [(" > ".join(block.heading), block.text) for block in KINDS[kind].read(data.encode())]


def refusal(kind: str, data: bytes) -> DocumentError:
    """Why it is refused."""
    with pytest.raises(DocumentError) as refused:
        list(KINDS[kind].read(data))
    return refused.value


def test_markdown() -> None:
    """Headings nest, an inner list stays with its item, rows of a table stay together, marks are gone."""
    assert read(
        "markdown",
        "---\ntitle: x\n---\nIntro *with* `marks`\nand [a link](http://x).\n\n# A\n\n### C\n\n1. one\n   - sub\n2. two\n\n"
        "## B\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n",
    ) == [
        ("", "Intro with marks and a link."),
        ("A > C", "1. one\n- sub"),
        ("A > C", "2. two"),
        ("A > B", "quoted"),
        ("A > B", "a | b\n1 | 2"),
        ("A > B", "code"),
    ]


@pytest.mark.parametrize("part", ["<!", "<a ", "<!--", "<?", "</a ", "<![", "<![if ", "<script>", "&#"])
@pytest.mark.parametrize("end", ["", ">"])
def test_markup_that_nothing_ends_is_not_searched_for_its_end(
    part: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two megabytes of it took minutes, as each beginning was one to parse; and a section of no name raised."""
    parsed: list[str] = []
    for name in ("parse_html_declaration", "parse_starttag", "parse_endtag", "parse_pi", "parse_comment"):
        method = getattr(HTMLParser, name)
        monkeypatch.setattr(
            HTMLParser,
            name,
            lambda self, *given, name=name, method=method: (parsed.append(name), method(self, *given))[1],
        )
    data = "<h1>Cards</h1>" + part * 20_000 + end
    list(KINDS["html"].read(data.encode()))
    assert len(parsed) < 10


def test_html() -> None:
    """Menus, scripts and styles are not what a reader came for; entities are read."""
    assert read(
        "html",
        "<html><head><title>T</title></head><body><nav><a>Home</a></nav><h1>A &amp; B</h1><p>one<br>two</p>"
        "<ul><li>item<ul><li>inner</ul><li>next</ul><h3>C</h3><table><tr><td>1<td>2</table>loose"
        "<script>var p = '<p>no</p>'</script><h2>D</h2><p>last",
    ) == [
        ("A & B", "one\ntwo"),
        ("A & B", "item\ninner"),
        ("A & B", "next"),
        ("A & B > C", "1 | 2"),
        ("A & B > C", "loose"),
        ("A & B > D", "last"),
    ]


def test_html_without_what_stands_on_every_page() -> None:
    """Banners, menus, footers, cookie notices and newsletters are no answer to anybody's question."""
    site = (
        "<body><header><a>Basket (0)</a><h1>Gifts</h1>Free delivery over 50!</header>"
        '<div role="search">Search</div>'
        "<h2>Wrapping</h2><p>Gift wrapping costs 4 pounds.</p>"
        "<aside>Subscribe to our newsletter</aside>"
        '<div id="cookie-banner"><div>We use cookies.</div><p>Accept all</div>'
        "<footer><p>Larkspur Ltd. Company no. 12345</footer><p>Ask us.</p></body>"
    )
    assert read("html", site) == [
        ("Gifts > Wrapping", "Gift wrapping costs 4 pounds."),
        ("Gifts > Wrapping", "Ask us."),
    ]


def test_html_with_a_main_part() -> None:
    """Where a page marks its main part, it is that; its own header and notes belong to it."""
    page = (
        "<body><p>Deals of the day</p><main><article><header><h1>Returns</h1><p>Updated in May</p></header>"
        "<p>Within 30 days.</p><aside>Not for gift cards.</aside></article></main><p>Chat with us</p></body>"
    )
    texts = [("Returns", text) for text in ("Updated in May", "Within 30 days.", "Not for gift cards.")]
    assert read("html", page) == texts
    assert (
        read("html", page.replace("<main>", '<div role="main"><div>x</div>').replace("</main>", "</div>"))[1:] == texts
    )


def test_csv() -> None:
    """Any separator, any order of columns, lines within quotes; a row without an answer is named."""
    assert read("csv", 'Answer;id;Question\n"7 days;\nno more";1;How long?\n\n') == [("How long?", "7 days;\nno more")]
    error = refusal("csv", b"question,answer\nHow long?,\n")
    assert (error.reason, error.field, error.message) == ("document.incomplete", "answer", "Line 2 has no answer.")
    assert refusal("csv", b"q,a\n1,2\n").reason == "document.incomplete"
    assert refusal("csv", b'question,answer\n"open,1\n').reason == "document.unreadable"


def test_text_in_another_encoding_is_refused_and_not_guessed() -> None:
    """With the byte that shows it."""
    assert "0xe9" in refusal("markdown", "# Café\n".encode("latin-1")).message


def test_pdf_without_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named; a file that is no PDF is told from one without text."""
    assert refusal("pdf", b"%PDF-1.4 and no more").reason == "document.unreadable"
    monkeypatch.setitem(sys.modules, "pypdf", None)
    error = refusal("pdf", b"%PDF-1.4")
    assert (error.reason, "auscult[pdf]" in error.message) == ("document.no_reader", True)
