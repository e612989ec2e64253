"""Pages read by cursor while rows come and go, on both databases."""

from datetime import timedelta

from auscult.domain.record import RowKey
from auscult.storage import Store
from tests.contract.storing import REPORT, TENANT, conversation, put, query

HOUR = timedelta(hours=1)


def test_reading_on_with_a_cursor_neither_repeats_nor_skips(store: Store) -> None:
    """Rule 20: rows that come before the cursor while one reads do not move what follows."""
    store.ensure(TENANT)
    app = store.within(TENANT)
    put(app, *(conversation(f"c-{n}", after=n * HOUR) for n in range(0, 20, 2)))
    seen, after = [], RowKey(-(10**15), "")
    for n in range(1, 20, 2):
        page = app.conversations.page(query(after=after, limit=1))
        if page.last is None:
            break
        seen += page.rows
        after = page.last
        put(app, conversation(f"b-{n}", after=-n * HOUR))
    assert seen == [f"c-{n}/1/{REPORT}".encode() for n in range(0, 20, 2)]
