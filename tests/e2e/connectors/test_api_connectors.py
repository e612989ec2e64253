"""Our own API over connectors: applied, tried, run by a worker, paused, and what each run read and refused."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from auscult import bootstrap
from auscult.bootstrap.scheduling import run_connectors
from auscult.config import Settings
from auscult.domain.delivery.destinations import Destination
from auscult.domain.tenancy import Tenant
from tests.databases import Place
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service, listening
from tests.integration.connectors.placing import PASSWORD, S3_SECRETS, document, fill
from tests.waiting import PATIENCE_S


@pytest.fixture(scope="module")
def service(place: Place) -> Iterator[Service]:
    """A server that may read one folder, over each kind of database."""
    (place.folder / "open").mkdir()
    state, folders = str(place.folder), str(place.folder / "open")
    with (
        bootstrap.open(Settings(database_url=place.url, state_dir=state, connector_folders=folders)) as application,
        listening(application.server_app()) as address,
        httpx.Client(timeout=PATIENCE_S) as http,
    ):
        yield Service(address, application, http)


def tenant_of(name: str, account: str = TENANT.account_id) -> Tenant:
    """An app of the test's own."""
    return msgspec.structs.replace(TENANT, app_id=f"st-{name}", account_id=account)


def own_of(service: Service, name: str, *scopes: str, account: str = TENANT.account_id) -> Own:
    """Ask as a client of an app of its own."""
    tenant = tenant_of(name, account)
    service.store.ensure(tenant)
    return Own(service, service.new_client(*scopes or ("connectors:write",), tenant=tenant))


def opened(service: Service) -> Path:
    """The folder that connectors may read."""
    return Path(str(service.application.settings.connector_folders))


def body(written: bytes, **more: Any) -> bytes:
    """The body that applies a document."""
    return msgspec.json.encode({"document": written.decode(), **more})


def test_a_connector_from_its_document_to_its_removal(service: Service) -> None:
    """Applied, listed, tried, run by a worker, and what was read and refused; removed, it is unknown."""
    folder = opened(service) / "life"
    fill(folder, 2)
    (folder / "bad.json").write_bytes(b"{")
    own = own_of(service, "life")
    written = document(f"folder:{folder}", every="15m")
    applied = own.ask("POST", "/connectors", body(written))
    assert (applied.status_code, applied.json()["version"]) == (200, 1)
    assert own.ask("POST", "/connectors", body(written)).json() == applied.json()
    tried = own.ask("POST", "/connectors/inbox/check").json()
    assert [tried[key] for key in ("access", "path", "format")] == ["ok", "ok", "ok"]
    assert (len(tried["mapped"]), [row["key"] for row in tried["refused"]]) == (2, ["bad.json"])
    ordered = own.ask("POST", "/connectors/inbox/run")
    assert (ordered.status_code, ordered.json()["ordered"]["kind"]) == (202, "manual")
    run_connectors(service.store, service.application.settings)
    (run,) = own.ask("GET", "/connectors/inbox/runs").json()["items"]
    assert (run["state"], run["order"]["by"], run["counts"]["new"]) == ("done", own.client.client_id, 2)
    (refusal,) = own.ask("GET", f"/connectors/inbox/refusals?run={run['number']}").json()["items"]
    assert refusal["key"] == "bad.json"
    (listed,) = own.ask("GET", "/connectors").json()["items"]
    assert (listed["ordered"], listed["last"]) == (None, run)
    shown = own.ask("GET", "/connectors/inbox").json()
    assert (shown["document"], shown["items"], shown["unknown"]) == (written.decode(), 3, {})
    assert own.ask("DELETE", "/connectors/inbox").status_code == 204
    problem(own.ask("GET", "/connectors/inbox"), 404, "connector.unknown")
    assert own.ask("GET", "/connectors").json() == {"items": []}


def test_a_pause_and_a_back_fill(service: Service) -> None:
    """Paused, nothing runs; resumed, a range is read once more where that is asked for."""
    folder = opened(service) / "pause"
    fill(folder, 2)
    own = own_of(service, "pause")
    own.ask("POST", "/connectors", body(document(f"folder:{folder}")))
    assert own.ask("POST", "/connectors/inbox/pause").status_code == 204
    problem(own.ask("POST", "/connectors/inbox/run"), 409, "connector.paused")
    wanted = msgspec.json.encode({"prefix": "00001", "again": True})
    problem(own.ask("POST", "/connectors/inbox/backfill", wanted), 409, "connector.paused")
    assert own.ask("POST", "/connectors/inbox/resume").status_code == 204
    assert own.ask("POST", "/connectors/inbox/backfill", wanted).status_code == 202
    run_connectors(service.store, service.application.settings)
    (run,) = own.ask("GET", "/connectors/inbox/runs").json()["items"]
    assert (run["order"]["kind"], run["counts"]["new"], run["counts"]["left_out"]) == ("backfill", 1, 1)


