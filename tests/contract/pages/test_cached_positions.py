"""A page whose position can be computed from cached values takes one statement."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from auscult.storage.core.database import Reader
from auscult.storage.store import AppStore
from tests.contract.storing import conversation, names, put

ROWS = 60


def test_a_new_page_of_known_tallies_needs_no_snapshot_until_data_change(
    app: AppStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tallies that other pages have loaded suffice for an offset that is new; a change makes them load again."""
    put(app, *(conversation(f"c-{n:02}", after=timedelta(minutes=n)) for n in range(ROWS)))
    snapshots: list[None] = []
    snapshot = Reader.snapshot

    @contextmanager
    def counted(reader: Reader) -> Generator[None, None, None]:
        snapshots.append(None)
        with snapshot(reader):
            yield

    monkeypatch.setattr(Reader, "snapshot", counted)

    def page(skip: int) -> str:
        return names(app, skip=skip, limit=1)[0].partition("/")[0]

    assert (page(7), len(snapshots)) == ("c-07", 1)
    assert (page(31), len(snapshots)) == ("c-31", 1)
    put(app, conversation("c-first", after=timedelta(minutes=-1)))
    assert (page(12), len(snapshots)) == ("c-11", 2)
    assert (page(32), len(snapshots)) == ("c-31", 2)
