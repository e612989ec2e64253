"""The laws of paging, against plain lists: random conversations come, change and are recorded; any page must agree."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.domain.conversation import Channel, Conversation, Direction, Queue
from auscult.domain.errors import NotFoundError
from auscult.domain.evaluation import Status
from auscult.domain.record import RecordPage, RecordQuery, RowKey
from auscult.domain.scoring.stored import RenderedRows
from auscult.domain.tenancy import Tenant
from auscult.storage import Store, new_secret_key, open_store
from auscult.storage.core.instants import ms_of
from auscult.storage.pages import rollups
from auscult.storage.store import AppStore
from tests.contract.storing import OTHER, REPORT, STARTED, TENANT, conversation, names, put, query, rendered

EXAMPLES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

HOUR = timedelta(hours=1)
MOMENTS = (
    timedelta(0),
    timedelta(milliseconds=1),
    timedelta(seconds=1),
    timedelta(minutes=7),
    HOUR - timedelta(milliseconds=1),
    HOUR,
    14 * HOUR,
    timedelta(days=20),
    timedelta(days=1_500),
    timedelta(days=-30_000),
)
"""Starts with ties, on both sides of the borders of seconds, hours, days and wider spans, and before the epoch."""
QUEUES = (Queue("qu-1", "Support"), Queue("qu-2", "SUPPORT"), Queue("QU-3"), Queue("qu-4", "qu-1"))
STATUSES: tuple[Status, ...] = ("evaluated", "not_evaluated", "below_threshold", "duration_unavailable")


class Shape(NamedTuple):
    """What decides where a conversation's row is."""

    after: timedelta
    channel: Channel
    direction: Direction
    queues: tuple[Queue, ...]
    custom_fields: tuple[tuple[str, str], ...]
    status: Status
    is_listed: bool

    def conversation(self, name: str) -> Conversation:
        """A conversation of this shape."""
        return conversation(
            name,
            self.after,
            channel=self.channel,
            direction=self.direction,
            queues=self.queues,
            custom_fields=dict(self.custom_fields),
            source=f"{self.status} {self.is_listed}",
        )

    def render(self, name: str, revision: int) -> RenderedRows:
        """Its row, if the report lists it."""
        return rendered(self.conversation(name), revision, self.status, (REPORT,) if self.is_listed else ("other",))


SHAPES = st.builds(
    Shape,
    after=st.sampled_from(MOMENTS),
    channel=st.sampled_from(["voice", "chat"]),
    direction=st.sampled_from(["inbound", "outbound"]),
    queues=st.lists(st.sampled_from(QUEUES), max_size=2).map(tuple),
    custom_fields=st.dictionaries(
        st.sampled_from(["plan", "n" * 300]), st.sampled_from(["gold", "GOLD", "x" * 3_000, "a\0b", ""]), max_size=2
    ).map(lambda fields: tuple(fields.items())),
    status=st.sampled_from(STATUSES),
    is_listed=st.sampled_from([True, True, True, False]),
)
LOADS = st.lists(st.dictionaries(st.sampled_from("abcdefgh"), SHAPES, max_size=6), max_size=4)
"""What is accepted, one after the other; the same names come again with other content."""

BORDERS = st.builds(
    lambda moment, by: ms_of(STARTED + moment) + by, st.sampled_from(MOMENTS), st.sampled_from([-3_600_000, -1, 0, 1])
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "since_ms": BORDERS,
        "until_ms": BORDERS,
        "channels": st.lists(st.sampled_from(["voice", "chat", "pigeon"]), max_size=2).map(tuple),
        "directions": st.sampled_from([(), ("inbound",), ("outbound", "inbound")]),
        "queues": st.lists(st.sampled_from(["QU-1", "support", "qu-3", "nobody"]), max_size=3).map(tuple),
        "custom_fields": st.sampled_from(
            [
                (("plan", "gold"),),
                (("plan", "GOLD"), ("n" * 300, "x" * 3_000)),
                (("plan", "a\0b"),),
                (("plan", ""),),
                (("\ud800", "gold"),),
            ]
        ),
        "include_below_threshold": st.booleans(),
    },
)


