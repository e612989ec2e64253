"""The rate limit (rule 18), with a clock that the tests set."""

from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.server.limits import Decision, MinuteLimiter, NoLimit


class Watch:
    """A clock that shows what it was set to."""

    def __init__(self) -> None:
        """Begin somewhere."""
        self.at = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.at


def test_a_window_lasts_a_minute() -> None:
    """Rule 18: so many requests a minute, then none until the minute is over."""
    watch = Watch()
    limiter = MinuteLimiter(2, watch)
    assert limiter.acquire("a") == Decision(allowed=True, limit=2, remaining=1, reset_s=60)
    watch.at += 59.5
    assert limiter.acquire("a") == Decision(allowed=True, limit=2, remaining=0, reset_s=1)
    assert limiter.acquire("a") == Decision(allowed=False, limit=2, remaining=0, reset_s=1)
    watch.at += 0.5
    assert limiter.acquire("a") == Decision(allowed=True, limit=2, remaining=1, reset_s=60)


def test_accounts_do_not_share() -> None:
    """Rule 18: the limit is each account's own."""
    limiter = MinuteLimiter(1, Watch())
    assert limiter.acquire("a").allowed
    assert limiter.acquire("b").allowed
    assert not limiter.acquire("a").allowed


def test_exact_under_concurrency() -> None:
    """Rule 18: whoever asks at once, exactly the limit gets through."""
    limiter = MinuteLimiter(500, Watch())
    with ThreadPoolExecutor(8) as threads:
        decisions = list(threads.map(limiter.acquire, repeat("a", 800)))
    assert sum(decision.allowed for decision in decisions) == 500
    assert sorted(decision.remaining for decision in decisions if decision.allowed) == list(range(500))


@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from("ab")), max_size=60), st.integers(1, 5))
def test_no_window_exceeds_the_limit(steps: list[tuple[float, str]], limit: int) -> None:
    """Law: between a key's first request and a minute later, at most the limit is allowed."""
    watch = Watch()
    limiter = MinuteLimiter(limit, watch)
    begun: dict[str, float] = {}
    allowed: dict[str, int] = {}
    for wait, key in steps:
        watch.at += wait
        if key not in begun or watch.at >= begun[key] + 60:
            begun[key], allowed[key] = watch.at, 0
        decision = limiter.acquire(key)
        assert decision.allowed is (allowed[key] < limit)
        allowed[key] += decision.allowed
        assert decision.remaining == limit - allowed[key]
        assert 1 <= decision.reset_s <= 60


def test_quiet_keys_are_forgotten() -> None:
    """Addresses that came once do not stay in memory."""
    watch = Watch()
    limiter = MinuteLimiter(1, watch)
    for number in range(100):
        limiter.acquire(str(number))
    watch.at += 61
    limiter.acquire("new")
    assert list(limiter._windows) == ["new"]


def test_no_limit_tells_nothing() -> None:
    """A setting of 0 lets everything through, without headers that would mean nothing."""
    assert NoLimit().acquire("a") is None


@pytest.mark.parametrize(("allowed", "names"), [(True, 4), (False, 5)])
def test_headers(*, allowed: bool, names: int) -> None:
    """Rule 18: RateLimit headers on every answer, Retry-After on a refusal."""
    headers = dict(Decision(allowed=allowed, limit=60, remaining=0, reset_s=7).headers())
    assert len(headers) == names
    assert headers[b"ratelimit-limit"] == b"60"
    assert headers[b"ratelimit-reset"] == b"7"
    assert headers.get(b"retry-after") == (None if allowed else b"7")
