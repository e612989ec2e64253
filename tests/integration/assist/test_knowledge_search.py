"""Searching what an app knows: what is suggested, and what is only found."""

from auscult import bootstrap
from auscult.config import read_settings
from auscult.services.assist.knowledge import add_document
from auscult.storage import Store
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
