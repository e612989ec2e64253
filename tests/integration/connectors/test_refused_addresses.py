"""Connectors at addresses that are none of the internet: refused when they are stored, and when they are run."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auscult.domain.connectors.place import PlaceError
from auscult.domain.connectors.run import Order
from auscult.domain.delivery.addresses import PUBLIC, opened
from auscult.formats import Limits
from auscult.outgoing.dialling import AddressRefusedError
from auscult.services.connectors.connecting import Connectors
from auscult.services.connectors.documents import check_connector
from auscult.storage import Store
from auscult.storage.connectors.places import open_place
from tests.integration.connectors.placing import PASSWORD, S3_SECRETS, TENANT, document, free_port, service

KEY = f"ssh-ed25519 {'A' * 68}"
HOSTS = ["127.0.0.1", "169.254.169.254", "10.0.0.1", "[::1]", "localhost", "127.1"]
PLACES = {
    "s3": ("s3://bucket", "native", S3_SECRETS),
    "az": ("az://container", "native", {"account_key": "a2V5"}),
    "twilio": (f"twilio://GA{'0' * 32}", "twilio", {"account_sid": "a", "auth_token": "b"}),
}


def connectors(store: Store, networks: str = "") -> Connectors:
    """The connectors of an app whose operator has opened networks."""
    store.ensure(TENANT)
    return Connectors(
        store.within(TENANT), Limits(), lambda: datetime.now(UTC), opened(networks) if networks else PUBLIC
    )


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("kind", list(PLACES))
def test_an_endpoint_is_refused_when_it_is_stored(store: Store, kind: str, host: str) -> None:
    """On every way to apply or try a document, with the field and the setting."""
    place, form, secrets = PLACES[kind]
    access = {"endpoint": f"https://{host}/", "account": "a", "region": "x"}
    written = document(place, format=form, access=access)
    for way in (connectors(store).apply, connectors(store).try_document):
        with pytest.raises(AddressRefusedError, match="AUSCULT_OUTGOING_NETWORKS") as refused:
            way(written, secrets)
        assert refused.value.field == "access.endpoint"
    assert store.within(TENANT).connectors.listing() == []


@pytest.mark.parametrize("host", HOSTS)
def test_an_sftp_server_is_refused_when_it_is_stored(store: Store, host: str) -> None:
    """It is named in the place itself."""
    written = document(f"sftp://mia@{host}/calls", access={"host_key": KEY})
    with pytest.raises(AddressRefusedError) as refused:
        connectors(store).apply(written, PASSWORD)
    assert refused.value.field == "place"


@pytest.mark.parametrize("kind", ["s3", "twilio"])
def test_a_stored_connector_is_refused_at_the_connection(store: Store, kind: str) -> None:
    """One of before, or of a network that is closed since: its run fails with the reason, and connects to nothing."""
    place, form, secrets = PLACES[kind]
    written = document(
        place, name=kind, format=form, access={"endpoint": f"http://127.0.0.1:{free_port()}", "region": "x"}
    )
    store.ensure(TENANT)
    service(store.within(TENANT)).apply(written, secrets)
    run = connectors(store, "10.0.0.0/8").run(kind, Order(kind="manual"))
    assert run.state == "failed"
    assert "127.0.0.1 is no address of the internet" in run.error


@pytest.mark.parametrize("endpoint", ["file:///etc/passwd", "https://[", "nothing"])
def test_a_panic_of_the_library_is_an_error_of_the_place(endpoint: str) -> None:
    """Obstore raises one beside ``Exception``; it has a reason like every other failure."""
    pytest.importorskip("obstore")
    app_id, written = TENANT.app_id, document("s3://bucket", access={"region": "x"})
    found = check_connector(written, app_id).connector
    assert found is not None
    planted = replace(found, access=replace(found.access, endpoint=endpoint))
    with pytest.raises(PlaceError, match=r"Panic|cannot be read"):
        list(open_place(planted, S3_SECRETS, PUBLIC).listing())
