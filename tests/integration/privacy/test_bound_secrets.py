"""Stored secrets go where they were given for, and nowhere else: every one of the product, and every change of its place."""

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from auscult.domain.change import Webhook, new_webhook_id, new_webhook_secret
from auscult.domain.connectors.document import SECRETS, Kind
from auscult.domain.connectors.run import Order
from auscult.domain.delivery.destinations import SecretBoundError
from auscult.services.connectors import connecting
from auscult.storage import new_secret_key, open_store
from auscult.storage.core.database import Database
from auscult.storage.core.tables.connectors import connectors
from auscult.storage.core.tables.delivery import webhooks
from auscult.storage.delivery.webhooks import WebhookWork
from auscult.storage.store import AppStore
from auscult.storage.upkeep import rotation
from tests.contract.storing import conversation, put
from tests.data_files import data_of
from tests.databases import KEY, database
from tests.integration.connectors.placing import PASSWORD, TENANT, document, service
from tests.waiting import existing

HOST_KEY = {"host_key": f"ssh-ed25519 {'A' * 68}"}
SID = "twilio://GA" + "0" * 31
Place = tuple[str, dict[str, str]]
MOVES: dict[str, tuple[Place, Place]] = {
    "sftp host": (("sftp://mia@a.example/x", HOST_KEY), ("sftp://mia@b.example/x", HOST_KEY)),
    "sftp user": (("sftp://mia@a.example/x", HOST_KEY), ("sftp://bob@a.example/x", HOST_KEY)),
    "sftp port": (("sftp://mia@a.example/x", HOST_KEY), ("sftp://mia@a.example:23/x", HOST_KEY)),
    "s3 endpoint": (("s3://calls", {}), ("s3://calls", {"endpoint": "https://b.example"})),
    "s3 port": (
        ("s3://calls", {"endpoint": "https://b.example"}),
        ("s3://calls", {"endpoint": "https://b.example:444"}),
    ),
    "s3 to http": (("s3://calls", {"endpoint": "https://b.example"}), ("s3://calls", {"endpoint": "http://b.example"})),
    "s3 kind": (("s3://calls", {"endpoint": "https://b.example"}), ("gs://calls", {"endpoint": "https://b.example"})),
    "gs endpoint": (("gs://calls", {}), ("gs://calls", {"endpoint": "https://b.example"})),
    "az account": (("az://calls", {"account": "one"}), ("az://calls", {"account": "two"})),
    "zendesk account": (("zendesk://acme", {}), ("zendesk://evil", {})),
    "zendesk endpoint": (("zendesk://acme", {}), ("zendesk://acme", {"endpoint": "https://b.example"})),
    "twilio account": ((f"{SID}0", {}), (f"{SID}1", {})),
    "intercom region": (("intercom://eu", {}), ("intercom://us", {})),
    "zoom account": (("zoom://one", {}), ("zoom://two", {})),
    "genesys domain": (("genesys://mypurecloud.de", {}), ("genesys://evil.example", {})),
}
"""Changes of each part of a destination: the place and the access before, and after."""
FORMATS = data_of(__file__, "formats")

BOUND = {"connectors.secrets", "webhooks.secret"}
"""Columns of secrets that go to an address which is stored apart from them."""
UNMOVED = data_of(__file__, "unmoved")
"""Other columns with something secret, each with the reason why no change of an address can lead it elsewhere."""
DOORS = data_of(__file__, "doors")
"""Operations whose request has a secret or an address in it."""


def secrets_of(place: str) -> dict[str, str]:
    """Secrets that suffice for a kind of place."""
    kind: Any = place.partition(":")[0]
    return dict.fromkeys(SECRETS[kind], "words") if kind != "sftp" else PASSWORD


