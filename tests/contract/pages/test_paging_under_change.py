"""Reading a report through while its rows come, change and go (rule 20), on both databases."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from auscult.domain.tenancy import Tenant
from auscult.storage import Store
from tests.contract.storing import conversation, put, query

pytestmark = pytest.mark.night

NAMES = [f"c-{letter}" for letter in "abcdefghijkl"]
HOURS = st.integers(0, 6)
_NUMBERS = count()


class Put(Struct, frozen=True):
    """A conversation comes, is told differently, or moves to another time."""

    name: str
    hour: int
    words: int


class Erase(Struct, frozen=True):
    """A conversation goes."""

    name: str


Step = Put | Erase
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Put, st.sampled_from(NAMES), HOURS, st.integers(0, 2)), st.builds(Erase, st.sampled_from(NAMES))
)


def read_through(store: Store, tenant: Tenant, limit: int, between: Iterator[list[Step]]) -> Iterator[str]:
    """Names of rows by cursor, page after page, with changes between two pages."""
    after: tuple[int, str] | None = (-(10**15), "")
    while after is not None:
        page = store.within(tenant).conversations.page(query(tenant.app_id, limit=limit, after=after))
        yield from (row.decode().partition("/")[0] for row in page.rows)
        after = page.last if page.more else None
        for step in next(between, []):
            take(store, tenant, step)


def take(store: Store, tenant: Tenant, step: Step) -> None:
    """Do one thing to the app's conversations."""
    app = store.within(tenant)
    if isinstance(step, Erase):
        app.conversations.erase(step.name)
    else:
        fields = {"words": str(step.words)}
        put(app, conversation(step.name, after=timedelta(hours=step.hour), custom_fields=fields))


@pytest.mark.parametrize("pages_at_once", [1, 3])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    first=st.dictionaries(st.sampled_from(NAMES), HOURS, min_size=1),
    changes=st.lists(st.lists(STEPS, max_size=3), max_size=12),
)
def test_a_cursor_neither_repeats_nor_skips(
    store: Store, pages_at_once: int, first: dict[str, int], changes: list[list[Step]]
) -> None:
    """Rule 20: what was there all the time, at its time, comes once; nothing comes twice unless it moved or came back."""
    tenant = Tenant(account_id="ac-1", org_id="o-1", app_id=f"st-{next(_NUMBERS)}")
    store.ensure(tenant)
    for name, hour in first.items():
        take(store, tenant, Put(name, hour, 0))
    seen = Counter(read_through(store, tenant, pages_at_once, iter(changes)))
    steps = [step for group in changes for step in group]
    left = {step.name for step in steps if isinstance(step, Erase)}
    moved = {step.name for step in steps if isinstance(step, Put) and step.hour != first.get(step.name)}
    for name in first.keys() - left - moved:
        assert seen[name] == 1
    assert all(times == 1 or name in left | moved for name, times in seen.items())
    assert store.recount(tenant) == []
