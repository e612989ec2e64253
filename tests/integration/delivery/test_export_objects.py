"""``auscult export`` into a store of objects, on a real server of S3's protocol: by day, killed, continued, rewritten."""

import json
import signal
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from msgspec.structs import replace

from auscult.domain.assist.assistance import Assist
from auscult.domain.conversation import Conversation
from auscult.storage import Store
from tests.golden.storing import TENANT, process
from tests.integration.connectors.azure import ACCOUNT, KEY, azurite, put_blobs
from tests.integration.connectors.placing import moto, put
from tests.integration.program import AUSCULT, auscult, environment

pytest.importorskip("obstore")
pytest.importorskip("moto")
pytestmark = pytest.mark.night

BUCKET = "warehouse"
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 12


@pytest.fixture(scope="module")
def access() -> Iterator[dict[str, str]]:
    """The settings that lead to a server with an empty bucket."""
    with moto() as address:
        put(address, BUCKET, {})
        yield {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": address,
            "AWS_ALLOW_HTTP": "true",
        }


def conversations(count: int) -> list[Conversation]:
    """Spread over the days."""
    step = timedelta(days=DAYS) / count
    return [
        Conversation(id=f"c-{n}", channel="chat", direction="inbound", started_at=SINCE + n * step, assist=Assist())
        for n in range(count)
    ]


def fetched(access: Mapping[str, str], prefix: str, folder: Path) -> Path:
    """Copy everything below a prefix into a folder."""
    from obstore.store import S3Store  # noqa: PLC0415  (an extra)

    config: Any = {name.removeprefix("AWS_").lower(): value for name, value in access.items()}
    config = {"endpoint" if name == "endpoint_url" else name: value for name, value in config.items()}
    config.pop("allow_http")
    store = S3Store(BUCKET, prefix=prefix, config=config, client_options={"allow_http": True})
    for page in store.list():
        for each in page:
            path = folder / each["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(store.get(each["path"]).bytes().to_bytes())
    return folder


def files(folder: Path) -> dict[str, Any]:
    """The rows of each day's file."""
    found = sorted(folder.glob("conversations/*/rows.parquet"))
    return {path.parent.name: pyarrow.parquet.read_table(path).to_pylist() for path in found}


def words(target: str, database_url: str) -> tuple[str, ...]:
    """The command that exports everything."""
    return ("export", "conversations", "--app", TENANT.app_id, "--out", target, "--database", database_url, "--json")


def test_killed_continued_and_rewritten(
    access: dict[str, str], store: Store, database_url: str, tmp_path: Path
) -> None:
    """Killed in the middle, whole files alone are there; then each row once, as in a folder; changed days come again."""
    store.ensure(TENANT)
    process(store, conversations(2_400))
    prefix = f"killed-{uuid.uuid4().hex}"
    target = f"s3://{BUCKET}/{prefix}"
    command = [str(AUSCULT), *words(target, database_url)]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(**access), stdout=subprocess.PIPE) as killed:  # noqa: S603
        assert killed.stdout is not None
        for _ in range(4):
            killed.stdout.readline()
        killed.send_signal(signal.SIGKILL)
    begun = files(fetched(access, prefix, tmp_path / "begun"))
    assert 4 <= len(begun) < DAYS
    assert all(len(rows) == 200 for rows in begun.values())
    again = auscult(tmp_path, *words(target, database_url), settings=access)
    assert again.status == 0, again.err
    assert sum(line["rows"] for line in again.lines) == 2_400
    assert [line["is_new"] for line in again.lines][:3] == [False, False, False]
    whole = fetched(access, prefix, tmp_path / "whole")
    assert auscult(tmp_path, *words("local", database_url)).status == 0
    assert files(whole) == files(tmp_path / "local")
    manifest = json.loads((whole / "_state/conversations/manifest.json").read_text())
    assert manifest == json.loads((tmp_path / "local/_state/conversations/manifest.json").read_text())
    assert len(manifest["days"]) == DAYS
    process(store, [replace(conversations(2_400)[850], custom_id="crm-850")])
    store.within(TENANT).conversations.erase("c-0")
    last = auscult(tmp_path, *words(target, database_url), settings=access)
    assert [line["path"][-23:-13] for line in last.lines if line["is_new"]] == ["2026-03-01", "2026-03-05"]
    rewritten = files(fetched(access, prefix, tmp_path / "rewritten"))
    assert sum(len(rows) for rows in rewritten.values()) == 2_399
    assert "crm-850" in {row["custom_id"] for row in rewritten["date=2026-03-05"]}


def test_a_day_without_rows_has_no_object(
    access: dict[str, str], store: Store, database_url: str, tmp_path: Path
) -> None:
    """What was erased does not stay in an object from before."""
    store.ensure(TENANT)
    process(store, conversations(DAYS))
    prefix = f"erased-{uuid.uuid4().hex}"
    target = f"s3://{BUCKET}/{prefix}"
    auscult(tmp_path, *words(target, database_url), settings=access)
    store.within(TENANT).conversations.erase("c-4")
    assert auscult(tmp_path, *words(target, database_url), settings=access).status == 0
    left = fetched(access, prefix, tmp_path / "left")
    assert len(files(left)) == DAYS - 1
    assert "2026-03-05" not in json.loads((left / "_state/conversations/manifest.json").read_text())["days"]


def test_azure_takes_the_same_files(store: Store, database_url: str, tmp_path: Path) -> None:
    """On a real server of its protocol: written by day, and a changed day again."""
    from obstore.store import AzureStore  # noqa: PLC0415  (an extra)

    store.ensure(TENANT)
    process(store, conversations(DAYS))
    with azurite(tmp_path) as address:
        put_blobs(address, BUCKET, {})
        access = {
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURE_STORAGE_ENDPOINT": address,
            "AZURE_ALLOW_HTTP": "true",
        }
        written = words(f"az://{BUCKET}/nightly", database_url)
        first = auscult(tmp_path, *written, settings=access)
        assert (first.status, len(first.lines)) == (0, DAYS)
        process(store, [replace(conversations(DAYS)[4], custom_id="crm-4")])
        again = auscult(tmp_path, *written, settings=access)
        assert [line["path"][-23:-13] for line in again.lines if line["is_new"]] == ["2026-03-05"]
        config: Any = {"account_name": ACCOUNT, "account_key": KEY, "endpoint": address}
        container = AzureStore(BUCKET, prefix="nightly", config=config, client_options={"allow_http": True})
        paths = [each["path"] for page in container.list() for each in page]
        assert len([path for path in paths if path.endswith("rows.parquet")]) == DAYS


def test_targets_that_take_nothing(access: dict[str, str], store: Store, database_url: str, tmp_path: Path) -> None:
    """A bucket that is not there and a kind of address that is not known are said, with what would be right."""
    store.ensure(TENANT)
    process(store, conversations(2))
    missing = auscult(tmp_path, *words("s3://no-such-bucket/x", database_url), settings=access)
    assert missing.status != 0
    assert "the store s3://no-such-bucket/x does not take the export" in missing.err
    unknown = auscult(tmp_path, *words("ftp://x/y", database_url), settings=access)
    assert unknown.status != 0
    assert "give a folder, or an address with s3://" in unknown.err
