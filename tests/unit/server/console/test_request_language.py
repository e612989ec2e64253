"""The language of a page: what the reader chose, then what their browser asks for, then English."""

import asyncio

import pytest
from litestar.testing import RequestFactory

from auscult.language import LANGUAGES, gettext, ngettext, pgettext
from auscult.server.console.request_language import choose, language_of
from tests.data_files import data_of


@pytest.mark.parametrize(("chosen", "accepted", "language"), data_of(__file__, "language_of_a_reader"))
def test_language_of_a_reader(chosen: str, accepted: str, language: str) -> None:
    """A weight that is none is passed over."""
    assert language_of(chosen, accepted) == language
    assert language in LANGUAGES


def read(accepted: str) -> list[str]:
    """Return some texts as a page shows them to a browser that accepts a language."""

    async def page() -> list[str]:
        await choose(RequestFactory().get("/console", headers={"Accept-Language": accepted}))
        found = [gettext("Add webhooks by hand"), pgettext("job", "Failed"), pgettext("dispute", "Failed")]
        return [*found, *(ngettext("{n} passage", "{n} passages", n).format(n=n) for n in (1, 2))]

    return asyncio.run(page())


def test_texts_of_a_language() -> None:
    """A text that several things are called is looked up with its context; one that has no translation stays English."""
    assert read("de") == ["Add webhooks by hand", "Fehlgeschlagen", "Failed", "1 Abschnitt", "2 Abschnitte"]
    assert read("en") == ["Add webhooks by hand", "Failed", "Failed", "1 passage", "2 passages"]
