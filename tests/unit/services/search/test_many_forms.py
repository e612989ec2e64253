"""The one search in an app with many forms."""

import pytest

from auscult.domain.people.principal import operator
from auscult.services import search as searching
from auscult.services.search import Searching
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.unit.services.audits.drawing import TENANT

MANY = 130
"""More forms than pages keep as they were read."""
FORM = data_of(__file__, "form").encode()


def test_forms_are_read_once_however_many_there_are(
    store: Store, app: AppStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading a form takes milliseconds: a second search of a process reads none of them again, and finds the same."""
    for n in range(MANY):
        app.forms.publish(f"ef-{n}", FORM % (n, n, n, n))
    search = Searching(store, app, operator(TENANT.account_id))
    found = search.find("offers help", "forms")
    assert found.groups[0].hits[0].kind == "metric"

    def refuse(document: bytes, version: int) -> None:
        raise AssertionError((document, version))

    monkeypatch.setattr(searching, "read_kept", refuse)
    assert search.find("offers help", "forms") == found
    assert search.find("form 129", "forms").groups[0].hits[0].id == "ef-129"
