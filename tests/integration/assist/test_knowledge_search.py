"""Searching what an app knows: what is suggested, and what is only found."""

from datetime import UTC, date, datetime
from typing import Literal

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.assist.validity import Wish
from auscult.domain.errors import RequestError
from auscult.services.assist.knowledge import add_document, restate_document
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.integration.working import TENANT

OLD = b"# Returns 2023\n\nThis policy was withdrawn in May.\n\n## Return postage\n\nReturn postage is 3.95 pounds.\n"
NEW = b"# Returns\n\n## Who pays for sending it back?\n\nReturn postage is free.\n"
OTHERS = (
    b"# Opening hours\n\n## Weekdays\n\nThe shop opens at nine and closes at six.\n\n## Sundays\n\nWe are closed.\n\n"
    b"## Gift cards\n\nA gift card is valid for three years.\n\n## Repairs\n\nRepairs of shoes take two weeks.\n"
)
QUESTION = "do I have to pay return postage"


def test_what_was_withdrawn_is_never_suggested(store: Store) -> None:
    """A document that says so of itself comes last in a search, whatever fits best."""
    store.ensure(TENANT)
    app, library = store.within(TENANT), bootstrap.assistant(read_settings({})).library
    add_document(app, "old.md", OLD, "en")
    alone = library.search(app, "en", QUESTION, 3)
    assert {each.passage.source for each in alone.found} == {"old.md"}
    assert alone.fit == ()
    add_document(app, "new.md", NEW, "en")
    add_document(app, "others.md", OTHERS, "en")
    both = library.search(app, "en", QUESTION, 9)
    assert [each.passage.source for each in both.fit] == ["new.md"]
    assert both.found[0].passage.source == "new.md"
    assert both.found[-1].passage.source == "old.md"


PAGE = (
    b"<!doctype html><html><head><title>Returns - archived policy</title></head>"
    b"<body><h1>Returns</h1><p>Return postage is 3.95 pounds.</p></body></html>"
)
SECTIONS = (
    b"# Returns\n\n## Return postage\n\nReturn postage is free.\n\n"
    b"## Return postage (terms until March 2025)\n\nReturn postage was 3.95 pounds.\n"
)


def suggested(app: AppStore) -> list[str]:
    """Return the texts that would be suggested."""
    found = bootstrap.assistant(read_settings({})).library.search(app, "en", QUESTION, 3)
    return [each.found.passage.text for each in found.suggestions]


def stating(**days: date | Literal["read"] | None) -> Wish:
    """Return what a person states."""
    return Wish(by="user:ann@example.com", at=datetime.now(UTC), **days)


def test_what_a_title_or_a_heading_withdraws_is_never_suggested(app: AppStore) -> None:
    """The title of a page is read, and a section that is over leaves the others of its document."""
    add_document(app, "page.html", PAGE, "en")
    assert suggested(app) == []
    add_document(app, "sections.md", SECTIONS, "en")
    assert suggested(app) == ["Return postage is free."]
    (page, sections) = app.knowledge.documents()
    assert [(each.place, each.text) for each in page.validity.sources] == [("title", "archived policy")]
    assert sections.validity.is_open


def test_the_days_that_a_person_stated_stay(app: AppStore) -> None:
    """Over what the document states, also when it is added again, until they ask for the document's own."""
    add_document(app, "page.html", PAGE, "en", wish=stating(since=None, until=None))
    assert suggested(app) == ["Return postage is 3.95 pounds."]
    add_document(app, "page.html", PAGE.replace(b"3.95", b"4.95"), "en")
    assert suggested(app) == ["Return postage is 4.95 pounds."]
    ended = add_document(app, "page.html", PAGE.replace(b"3.95", b"4.95"), "en", wish=stating(until=date(2025, 3, 31)))
    assert ended.is_new
    assert ended.document.validity.until == date(2025, 3, 31)
    assert suggested(app) == []
    add_document(app, "page.html", PAGE.replace(b"3.95", b"5.95"), "en")
    assert suggested(app) == []
    restate_document(app, "page.html", "en", stating(since=None, until=None))
    assert suggested(app) == ["Return postage is 5.95 pounds."]
    read = restate_document(app, "page.html", "en", stating(since="read", until="read"))
    assert [each.place for each in read.document.validity.sources] == ["title"]
    assert suggested(app) == []


def test_an_impossible_period_is_refused(app: AppStore) -> None:
    """The last day is not before the first one, and nothing is stored."""
    with pytest.raises(RequestError, match="before 2026-03-01"):
        add_document(app, "new.md", NEW, "en", wish=stating(since=date(2026, 3, 1), until=date(2026, 2, 28)))
    assert app.knowledge.documents() == []


SHIPPING = data_of(__file__, "shipping").encode()


@pytest.mark.parametrize(("question", "said", "unsaid"), data_of(__file__, "an_answer_is_the_sentence_that_answers"))
def test_an_answer_is_the_sentence_that_answers(app: AppStore, question: str, said: str, unsaid: str) -> None:
    """Not the whole passage; its heading and its source are those of the passage."""
    add_document(app, "delivery.md", SHIPPING, "en")
    search = bootstrap.assistant(read_settings({})).library.search(app, "en", question, 3)
    first = search.suggestions[0]
    assert said in first.answer
    assert unsaid not in first.answer
    assert first.found.passage.title == "Delivery > Sending abroad"
    assert search.answers[first.found.passage.id] == first.answer