CROWDS = st.sampled_from([0, 1, 2, rollups.CROWD])
"""So many rows of an hour are counted as a whole only: few, so that the few rows of an example are more."""

LOOP = asyncio.Runner()


@pytest.fixture(scope="module", autouse=True)
def _loop_ends() -> Iterator[None]:
    yield
    LOOP.close()


class Model:
    """An app as plain dictionaries, beside the real one."""

    def __init__(self, store: Store, tenant: Tenant) -> None:
        """Create the app."""
        self.store = store
        store.ensure(tenant)
        self.app: AppStore = store.within(tenant)
        self.stored: dict[str, tuple[int, Shape]] = {}
        self.recorded: dict[str, tuple[int, Shape]] = {}
        self.batches: list[tuple[str, dict[str, tuple[int, Shape]]]] = []

    def accept(self, shapes: dict[str, Shape]) -> None:
        """Accept these."""
        accepted = self.app.conversations.accept([shape.conversation(name) for name, shape in shapes.items()])
        fresh = {name: shape for name, shape in shapes.items() if self.stored.get(name, (0, None))[1] != shape}
        revised = {name: (self.stored.get(name, (0, shape))[0] + 1, shape) for name, shape in fresh.items()}
        assert accepted.new + accepted.changed == len(revised)
        self.stored |= revised
        if accepted.batch_id:
            self.batches.append((accepted.batch_id, revised))

    def record(self, which: int) -> None:
        """Record a batch as it was accepted, at whatever time."""
        if self.batches:
            batch_id, revised = self.batches[which % len(self.batches)]
            finished = [shape.render(name, revision) for name, (revision, shape) in revised.items()]
            self.app.conversations.record(batch_id, finished)
            self.recorded |= {name: one for name, one in revised.items() if self.stored[name] == one}

    def page(self, wanted: RecordQuery) -> RecordPage:
        """A page, and the same asked again; of a server's database, as a server reads it from its event loop."""
        ask = partial(self.app.conversations.page, wanted)
        page = ask()
        again = ask() if self.store.is_embedded else LOOP.run(self.store.awaited(ask))
        assert again == page
        return page

    def rows(self, wanted: RecordQuery) -> list[tuple[int, str]]:
        """The keys of the rows that a query asks for, in order."""
        return sorted(
            (ms_of(STARTED + shape.after), name)
            for name, (_, shape) in self.recorded.items()
            if shape.is_listed and _matches(shape, wanted)
        )

    def bytes_of(self, keys: Sequence[tuple[int, str]]) -> tuple[bytes, ...]:
        """The rows of these keys."""
        return tuple(f"{name}/{self.recorded[name][0]}/{REPORT}".encode() for _, name in keys)


def _matches(shape: Shape, wanted: RecordQuery) -> bool:
    """Whether a row answers a query (rules 21 and 24)."""
    queues = {text.casefold() for queue in shape.queues for text in (queue.id, queue.name) if text}
    return (
        wanted.since_ms <= ms_of(STARTED + shape.after) < wanted.until_ms
        and (not wanted.channels or shape.channel in wanted.channels)
        and (not wanted.directions or shape.direction in wanted.directions)
        and (not wanted.queues or any(queue.casefold() in queues for queue in wanted.queues))
        and all((name, value) in shape.custom_fields for name, value in wanted.custom_fields)
        and (wanted.include_below_threshold or shape.status in ("evaluated", "not_evaluated"))
    )