def test_what_the_api_refuses(service: Service, tmp_path: Path) -> None:
    """Faults with their lines, other folders, places without credentials of their own, and clients who only read."""
    own = own_of(service, "refused")
    found = problem(own.ask("POST", "/connectors", body(b"name: inbox\nplace: ftp://x\n")), 422, "connector.invalid")
    assert {"place"} == {each["field"] for each in found["errors"]}
    for place in (f"folder:{tmp_path}", f"folder:{opened(service)}/../..", "s3://calls"):
        answer = own.ask("POST", "/connectors", body(document(place)))
        problem(answer, 422, "connector.place_not_allowed")
    assert own.ask("GET", "/connectors").json() == {"items": []}
    stored = own.ask("POST", "/connectors", body(document("s3://calls", name="calls"), secrets=S3_SECRETS))
    assert stored.status_code == 200
    (listed,) = own.ask("GET", "/connectors").json()["items"]
    assert listed["secrets"] == ["access_key_id", "secret_access_key"]
    reader = own_of(service, "refused", "connectors:read")
    assert reader.ask("GET", "/connectors/calls").status_code == 200
    assert reader.ask("POST", "/connectors/calls/run").status_code == 403
    problem(own.ask("POST", "/connectors/none/check"), 404, "connector.unknown")


FILE = {"endpoint": "file:///etc/passwd", "region": "x"}


@pytest.mark.parametrize(
    "endpoint", ["file:///etc/passwd", "https://a@b.example", "https://b.example/x?y", "https://b.example:0", "//b"]
)
def test_an_endpoint_is_an_address_of_a_server_alone(service: Service, endpoint: str) -> None:
    """Nothing else passes the door, whose answer names the key and what would be right."""
    own = own_of(service, "endpoints")
    written = document("s3://calls", access={**FILE, "endpoint": endpoint})
    found = problem(own.ask("POST", "/connectors", body(written, secrets=S3_SECRETS)), 422, "connector.invalid")
    (fault,) = found["errors"]
    assert fault["field"] == "access.endpoint"
    assert "must be https://host or https://host:port" in fault["reason"]


def test_http_leads_to_opened_networks_alone(service: Service) -> None:
    """Here none is opened, so that not even a name is accepted."""
    own = own_of(service, "plain")
    for host in ("minio.example", "198.41.0.4"):
        written = document("s3://calls", access={"endpoint": f"http://{host}:9000"})
        problem(own.ask("POST", "/connectors", body(written, secrets=S3_SECRETS)), 422, "address.not_allowed")


@pytest.mark.parametrize("part", [{"region": "evil.example/"}, {"account": "evil.example#"}])
def test_no_part_of_a_document_ends_the_host(service: Service, part: dict[str, str]) -> None:
    """Region and account become parts of the host that a library connects to."""
    own = own_of(service, "parts")
    found = problem(own.ask("POST", "/connectors", body(document("s3://calls", access=part))), 422, "connector.invalid")
    assert [each["field"] for each in found["errors"]] == [f"access.{next(iter(part))}"]


def test_two_connectors_of_one_account_end_no_run_of_another(service: Service) -> None:
    """As it was done: both every minute, at a file. They are planted, as the door refuses them now."""
    attacker, victim = own_of(service, "attack", account="ac-7"), own_of(service, "wronged")
    planted = service.store.within(tenant_of("attack", "ac-7"))
    for name in ("one", "two"):
        planted.definitions.publish("connector", name, document("s3://calls", name=name, every="1m", access=FILE))
        planted.connectors.apply(name, S3_SECRETS, datetime(2026, 1, 1, tzinfo=UTC), to=Destination("s3"))
    fill(opened(service) / "wronged", 1)
    victim.ask("POST", "/connectors", body(document(f"folder:{opened(service) / 'wronged'}", every="1m")))
    victim.ask("POST", "/connectors/inbox/run")
    problem(attacker.ask("POST", "/connectors/one/check"), 422, "connector.invalid")
    for _ in range(2):
        run_connectors(service.store, service.application.settings)
    (run,) = victim.ask("GET", "/connectors/inbox/runs").json()["items"]
    assert (run["state"], run["counts"]["new"]) == ("done", 1)
    for name in ("one", "two"):
        (failed,) = attacker.ask("GET", f"/connectors/{name}/runs").json()["items"]
        assert failed["state"] == "failed"
        assert "access.endpoint" in failed["error"]


def test_stored_secrets_go_to_no_other_server(service: Service) -> None:
    """As it was done: another SFTP host without secrets, then `check`. Nothing is stored, nothing is sent, both are logged."""
    own = own_of(service, "stolen")
    access = {"host_key": f"ssh-ed25519 {'A' * 68}"}
    written = document("sftp://mia@archive.example/calls", access=access)
    assert own.ask("POST", "/connectors", body(written, secrets=PASSWORD)).status_code == 200
    moved = document("sftp://mia@evil.example/calls", access=access)
    refused = problem(own.ask("POST", "/connectors", body(moved)), 422, "secret.bound")
    assert "the stored secrets (password) are for sftp://mia@archive.example:22" in refused["detail"]
    assert own.ask("GET", "/connectors/inbox").json()["document"] == written.decode()
    assert own.ask("POST", "/connectors", body(moved, secrets={"password": "another"})).status_code == 200
    entries = list(service.store.within(tenant_of("stolen")).log.entries())
    hosts = {"after": "evil.example:22", "before": "archive.example:22"}
    given = {number: {"version": number, "secrets": ["password"]} for number in (1, 2)}
    assert {each.principal for each in entries} == {f"client:{own.client.client_id}"}
    assert [(each.action.partition(".")[2], msgspec.json.decode(each.details or "")) for each in entries] == [
        ("applied", given[1]),
        ("secrets_refused", hosts),
        ("applied", given[2]),
        ("destination_changed", hosts),
    ]
