"""Kept pages: sent again to the same request, while nothing changes and the time has not come."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from litestar import Request, get
from litestar.testing import RequestFactory

from auscult.domain.people.grants import Grant
from auscult.domain.people.roles import BUILT_IN
from auscult.domain.people.sessions import Session
from auscult.domain.people.users import User
from auscult.server.console.frame import kept
from auscult.server.console.frame.kept import KEPT, KeptPages
from auscult.server.console.people.visitors import outdated_at
from auscult.storage.people.access import Access

NOW = datetime(2026, 3, 28, 9, 30, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Changes:
    """The part of a store that counts changes."""

    is_embedded = True

    def __init__(self) -> None:
        """Begin with one."""
        self.n = 1
        self.now = NOW

    def changes(self) -> int:
        """Return the count."""
        return self.n


@pytest.fixture
def store() -> Changes:
    """A store with one change."""
    return Changes()


@pytest.fixture
def pages(store: Changes) -> KeptPages:
    """Nothing is kept yet."""
    return KeptPages(store, lambda: store.now)  # pyright: ignore[reportArgumentType]


def request(path: str = "/a", *, is_kept: bool = True, **headers: str) -> Request[Any, Any, Any]:
    """Make a request of a handler whose pages are kept, or are not."""

    @get("/", opt=KEPT if is_kept else {}, sync_to_thread=False)
    def handler() -> None: ...

    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return RequestFactory().get(path, headers=names, route_handler=handler)


def find(pages: KeptPages, asked: Request[Any, Any, Any]) -> str | None:
    """Return what is kept for a request, with the nonce ``new``."""
    return asyncio.run(pages.find(asked, "new"))


def put(
    pages: KeptPages, asked: Request[Any, Any, Any], body: str = "<b nonce=old>", until: datetime = NOW + MINUTE
) -> None:
    """Ask for a page that is not kept, and keep it."""
    assert find(pages, asked) is None
    pages.keep(asked, body, "old", "user:ann@example.com", until)


def test_same_request_same_page(pages: KeptPages) -> None:
    """With a nonce of its own, however often it is asked for."""
    put(pages, request())
    assert [find(pages, request()) for _ in range(2)] == ["<b nonce=new>"] * 2


@pytest.mark.parametrize(
    "other",
    [
        request("/b"),
        request("/a?x=1"),
        request(cookie="auscult_session=1"),
        request(accept_language="de"),
        request(host="elsewhere"),
        request(is_kept=False),
    ],
)
def test_another_request_another_page(pages: KeptPages, other: Request[Any, Any, Any]) -> None:
    """Path, query, cookies, language, host and handler all count."""
    put(pages, request())
    assert find(pages, other) is None


def test_other_handlers_keep_nothing(pages: KeptPages) -> None:
    """Their pages are made every time."""
    for _ in range(2):
        put(pages, request(is_kept=False))


def test_ends_with_a_change(pages: KeptPages, store: Changes) -> None:
    """A page that was begun before a change and is kept after it is not sent either."""
    begun = request("/b")
    put(pages, request())
    assert find(pages, begun) is None
    store.n += 1
    assert find(pages, request()) is None
    pages.keep(begun, "before", "old", "user:ann@example.com", NOW + MINUTE)
    assert find(pages, request("/b")) is None
    put(pages, request(), "after")
    assert find(pages, request()) == "after"


def test_ends_with_the_time(pages: KeptPages, store: Changes) -> None:
    """At the instant from which it is outdated."""
    put(pages, request())
    store.now = NOW + MINUTE - timedelta(milliseconds=1)
    assert find(pages, request()) is not None
    store.now = NOW + MINUTE
    assert find(pages, request()) is None


def test_limited_memory(pages: KeptPages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room, those that were kept go."""
    monkeypatch.setattr(kept, "_MOST_CHARACTERS", 100)
    for path in ("/a", "/b", "/c"):
        put(pages, request(path), "x" * 40)
    assert [find(pages, request(path)) is None for path in ("/a", "/b", "/c")] == [True, True, False]


@pytest.mark.parametrize(
    ("since", "until", "ends_at", "outdated"),
    [
        (-MINUTE, None, MINUTE * 60, timedelta(seconds=40)),
        (-MINUTE, timedelta(seconds=5), MINUTE * 60, timedelta(seconds=5)),
        (timedelta(seconds=7), None, MINUTE * 60, timedelta(seconds=7)),
        (-MINUTE, None, timedelta(seconds=3), timedelta(seconds=3)),
    ],
)
def test_outdated_with_the_minute_or_a_right(
    since: timedelta, until: timedelta | None, ends_at: timedelta, outdated: timedelta
) -> None:
    """At the end of the minute, or when a grant ends or begins, or the session ends."""
    user = User(user_id="u-1", account_id="a-1", email="ann@example.com", name="Ann", created_at=NOW)
    session = Session(
        session_id="s-1", user_id="u-1", method="password", created_at=NOW, seen_at=NOW, ends_at=NOW + ends_at
    )
    grant = Grant(
        grant_id="g-1",
        user_id="u-1",
        app_id=None,
        role="analyst",
        since=NOW + since,
        until=None if until is None else NOW + until,
        granted_at=NOW,
    )
    assert outdated_at(Access(user, session, None, [grant], BUILT_IN), NOW) == NOW + outdated


class Result(NamedTuple):
    """A result that was counted from ``n`` conversations."""

    n: int
    counted: int


@pytest.mark.parametrize(("n", "seconds"), [(999, 0), (1_000, 1), (20_000, 20), (1_000_000, 30)])
def test_a_result_is_as_old_as_it_was_costly(n: int, seconds: int, pages: KeptPages, store: Changes) -> None:
    """Counted again once the data changed: after a second for each thousand conversations, and at once of few."""
    counted = iter(range(9))

    def counted_now(key: str = "a") -> int:
        asked = request()
        find(pages, asked)
        return pages.recent(asked, key, lambda: Result(n, next(counted))).counted

    assert (counted_now(), counted_now("b"), counted_now()) == (0, 1, 0)
    store.n += 1
    assert counted_now() == (0 if seconds else 2)
    store.now = NOW + timedelta(seconds=seconds)
    assert counted_now() == 2
    assert pages.recent(request(is_kept=False), "a", lambda: Result(n, 7)).counted == (7 if not seconds else 2)
