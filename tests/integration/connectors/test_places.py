"""Places on real servers: S3 by moto, Azure by azurite, SFTP by asyncssh, a folder; and credentials that expire."""

import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from auscult.domain.connectors.document import Access, Kind
from auscult.domain.connectors.place import AccessRefusedError, ItemError, PlaceError
from auscult.domain.connectors.run import Order
from auscult.domain.delivery.addresses import OPERATOR
from auscult.storage.connectors.places.folder import FolderPlace
from auscult.storage.connectors.places.objects import ObjectPlace
from auscult.storage.connectors.places.sftp import SftpPlace
from auscult.storage.store import AppStore
from tests.http_servers import QuietHandler, listening
from tests.integration.connectors.azure import ACCOUNT, KEY, azurite, delete_blob, put_blobs, sas
from tests.integration.connectors.placing import (
    CREDENTIAL,
    PASSWORD,
    S3_SECRETS,
    document,
    fill,
    moto,
    native,
    put,
    service,
    sftp,
    stored,
)

pytest.importorskip("obstore")
MANUAL = Order(kind="manual")
EXPIRED = b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a moto server."""
    with moto() as address:
        yield address


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of an account on azurite."""
    with azurite(tmp_path_factory.mktemp("azurite")) as address:
        yield address


class Objects(NamedTuple):
    """A kind of store, on a server."""

    kind: Kind
    access: Access
    secrets: Mapping[str, str]
    put: Callable[[str, Mapping[str, bytes]], None]
    delete: Callable[[str, str], None]

    def place(self, path: str, secrets: Mapping[str, str] | None = None) -> ObjectPlace:
        """Open a bucket or container, and what is below a prefix."""
        given = self.secrets if secrets is None else secrets
        return ObjectPlace(self.kind, f"{self.kind}://{path}", self.access, given, OPERATOR)


def _delete(address: str, bucket: str, key: str) -> None:
    signed = {"authorization": CREDENTIAL}
    request = urllib.request.Request(f"{address}/{bucket}/{key}", method="DELETE", headers=signed)  # noqa: S310
    urllib.request.urlopen(request).close()  # noqa: S310


@pytest.fixture(params=["s3", "az"])
def objects(request: pytest.FixtureRequest) -> Objects:
    """Each kind of store that has a server here."""
    if request.param == "s3":
        address: str = request.getfixturevalue("s3")
        access = Access(endpoint=address, region="us-east-1")
        return Objects("s3", access, S3_SECRETS, partial(put, address), partial(_delete, address))
    address = request.getfixturevalue("blobs")
    access = Access(endpoint=address, account=ACCOUNT)
    return Objects("az", access, {"account_key": KEY}, partial(put_blobs, address), partial(delete_blob, address))


@pytest.mark.night
def test_objects_are_listed_below_their_prefix_and_read(objects: Objects) -> None:
    """Keys are relative, siblings found, and one that changed or is gone is refused by its etag."""
    objects.put("listed", {"in/a.json": b"1", "in/deep/b.json": b"22", "other/c.json": b"3"})
    place = objects.place("listed/in/")
    found = {each.key: each for each in place.listing()}
    assert {key: each.size for key, each in found.items()} == {"a.json": 1, "deep/b.json": 2}
    assert place.fetch(found["deep/b.json"]) == b"22"
    assert place.read("a.json") == b"1"
    assert place.read("missing.json") is None
    objects.put("listed", {"in/a.json": b"other"})
    with pytest.raises(ItemError, match="changed"):
        place.fetch(found["a.json"])
    objects.delete("listed", "in/deep/b.json")
    with pytest.raises(ItemError, match="gone"):
        place.fetch(found["deep/b.json"])


@pytest.mark.night
def test_a_bucket_that_is_not_there_is_named(objects: Objects) -> None:
    """Nothing else is tried."""
    with pytest.raises(PlaceError, match="the store has no such bucket or container"):
        list(objects.place("nowhere").listing())


@pytest.mark.landing
def test_azure_is_read_by_key_and_by_token(blobs: str, app: AppStore) -> None:
    """End to end with the key of an account and with a token it signed; others are refused as credentials, in one line."""
    container = f"calls-{uuid.uuid4().hex}"
    put_blobs(blobs, container, {f"in/{number:05}.json": native(f"call-{number}") for number in range(12)})
    place, access = f"az://{container}/in", {"endpoint": blobs, "account": ACCOUNT}
    connectors = service(app)
    connectors.apply(document(place, access=access), {"account_key": KEY})
    assert connectors.check("inbox").counts.new == 10
    assert connectors.run("inbox", MANUAL).counts.new == 12
    put_blobs(blobs, container, {"in/more.json": native("call-12"), "in/00000.json": native("call-0", language="de")})
    connectors.apply(document(place, access=access), {"sas_token": sas("rl")})
    run = connectors.run("inbox", MANUAL)
    assert (run.counts.known, run.counts.new, run.counts.changed) == (11, 1, 1)
    wrong = ({"account_key": "d3Jvbmc="}, {"account_key": "words"}, {"sas_token": sas("rl", -timedelta(hours=1))})
    for secrets in (*wrong, {"sas_token": sas("c")}):
        connectors.apply(document(place, access=access), secrets)
        refused = connectors.run("inbox", MANUAL)
        assert (refused.state, refused.counts.listed) == ("failed", 0)
        assert refused.error.startswith("the store refuses the credentials: ")
        assert "\n" not in refused.error
    assert len(stored(app)) == 13


