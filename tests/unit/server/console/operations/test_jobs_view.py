"""Tokens, calls and cost of the judge today, on the page *Jobs and health*."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auscult.domain.operations.figures import NO_FIGURES
from auscult.server.console.frame.reader import Reader
from auscult.server.console.operations.jobs import health_rows
from tests.data_files import data_of


@pytest.mark.parametrize(("cost", "shown"), data_of(__file__, "money_is_shown_where_prices_are_set"))
def test_money_is_shown_where_prices_are_set(cost: int, shown: str) -> None:
    """Small amounts with four decimals, as ``auscult doctor`` has them."""
    found = replace(NO_FIGURES, judge_tokens_today=243_198, judge_calls_open=2, judge_cost_today=cost)
    rows = {each.name: each.value for each in health_rows(found, Reader(now=datetime(2026, 11, 25, tzinfo=UTC)))}
    assert rows["Judge today"] == shown
