"""APIs pulled through the whole of a connector, against servers that answer as their documentation says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auscult.domain.connectors.run import Order, Run
from auscult.domain.errors import ConnectorError
from auscult.services.connectors import connecting
from auscult.storage import Store, new_secret_key, open_store
from auscult.storage.connectors.apis import asking, genesys
from auscult.storage.store import AppStore
from tests.databases import database
from tests.integration.connectors import contact_centers
from tests.integration.connectors.placing import document, service, stored
from tests.integration.connectors.scripting import AT_A_TIME, Scripted, answering
from tests.integration.connectors.vendors import VENDORS, Vendor

MANUAL = Order(kind="manual")
RECENT = (contact_centers.NOON - timedelta(days=5)).isoformat()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An empty store on SQLite alone: which database keeps what was pulled makes no difference to an API."""
    with database("sqlite", "", tmp_path_factory.mktemp("apis")) as url:
        store = open_store(url, new_secret_key())
        yield store
        store.close()


@pytest.fixture(params=VENDORS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each API."""
    monkeypatch.setattr(genesys, "_PAGE", AT_A_TIME)
    return request.param


@pytest.fixture
def vendor(kind: str) -> Vendor:
    """What is particular about it."""
    return VENDORS[kind]


@pytest.fixture
def api(vendor: Vendor) -> Iterator[Scripted]:
    """A server of it with five conversations."""
    api = vendor.filled()
    with answering(api):
        yield api


def applied(app: AppStore, api: Scripted, vendor: Vendor, secrets: dict[str, str] | None = None, **more: Any) -> None:
    """Put a connector in force that reads the API; one that answers spans of time is asked for the last week."""
    given: dict[str, Any] = {"access": {"endpoint": api.address}, "format": vendor.format, "rate": {"at_once": 2}}
    given |= {"since": RECENT} if vendor.is_windowed else {}
    service(app).apply(document(vendor.place, **given | more), dict(vendor.secrets) if secrets is None else secrets)


def ran(app: AppStore, order: Order = MANUAL) -> Run:
    """Run the connector."""
    return service(app).run("inbox", order)


def test_pages_are_read_to_the_end_and_once(app: AppStore, api: Scripted, vendor: Vendor) -> None:
    """Every page of the listing and of each item; again, nothing is read; what changed is read as a revision."""
    applied(app, api, vendor)
    run = ran(app)
    assert (run.state, run.error) == ("done", "")
    assert (run.counts.listed, run.counts.new, run.counts.refused) == (5, 5, 0)
    assert len(stored(app)) == 5
    assert {len(one.turns) for one, _ in app.erasure.all()} == {5}
    again = ran(app)
    assert (again.counts.known, again.counts.read) == (5, 0)
    vendor.change(api)
    third = ran(app)
    assert (third.counts.read, third.counts.changed, third.counts.new) == (1, 1, 0)
    assert sorted(len(one.turns) for one, _ in app.erasure.all()) == [5, 5, 5, 5, 6]


def test_a_run_asks_from_a_day_before_the_last_whole_one(app: AppStore, api: Scripted, vendor: Vendor) -> None:
    """The first run asks for everything; a later one from a day before the last that was whole; a range for itself."""
    applied(app, api, vendor)
    first = ran(app)
    since = first.started_at - connecting.OVERLAP
    assert first.counts.new == 5
    assert not any(vendor.since(since) in each for each in api.asked)
    api.asked.clear()
    ran(app)
    assert any(vendor.since(since) in each for each in api.asked)
    api.asked.clear()
    earlier = since - timedelta(days=20)
    ran(app, Order(kind="backfill", since=earlier, is_repeated=True))
    assert any(vendor.since(earlier) in each for each in api.asked)
    assert vendor.is_windowed or not any(vendor.since(since) in each for each in api.asked)


def test_a_busy_api_is_asked_again_when_it_says(
    app: AppStore, api: Scripted, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429 and faults of the server are waited for, and nothing is lost or read twice."""
    waits: list[float] = []
    monkeypatch.setattr(asking.Api.__init__, "__defaults__", (waits.append,))
    api.instead = [(429, {"retry-after": "17"}), (503, {}), (429, {"retry-after": "0"})]
    applied(app, api, vendor)
    run = ran(app)
    assert (run.state, run.counts.new) == ("done", 5)
    assert waits[0] == 17.0
    assert len(waits) == 3
    assert all(0 < each <= 10 for each in waits[1:])


def test_an_api_that_stays_busy_ends_the_run(
    app: AppStore, api: Scripted, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its reason; one that wants to be left alone for longer than a run waits ends it at once."""
    waits: list[float] = []
    monkeypatch.setattr(asking.Api.__init__, "__defaults__", (waits.append,))
    applied(app, api, vendor)
    api.instead = [(429, {})] * asking.TRIES
    run = ran(app)
    assert (run.state, run.counts.new) == ("failed", 0)
    assert run.error == "the API limits the rate of requests; 6 requests were made"
    api.instead = [(429, {"retry-after": "3600"})]
    assert ran(app).error == "the API limits the rate of requests; 1 requests were made"
    assert len(waits) == asking.TRIES - 1
    assert ran(app).counts.new == 5


def test_an_expired_page_token_begins_the_listing_again(app: AppStore, api: Scripted, vendor: Vendor) -> None:
    """What was listed before is passed over; a token that never works ends the run with what was read before."""
    token = vendor.token
    api.expired[token] = 1
    applied(app, api, vendor)
    run = ran(app)
    assert (run.state, run.counts.listed, run.counts.new) == ("done", 5, 5)
    vendor.change(api)
    api.expired[token] = 100
    broken = ran(app)
    assert broken.state == "failed"
    assert "the API answers 4" in broken.error
    assert len(api.asked) < 100


def test_refused_credentials_and_what_is_gone(app: AppStore, api: Scripted, vendor: Vendor) -> None:
    """The reason names the credentials; an item that is gone when it is fetched is postponed, the others are read."""
    wrong = dict.fromkeys(vendor.secrets, "wrong")
    applied(app, api, vendor, wrong)
    assert "refuses the credentials: 401" in ran(app).error
    assert service(app).check("inbox").access.startswith("the API refuses the credentials")
    with pytest.raises(ConnectorError, match="missing secrets: "):
        applied(app, api, vendor, {})
    applied(app, api, vendor)
    gone = next(iter(api.records))
    listed = api.records[gone]
    del api.records[gone]
    api.records = {"listed only": listed, **api.records}
    run = ran(app)
    assert (run.state, run.counts.new, run.counts.postponed) == ("done", 4, 1)
    assert "404" in run.postponed[0]


def test_other_addresses_are_not_followed(app: AppStore, api: Scripted, vendor: Vendor) -> None:
    """Credentials go to the API alone: not over plain HTTP to another host, and not where an answer leads to."""
    applied(app, api, vendor, access={"endpoint": "http://api.example.com"})
    assert "must be https" in ran(app).error
    applied(app, api, vendor)
    real, api.address = api.address, "http://127.0.0.1:9"
    run = ran(app)
    api.address = real
    assert (run.state == "failed") is vendor.is_leading
    assert ("leads to another address" in run.error) is vendor.is_leading


def test_the_check_shows_rows(app: AppStore, api: Scripted, vendor: Vendor) -> None:
    """Access, path and format are well, and the first conversations are there; nothing is stored."""
    applied(app, api, vendor)
    found = service(app).check("inbox")
    assert (found.access, found.path, found.format, len(found.mapped)) == ("ok", "ok", "ok", 5)
    assert stored(app) == set()


@pytest.mark.parametrize("kind", ["zoom", "genesys"])
def test_a_login_that_expires_in_the_middle(app: AppStore, api: Scripted, vendor: Vendor) -> None:
    """A new token is asked for, and the run goes on; what was asked with the old one is asked again."""
    assert isinstance(api, contact_centers.WithLogin)
    api.lasts = 4
    applied(app, api, vendor, rate={"at_once": 1})
    run = ran(app)
    assert (run.state, run.counts.new) == ("done", 5)
    assert api.given > 2


@pytest.mark.parametrize("kind", ["genesys"])
def test_a_transcript_that_is_late_is_waited_for(app: AppStore, api: Scripted, vendor: Vendor) -> None:
    """For a day after the end of the conversation; after that, the conversation is refused."""
    late, never = list(api.records)[:2]
    now = contact_centers.NOON + timedelta(days=2)
    api.records[late] = api.records[late] | {"conversationEnd": now.isoformat()}
    api.said[late] = api.said[never] = []
    applied(app, api, vendor)
    run = ran(app)
    assert (run.counts.new, run.counts.refused, run.counts.postponed) == (3, 1, 1)
    assert "no transcript yet" in run.postponed[0]
    api.said[late] = vendor.said(2)
    run = ran(app)
    assert (run.counts.new, run.counts.refused, run.counts.postponed) == (1, 0, 0)


@pytest.mark.parametrize("kind", ["intercom", "zoom"])
def test_times_of_limits_are_kept_as_each_api_writes_them(
    app: AppStore, api: Scripted, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Intercom names a Unix time under a name of its own, Zoom a date in ISO 8601."""
    waits: list[float] = []
    monkeypatch.setattr(asking.Api.__init__, "__defaults__", (waits.append,))
    at = datetime.now(UTC) + timedelta(seconds=60)
    name, value = (
        ("x-ratelimit-reset", str(int(at.timestamp())))
        if vendor.format == "intercom"
        else ("retry-after", at.isoformat())
    )
    api.instead = [(429, {name: value})]
    applied(app, api, vendor)
    assert ran(app).counts.new == 5
    assert [round(each / 60) for each in waits] == [1]
