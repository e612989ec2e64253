"""Plans of pages of conversations: every order is read along an index, on both databases."""

from typing import Any, get_args

import pytest

from auscult.domain.scoring.list_fields import FIGURES, ListFields, Order
from auscult.storage import Store
from auscult.storage.core.database import Reader, Row
from auscult.storage.pages import sorted_rows
from tests.contract.pages.test_sorted_pages import Asked, Case, fresh, pages, put

CASES = [Case(f"c-{n}", n % 3, n, n, 1 + n % 10, (True, False), "YES", n, "cards", "tea") for n in range(20)]


@pytest.mark.landing
@pytest.mark.parametrize("order", get_args(Order))
def test_every_order_is_read_along_its_index(store: Store, monkeypatch: pytest.MonkeyPatch, order: Order) -> None:
    """Of many rows the index of the figure is walked, with and without a filter, and no table is read as a whole."""
    monkeypatch.setattr(sorted_rows, "MOST_COUNTED", 0)
    app = fresh(store)
    put(app, CASES)
    plans: list[str] = []
    fetch = Reader.fetch

    def explained(reader: Reader, text: str, values: dict[str, Any]) -> list[Row]:
        if "figure_rows" in text and "report_rows" in text:
            how = "EXPLAIN QUERY PLAN " if store.is_embedded else "EXPLAIN "
            plans.append("\n".join(str(row[-1]) for row in fetch(reader, how + text, values)))
        return fetch(reader, text, values)

    monkeypatch.setattr(Reader, "fetch", explained)
    for fields in (ListFields(escalation=True), ListFields(score_from=0), ListFields(duration_to=60)):
        list(pages(app, Asked(order, fields, queues=("cards",), without=("c-0",)), 5))
    index = f"ix_figure_rows_{FIGURES[order] or 'order'}"
    assert plans
    for plan in plans:
        assert index in plan, plan
        assert "Seq Scan" not in plan, plan
        assert "SCAN figure_rows" not in plan, plan
        assert "SCAN report_rows" not in plan, plan