@contextmanager
def expiring(address: str, after: int) -> Iterator[tuple[str, list[int]]]:
    """Yield the address of a door before a server that refuses the credentials after some objects, as S3 does.

    The list holds what is left; to replace the credentials is to raise it.
    """
    left = [after]

    class Door(QuietHandler):
        def do_GET(self) -> None:
            is_object = "list-type" not in self.path
            left[0] -= is_object
            if is_object and left[0] < 0:
                self._answer(400, EXPIRED, {})
                return
            try:
                request = urllib.request.Request(address + self.path, headers={"authorization": CREDENTIAL})  # noqa: S310
                with urllib.request.urlopen(request) as answer:  # noqa: S310
                    self._answer(200, answer.read(), dict(answer.headers))
            except urllib.error.HTTPError as error:
                self._answer(error.code, error.read(), {})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            kept = {"etag", "last-modified", "content-type"}
            self.reply(status, body, {name: value for name, value in headers.items() if name.lower() in kept})

    with listening(Door) as url:
        yield url, left


@pytest.mark.night
def test_credentials_that_expire_in_the_middle(s3: str, app: AppStore) -> None:
    """What was read stays, the run ends with the reason, and with new credentials the next reads the rest."""
    put(s3, "expiring", {f"{number:05}.json": native(f"call-{number}") for number in range(20)})
    connectors = service(app)
    with expiring(s3, after=8) as (address, left):
        access = {"endpoint": address, "region": "us-east-1"}
        connectors.apply(document("s3://expiring", access=access, rate={"at_once": 1}), S3_SECRETS)
        run = connectors.run("inbox", MANUAL)
        assert run.state == "failed"
        assert "refuses the credentials: ExpiredToken: The provided token has expired." in run.error
        assert run.counts.new == 8 == len(stored(app))
        left[0] = 1_000
        connectors.apply(document("s3://expiring", access=access), {**S3_SECRETS, "session_token": "new"})
        run = connectors.run("inbox", MANUAL)
        assert (run.state, run.counts.known, run.counts.new) == ("done", 8, 12)
    assert len(stored(app)) == 20
    standing = app.connectors.get("inbox")
    assert (standing.version, standing.secrets) == (2, ("access_key_id", "secret_access_key", "session_token"))


@pytest.mark.landing
def test_sftp_is_read_with_a_password_and_a_known_key(app: AppStore, tmp_path: Path) -> None:
    """End to end; a wrong password and another server are refused with what would be right."""
    pytest.importorskip("asyncssh")
    fill(tmp_path / "calls" / "2026", 12)
    with sftp(tmp_path) as (place, host_key):
        connectors = service(app)
        connectors.apply(document(place, access={"host_key": host_key}), PASSWORD, OPERATOR)
        assert connectors.check("inbox").counts.new == 10
        assert connectors.run("inbox", MANUAL).counts.new == 12
        fill(tmp_path / "calls" / "2026", 1, start=12)
        assert connectors.run("inbox", MANUAL).counts.new == 1
        assert connectors.run("inbox", MANUAL).counts.known == 13
        connectors.apply(document(place, access={"host_key": host_key}), {"password": "wrong"})
        assert "refuses the credentials" in connectors.check("inbox").access
        with pytest.raises(AccessRefusedError, match="give the server's public key"):
            SftpPlace(place, Access(host_key=f"ssh-ed25519 {'A' * 68}"), PASSWORD, OPERATOR)
        reader = SftpPlace(place, Access(host_key=host_key), PASSWORD, OPERATOR)
        (first, *_) = reader.listing()
        (tmp_path / "calls" / first.key).write_bytes(b"other")
        with pytest.raises(ItemError, match="changed"):
            reader.fetch(first)
        assert reader.read("missing.json") is None
        reader.close()
    to = app.connectors.destination("inbox")
    assert to is not None
    assert app.connectors.secrets("inbox", to) == {"password": "wrong"}


def test_a_folder_shows_nothing_outside_of_it(tmp_path: Path) -> None:
    """Neither through a link nor through a path."""
    (tmp_path / "secret.json").write_bytes(b"secret")
    folder = tmp_path / "in"
    fill(folder, 1)
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    place = FolderPlace(str(folder))
    assert [found.key for found in place.listing()] == ["00000.json"]
    with pytest.raises(ItemError, match="outside"):
        place.read("../secret.json")
    with pytest.raises(PlaceError, match="there is no folder"):
        FolderPlace(str(folder / "none"))
