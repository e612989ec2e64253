"""``auscult knowledge`` as a user runs it."""

from pathlib import Path

import pytest

from tests.integration.program import TENANT, auscult

pytestmark = pytest.mark.night


def test_documents_in_and_out(tmp_path: Path) -> None:
    """Added, unchanged, searched, listed and removed; each change a version of its language's base."""
    (tmp_path / "returns.md").write_text("# Returns\n\nKeep the receipt.\n\n## Gift cards\n\nThey never expire.\n")
    (tmp_path / "faq.csv").write_text("question,answer\nWhen do you open?,At nine.\n")
    added = auscult(tmp_path, "knowledge", "add", "returns.md", "faq.csv", *TENANT, "--json")
    assert added.status == 0
    told = [(line["source"], line["format"], line["passages"], line["version"]) for line in added.lines]
    assert told == [("returns.md", "markdown", 2, 1), ("faq.csv", "csv", 1, 2)]
    again = auscult(tmp_path, "knowledge", "add", "returns.md", "--app", "st-1")
    assert "unchanged (version 2)" in again.out
    found = auscult(tmp_path, "knowledge", "search", "do gift cards expire", "--app", "st-1", "--json").lines[0]
    first, *others = found["suggestions"]
    assert (first["document"], first["text"], first["heading"], first["is_sure"]) == (
        "returns.md",
        "They never expire.",
        "Returns > Gift cards",
        True,
    )
    assert first["likelihood"] > max(each["likelihood"] for each in others)
    assert not any(each["is_sure"] for each in others)
    removed = auscult(tmp_path, "knowledge", "remove", "faq.csv", "--app", "st-1")
    assert "removed (version 3)" in removed.out
    listed = auscult(tmp_path, "knowledge", "list", "--app", "st-1")
    assert listed.out == "en  returns.md  markdown, 2 passages, in force (version 3)\n"


def test_what_cannot_be_read_is_named_and_the_rest_is_added(tmp_path: Path) -> None:
    """With what would be right; the command ends with 1."""
    (tmp_path / "good.md").write_text("# A\n\ntext\n")
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    done = auscult(tmp_path, "knowledge", "add", "bad.csv", "good.md", *TENANT)
    assert done.status == 1
    assert "bad.csv" in done.err
    assert "no column question" in done.err
    assert "good.md" in done.out
    gone = auscult(tmp_path, "knowledge", "remove", "none.md", "--app", "st-1", "--json")
    assert (gone.status, "document.unknown" in gone.err) == (1, True)
    assert auscult(tmp_path, "knowledge", "add", "none.md", *TENANT).status == 2


def test_the_days_on_which_a_document_counts(tmp_path: Path) -> None:
    """Given by options they override what it states, also when it is added again; each line names what states them."""
    (tmp_path / "returns.md").write_text("# Returns (terms until March 2025)\n\nReturn postage is 3.95 pounds.\n")
    question = ("knowledge", "search", "what is the return postage", "--app", "st-1", "--json")
    added = auscult(tmp_path, "knowledge", "add", "returns.md", *TENANT)
    assert "until 2025-03-31, by its heading \u201cterms until March 2025\u201d" in added.out
    (over,) = auscult(tmp_path, *question).lines
    assert over["suggestions"] == []
    assert over["not_in_force"][0]["validity"]["until"] == "2025-03-31"
    stated = auscult(tmp_path, "knowledge", "add", "returns.md", "--app", "st-1", "--until", "2099-12-31")
    assert "until 2099-12-31, by cli:" in stated.out
    (tmp_path / "returns.md").write_text("# Returns (terms until March 2025)\n\nReturn postage is 4.95 pounds.\n")
    again = auscult(tmp_path, "knowledge", "add", "returns.md", "--app", "st-1")
    assert "until 2099-12-31, by cli:" in again.out
    (found,) = auscult(tmp_path, *question).lines
    assert [each["text"] for each in found["suggestions"]] == ["Return postage is 4.95 pounds."]
    wrong = auscult(tmp_path, "knowledge", "add", "returns.md", "--app", "st-1", "--from", "March")
    assert (wrong.status, "is not a day" in wrong.err) == (2, True)
