"""What may be spent in a day, and what is said when it is."""

from decimal import Decimal

import pytest

from auscult.domain.scoring.judging import Allowance, Prices, RetryAfter, Usage
from auscult.services.scoring.engine_calls.answer_cache import RunSpending
from tests.unit.engines.judging import NOW, budget_of

CALL = Usage(calls=1, tokens_in=900, tokens_out=300)
PRICES = Prices(tokens_in=Decimal(1), tokens_cached=Decimal(1), tokens_out=Decimal(1))


def test_a_limit_that_is_spent_says_that_and_no_more() -> None:
    """Tomorrow the call will be begun."""
    spending, allowance = RunSpending(), Allowance(tokens=2_000)
    assert spending.reserve(NOW.date().isoformat(), 1_000, 0, allowance)
    reserved = budget_of(allowance, None, spending).reserve(CALL)
    assert isinstance(reserved, RetryAfter)
    assert (reserved.reason, reserved.after_s) == ("the judge's limit of a day is reached (2000 tokens)", 2 * 3600)


@pytest.mark.parametrize(
    ("allowance", "prices", "told"),
    [
        (Allowance(tokens=1_000), None, "(1000 tokens), and no day holds this call, which may take 1200 tokens: raise"),
        (Allowance(cost=1), PRICES, "and no day holds this call, which may take 1200 tokens, cost 0.0012: raise it"),
    ],
)
def test_a_limit_below_one_call_says_that_waiting_helps_nothing(
    allowance: Allowance, prices: Prices | None, told: str
) -> None:
    """Every day would end the same."""
    reserved = budget_of(allowance, prices).reserve(CALL)
    assert isinstance(reserved, RetryAfter)
    assert told in reserved.reason


def test_what_calls_under_way_reserve_is_not_called_spent() -> None:
    """A call is reckoned with the most that it can take: once the others have ended, more is left, within seconds."""
    budget = budget_of(Allowance(tokens=2_000), None)
    first = budget.reserve(CALL)
    assert not isinstance(first, RetryAfter)
    second = budget.reserve(CALL)
    assert isinstance(second, RetryAfter)
    assert "reserved by 1 calls under way" in second.reason
    assert second.after_s is not None
    assert second.after_s <= 60
    budget.reconcile(first, Usage(calls=1, tokens_in=100, tokens_out=10))
    assert not isinstance(budget.reserve(CALL), RetryAfter)