def written(name: str, place: Place, **more: Any) -> bytes:
    """A document at a place."""
    kind = place[0].partition(":")[0]
    return document(place[0], name, format=FORMATS.get(kind, "native"), access=place[1], **more)


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is opened fails the test."""

    def opened(*_: object) -> None:
        raise AssertionError("a place was opened")

    monkeypatch.setattr(connecting, "open_place", opened)


def test_every_stored_secret_is_bound_or_has_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The tables here are those of the code: what a new key locks again, and what requests bring in."""
    columns: set[str] = {"schedules.body", "live_events.body", "kept_keys.locked"}
    monkeypatch.setattr(rotation, "_column", lambda _database, _table, column, _locks: columns.add(str(column)) or ())
    with database("sqlite", "", tmp_path) as url:
        rotation.rotate(url, new_secret_key(), new_secret_key(), lambda *_: None)
    assert columns == BOUND | set(UNMOVED)
    golden = Path(__file__).parents[2] / "golden" / "openapi.json"
    described = msgspec.json.decode(golden.read_bytes())
    found = {
        operation["operationId"]: body
        for methods in described["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict) and (body := operation.get("requestBody"))
    }
    named = re.compile("secret|password|credential|url|address|endpoint|host|source")
    assert {name for name, body in found.items() if any(map(named.search, _fields(described, body, ())))} == set(DOORS)


def _fields(described: Any, part: Any, seen: tuple[str, ...]) -> set[str]:
    """Return the names of all fields below a part of a description."""
    if isinstance(part, list):
        return set().union(*(_fields(described, each, seen) for each in part))
    if not isinstance(part, dict):
        return set()
    if isinstance(name := part.get("$ref"), str):
        schema = described["components"]["schemas"][name.rpartition("/")[2]]
        return set() if name in seen else _fields(described, schema, (*seen, name))
    inner = {key: value for key, value in part.items() if key not in ("examples", "example")}
    named = set(part["properties"]) if isinstance(part.get("properties"), dict) else set()
    return named.union(*(_fields(described, each, seen) for each in inner.values()))


def test_every_kind_of_place_with_secrets_is_moved_here() -> None:
    """A new kind has a row."""
    assert {name.partition(" ")[0] for name in MOVES} == {each for each in get_args(Kind) if SECRETS[each]}


@pytest.mark.usefixtures("unreachable")
@pytest.mark.parametrize("name", MOVES)
def test_secrets_are_asked_for_again_where_the_place_changes(one: tuple[AppStore, Database], name: str) -> None:
    """On every way to apply or to try a document, with the names and both places; nothing is stored or opened."""
    (before, after), its = MOVES[name], service(one[0])
    given = secrets_of(before[0])
    its.apply(written("inbox", before), given)
    for way in (its.apply, its.try_document, its.try_place):
        with pytest.raises(SecretBoundError, match=re.escape(", ".join(sorted(given)))) as refused:
            way(written("inbox", after), None)
        assert refused.value.field == "secrets"
        assert "words" not in refused.value.message
    assert one[0].connectors.get("inbox").version == 1
    its.apply(written("inbox", before, every="1h", include=["*.json"]), None)
    its.apply(written("inbox", after), secrets_of(after[0]))
    with pytest.raises(SecretBoundError):
        its.apply(written("inbox", before), None)


def test_nothing_is_sent_where_the_document_was_changed_in_the_database(one: tuple[AppStore, Database]) -> None:
    """The run fails with the reason, `check` refuses, and the other server has no connection."""
    app, _ = one
    its = service(app)
    its.apply(written("inbox", ("sftp://mia@a.example/x", HOST_KEY)), PASSWORD)
    with socket.create_server(("127.0.0.1", 0)) as evil:
        evil.settimeout(0.2)
        place = f"sftp://mia@127.0.0.1:{evil.getsockname()[1]}/x"
        app.definitions.publish("connector", "inbox", written("inbox", (place, HOST_KEY)))
        run = its.run("inbox", Order(kind="manual"))
        with pytest.raises(SecretBoundError):
            its.check("inbox")
        with pytest.raises(TimeoutError):
            evil.accept()
    assert run.state == "failed"
    assert "the stored secrets (password) are for sftp://mia@a.example:22" in run.error


@pytest.fixture
def one(tmp_path: Path) -> Iterator[tuple[AppStore, Database]]:
    """An app of a store with the key of tests, and its database."""
    with database("sqlite", "", tmp_path) as url:
        store, base = open_store(url, KEY), Database(url)
        store.ensure(TENANT)
        yield store.within(TENANT), base
        base.close()
        store.close()


def test_secrets_of_an_earlier_version_are_for_the_place_in_force(one: tuple[AppStore, Database]) -> None:
    """They were stored without their place."""
    app, base = one
    its = service(app)
    its.apply(written("inbox", ("sftp://mia@a.example/x", HOST_KEY)), PASSWORD)
    with base.writing() as connection:
        locked = Fernet(KEY).encrypt(msgspec.json.encode(PASSWORD))
        connection.execute(sa.update(connectors).values(secrets=locked))
    with pytest.raises(SecretBoundError):
        its.apply(written("inbox", ("sftp://mia@b.example/x", HOST_KEY)), None)
    its.apply(written("inbox", ("sftp://mia@a.example/y", HOST_KEY)), None)
    assert its.stored("inbox", its.get("inbox")) == (("password",), "")


def test_a_webhook_whose_address_was_changed_in_the_database_is_not_sent_to(one: tuple[AppStore, Database]) -> None:
    """No operation changes one: its secret opens for the server that it was made for."""
    app, base = one
    secret = new_webhook_secret()
    app.webhooks.add(
        Webhook(
            id=new_webhook_id(),
            url="https://a.example/hook",
            secret=secret,
            kinds=frozenset({"created"}),
            position=0,
            created_at=datetime(2026, 3, 23, tzinfo=UTC),
        )
    )
    put(app, conversation("c-1"))
    work = WebhookWork(base, KEY)
    assert existing(work.claim(0)).webhook.secret == secret
    with base.writing() as connection:
        connection.execute(sa.update(webhooks).values(url="https://b.example/hook"))
    with pytest.raises(SecretBoundError, match=re.escape("https://a.example:443")):
        work.claim(0)