@contextmanager
def crowd_of(rows: int) -> Iterator[None]:
    """Let more than so many be a crowd."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollups, "CROWD", rows)
        yield


_NUMBERS = iter(range(10**9))


def new_model(store: Store) -> Model:
    """An app that no example before has used."""
    number = next(_NUMBERS)
    return Model(store, Tenant(account_id="ac-1", org_id="o-1", app_id=f"st-{number}"))


@pytest.mark.landing
@EXAMPLES
@given(
    loads=LOADS,
    records=st.lists(st.integers(0, 20), max_size=8),
    filters=st.lists(FILTERS, max_size=3),
    sizes=st.tuples(st.integers(1, 4), CROWDS),
)
def test_any_page_is_what_a_list_gives(
    store: Store,
    loads: list[dict[str, Shape]],
    records: list[int],
    filters: list[dict[str, object]],
    sizes: tuple[int, int],
) -> None:
    """Rule 20: pages partition the result; totals agree with a plain count; skip and cursor agree; tallies recount."""
    model = new_model(store)
    app_id = model.app.tenant.app_id
    limit, crowd = sizes
    with crowd_of(crowd):
        for number, shapes in enumerate(loads):
            model.accept(shapes)
            for which in records[number::2]:
                model.record(which)
            for changes in (*filters, {}):
                check_pages(model, query(app_id, limit=limit, **changes))
        assert store.recount(model.app.tenant) == []


def check_pages(model: Model, wanted: RecordQuery) -> None:
    """Read a result through by position and by cursor, and past its end."""
    expected = model.rows(wanted)
    read = model.page
    change = lambda **changes: query(**{name: getattr(wanted, name) for name in wanted.__struct_fields__} | changes)  # noqa: E731

    def check(page: RecordPage, start: int) -> None:
        keys = expected[start : start + wanted.limit]
        assert page.rows == model.bytes_of(keys)
        assert page.total == len(expected)
        assert (page.last and page.last[:2]) == (keys[-1] if keys else None)
        assert page.more is (start + len(keys) < len(expected))

    for skip in (*range(len(expected) + 2), 1_000_000):
        if skip <= len(expected):
            check(read(change(skip=skip)), skip)
        else:
            assert (read(change(skip=skip)).rows, read(change(skip=skip)).total) == ((), len(expected))
    assert read(change(after=RowKey(10**30, "z"))).rows == ()
    after, start = (wanted.since_ms, ""), 0
    while True:
        page = read(change(after=after))
        check(page, start)
        if page.last is None:
            break
        after, start = page.last, start + len(page.rows)


@pytest.mark.landing
@EXAMPLES
@given(
    loads=st.lists(st.dictionaries(st.sampled_from("abcdefgh"), SHAPES), min_size=2, max_size=3),
    filters=FILTERS,
    crowd=CROWDS,
)
def test_a_page_over_several_apps_is_merged(
    store: Store, loads: list[dict[str, Shape]], filters: dict[str, object], crowd: int
) -> None:
    """Rule 16: the rows of all of them, and of no other, in one order; totals are of all of them."""
    with crowd_of(crowd):
        check_several(store, loads, filters)


def check_several(store: Store, loads: list[dict[str, Shape]], filters: dict[str, object]) -> None:
    """Read what several apps have, all together and some of them."""
    models = [new_model(store) for _ in loads]
    for model, shapes in zip(models, loads, strict=True):
        model.accept(shapes)
        model.record(0)
    for asked in (models, models[1:], models[:1]):
        tenants = [model.app.tenant for model in asked]
        ids = tuple(tenant.app_id for tenant in tenants)
        wanted = query(**{"app_ids": ids, "limit": 3} | filters)
        expected = sorted((key, model.bytes_of([key])[0]) for model in asked for key in model.rows(wanted))
        found: list[bytes] = []
        for skip in range(0, len(expected) + 1, 3):
            page = store.across(tenants, query(**{"app_ids": ids, "limit": 3, "skip": skip} | filters))
            assert page.total == len(expected)
            found += page.rows
        assert sorted(found) == sorted(row for _, row in expected)
        assert [row[:1] for row in found] == [row[:1] for _, row in expected]


def test_twins_in_two_apps_are_both_listed(store: Store) -> None:
    """Conversations of one id and one start in two apps are two rows, wherever a page ends."""
    tenants = (TENANT, OTHER)
    for tenant in tenants:
        store.ensure(tenant)
        put(store.within(tenant), *(conversation(f"c-{n}") for n in range(5)))
    ids = tuple(tenant.app_id for tenant in tenants)
    for _ in range(2):
        found = [store.across(tenants, query(app_ids=ids, limit=3, skip=skip)).rows for skip in range(0, 10, 3)]
        assert [row.decode() for rows in found for row in rows] == [f"c-{n // 2}/1/{REPORT}" for n in range(10)]


@pytest.mark.landing
@pytest.mark.parametrize("filters", [{}, {"queues": ("support",)}, {"queues": ("support", "billing")}])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_a_cursor_gives_every_twin_once(store: Store, limit: int, filters: dict[str, Any]) -> None:
    """A cursor tells apart conversations of one id and one start in three apps, wherever a page ends."""
    tenants = (TENANT, OTHER, Tenant(account_id="ac-3", org_id="o-3", app_id="st-3"))
    queues = (Queue("qu-1", "Support"), Queue("qu-2", "Billing"))
    for tenant in tenants:
        store.ensure(tenant)
        put(store.within(tenant), *(conversation(f"c-{n}", queues=queues) for n in range(4)))
    ids = tuple(tenant.app_id for tenant in tenants)
    found: list[str] = []
    after = RowKey(-(10**15), "")
    while True:
        page = store.across(tenants, query(app_ids=ids, limit=limit, after=after, **filters))
        found += [row.decode() for row in page.rows]
        assert page.total == 12
        assert len(found) == 12 or page.more
        if not page.more or page.last is None:
            break
        after = page.last
    assert found == [f"c-{n // 3}/1/{REPORT}" for n in range(12)]


def test_a_page_over_apps_names_them(store: Store) -> None:
    """A query for other apps than those whose door was passed is refused."""
    store.ensure(TENANT)
    with pytest.raises(NotFoundError):
        store.across([TENANT], query("st-2"))
    with pytest.raises(NotFoundError):
        store.across([OTHER], query("st-2"))


def test_nothing_yet_is_an_empty_page(app: AppStore) -> None:
    """An app without rows, a report that no one renders, a page of no rows, a range that ends before it begins."""
    empty = RecordPage(rows=(), total=0, last=None)
    assert app.conversations.page(query()) == empty
    put(app, conversation("c-1"))
    assert app.conversations.page(query(report="nobody")) == empty
    assert app.conversations.page(query(since_ms=5, until_ms=4)) == empty
    assert app.conversations.page(query(limit=0)) == RecordPage(rows=(), total=1, last=None, more=True)


def test_what_one_process_remembers_another_may_change(store: Store, database_url: str) -> None:
    """Every page tells of the data as it is, also right after another process wrote."""
    store.ensure(TENANT)
    here, elsewhere = store.within(TENANT), open_store(database_url, new_secret_key())
    there = elsewhere.within(TENANT)
    put(there, conversation("c-1"))
    for n in range(2, 12):
        assert here.conversations.page(query()).total == n - 1
        assert names(here) == names(here) == [f"c-{k}/1/{REPORT}" for k in range(1, n)]
        assert names(here, queues=("support",)) == [f"c-{k}/1/{REPORT}" for k in range(2, n)]
        assert names(here, custom_fields=(("plan", "gold"),), skip=1) == [f"c-{k}/1/{REPORT}" for k in range(3, n)]
        new = conversation(f"c-{n}", after=n * HOUR, queues=(Queue("qu-1", "Support"),), custom_fields={"plan": "gold"})
        put(there, new)
    elsewhere.close()
