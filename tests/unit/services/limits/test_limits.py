"""Limits of accounts and apps: what they refuse, whose they are, and what is counted, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from auscult.domain.limits import LimitReachedError, Limits, Owner, month_of, next_month
from auscult.domain.scoring.judging import BILLION, Allowance, Prices, RetryAfter, Usage
from auscult.domain.tenancy import Tenant
from auscult.engines.judge import Budget
from auscult.services.limits import TenantLimits
from auscult.services.scoring.intake.admission import AdmissionControl
from auscult.storage import Store
from tests.contract.storing import recording
from tests.integration.working import conversation

ONE = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")
TWO = Tenant(account_id="acc-1", org_id="o-1", app_id="st-2")
OTHER = Tenant(account_id="acc-2", org_id="o-2", app_id="st-3")
NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def apps(store: Store) -> None:
    """Two apps of one account, and one of another."""
    for tenant in (ONE, TWO, OTHER):
        store.ensure(tenant)


def refusal(check: Callable[[], None]) -> tuple[str, str | None, object, int]:
    """Return reason, field, value and seconds of the refusal that a check raises."""
    with pytest.raises(LimitReachedError) as refused:
        check()
    error = refused.value
    assert str(error.value) in error.message
    return error.reason, error.field, error.value, error.again_after_s


def test_limits_are_stored_changed_and_removed(store: Store) -> None:
    """Those of an account stand apart from those of its apps; without any, nothing is stored."""
    account, app = Owner("acc-1"), Owner("acc-1", "st-1")
    store.limits.save(account, Limits(requests=0, judge_cost=Decimal("12.50")))
    store.limits.save(app, Limits(backlog=5))
    assert store.limits.all() == {account: Limits(requests=0, judge_cost=Decimal("12.50")), app: Limits(backlog=5)}
    store.limits.save(account, Limits(requests=7))
    store.limits.save(app, Limits())
    assert store.limits.all() == {account: Limits(requests=7)}


def test_a_backlog_is_refused_for_its_owner_alone(store: Store) -> None:
    """An account counts all of its apps, an app itself; others, and what was accepted, go on."""
    store.limits.save(Owner("acc-1"), Limits(backlog=3))
    store.limits.save(Owner("acc-1", "st-2"), Limits(backlog=1))
    store.within(ONE).conversations.accept([conversation("c-1")])
    store.within(TWO).conversations.accept([conversation("c-2")])
    limits = TenantLimits(store.limits)
    limits.check_intake(ONE)
    assert refusal(lambda: limits.check_intake(TWO)) == ("backlog.exceeded", "backlog", 1, 10)
    limits.count(ONE, 1)
    assert refusal(lambda: limits.check_intake(ONE)) == ("backlog.exceeded", "backlog", 3, 10)
    limits.check_intake(OTHER)
    room = AdmissionControl(store.batches, 0, limits=limits)
    room.must_have("live", OTHER)
    with pytest.raises(LimitReachedError, match=r"account acc-1: 3 conversations wait .* of 3 that may"):
        room.must_have("live", ONE)
    assert store.batches.backlog().backfill == 2


def test_stored_bytes_are_those_of_conversations_and_recordings(store: Store) -> None:
    """Erased ones make room again; the refusal names no time, for waiting does not help."""
    app = store.within(ONE)
    app.conversations.accept([conversation("c-1")])
    app.recordings.add(recording("rec-1", "c-1", size=1_000_000))
    (stored,) = store.limits.stored().values()
    assert 1_000_000 < stored < 1_100_000
    store.limits.save(Owner("acc-1"), Limits(storage_bytes=1_000_000))
    limits = TenantLimits(store.limits)
    assert refusal(lambda: limits.check_intake(TWO)) == ("storage.exceeded", "storage_bytes", stored, 0)
    limits.check_intake(OTHER)
    assert app.erasure.erase("c-1")
    TenantLimits(store.limits).check_intake(TWO)


def test_minutes_of_sound_are_those_of_the_month(store: Store) -> None:
    """Counted when they come in, on the day that it is; the refusal ends with the month."""
    app = store.within(ONE)
    app.conversations.accept([conversation("c-1")])
    app.recordings.add(recording("rec-1", "c-1", 7 * 60_000))
    app.recordings.add(recording("rec-1", "c-1", 7 * 60_000))  # the same bytes are no more sound
    store.limits.save(Owner("acc-1", "st-1"), Limits(sound_minutes=7))
    now = datetime.now(UTC)
    code, field, used, again_s = refusal(lambda: TenantLimits(store.limits, lambda: now).check_sound(ONE))
    assert (code, field, used) == ("sound.exceeded", "sound_minutes", 7)
    assert again_s == max(1, int((next_month(now) - now).total_seconds()))
    TenantLimits(store.limits).check_sound(TWO)
    TenantLimits(store.limits, lambda: next_month(now)).check_sound(ONE)


def test_months_and_days(store: Store) -> None:
    """A month ends where the next begins, also in December."""
    assert month_of(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == ("2026-12-01", "2027-01-01")
    assert month_of(datetime(2026, 1, 31, tzinfo=UTC)) == ("2026-01-01", "2026-02-01")
    assert store.limits.all() == {}


def test_the_judge_is_asked_within_the_limits_of_account_and_app(store: Store) -> None:
    """What is reserved counts, what is given back does not; another account is not concerned."""
    store.limits.save(Owner("acc-1"), Limits(judge_tokens=100))
    store.limits.save(Owner("acc-1", "st-2"), Limits(judge_cost=Decimal("0.5")))
    limits, day = TenantLimits(store.limits), NOW.date().isoformat()
    one, two, other = (limits.judge(each) for each in ("st-1", "st-2", "st-3"))
    assert one.reserve(day, 60, 0, 10) is None
    refused = two.reserve(day, 50, 0, 10)
    assert refused == RetryAfter(
        reason="account acc-1: the limit of the judge's day is reached (60 of 100 tokens used or reserved)", after_s=10
    )
    one.add(day, -20, 0, calls=1)
    assert two.reserve(day, 50, BILLION // 2, 10) is None
    refused = two.reserve(day, 1, 1, 10)
    assert refused is not None
    assert "app st-2" in refused.reason
    assert "0.5 of 0.5 of money" in refused.reason
    assert other.reserve(day, 10**9, 0, 10) is None
    assert one.reserve((NOW + timedelta(days=1)).date().isoformat(), 100, 0, 10) is None


def test_a_budget_gives_back_what_another_limit_refuses(store: Store) -> None:
    """Neither the day of all nor that of the app keeps a reservation of a call that the other refused."""
    store.limits.save(Owner("acc-1"), Limits(judge_tokens=50))
    limits, day = TenantLimits(store.limits), NOW.date().isoformat()
    prices = Prices(tokens_in=Decimal(1), tokens_cached=Decimal(1), tokens_out=Decimal(1))
    budget = Budget(store.spending, Allowance(tokens=80), prices, lambda: NOW)
    assert isinstance(budget.reserve(Usage(tokens_in=60), limits.judge("st-1")), RetryAfter)
    assert store.spending.spent(day) == (0, 0)
    kept = budget.reserve(Usage(tokens_in=60), limits.judge("st-3"))
    assert not isinstance(kept, RetryAfter)
    refused = budget.reserve(Usage(tokens_in=40), limits.judge("st-1"))
    assert isinstance(refused, RetryAfter)
    assert "80 tokens" in refused.reason
    with budget.plan(Usage(tokens_in=20), limits.judge("st-1")) as plan:
        call = plan.reserve(Usage(tokens_in=15))
        assert not isinstance(call, RetryAfter)
        budget.reconcile(call, Usage(calls=1, tokens_in=10))
    used = {app_id: (use.judge_calls, use.judge_tokens) for app_id, use in store.limits.uses(NOW).items()}
    assert used == {"st-1": (1, 10), "st-2": (0, 0), "st-3": (0, 60)}
    assert store.spending.spent(day)[0] == 70


def test_the_busiest_accounts_come_first(store: Store) -> None:
    """By conversations of seven days; an account has the sums of its apps, and its own limits."""
    store.within(ONE).conversations.accept([conversation("c-1")])
    store.within(TWO).conversations.accept([conversation("c-1")])
    store.within(OTHER).conversations.accept([conversation(f"c-{n}") for n in range(3)])
    store.limits.save(Owner("acc-1"), Limits(backlog=9))
    first, second = TenantLimits(store.limits).busiest()
    assert (first.account_id, first.apps, first.use.conversations, first.use.waiting) == ("acc-2", 1, 3, 3)
    assert (second.account_id, second.apps, second.use.conversations) == ("acc-1", 2, 2)
    assert second.limits == Limits(backlog=9)
    assert second.use.storage_bytes > 0
    assert len(TenantLimits(store.limits).busiest(1)) == 1
    later = TenantLimits(store.limits, lambda: datetime.now(UTC) + timedelta(days=7)).busiest()
    assert {each.use.conversations for each in later} == {0}


def test_the_same_conversation_again_is_not_counted(store: Store) -> None:
    """Neither unchanged nor as a new revision: the use is of conversations."""
    for text in ("hello", "hello", "hello again"):
        store.within(ONE).conversations.accept([conversation("c-1", text)])
    assert TenantLimits(store.limits).use_of(Owner("acc-1")).conversations == 1
