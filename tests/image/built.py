"""The image that ``make image`` built: ``make test-image``, as root only where there is no container engine.

It has a read-only root, no capabilities, and a PostgreSQL of version 17 or newer at ``AUSCULT_TEST_POSTGRESQL``: what the
image's pg_dump writes can not be restored into an older one.
"""

import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.image.in_image import STATE, UID, Image, image
from tests.waiting import PATIENCE_S, fixed_port, wait_until

NAME = os.environ.get("AUSCULT_TEST_IMAGE", "auscult")
EXAMPLES = Path(__file__).parents[2] / "examples" / "conversations"
CALLS = 60
MOST_MB, MOST_ADDED_MB = 350, 200
APP = ("--account", "a-1", "--org", "o-1", "--app", "st-1")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a PostgreSQL, on which two databases are made."""
    url = os.environ.get("AUSCULT_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
    base = url.rpartition("/")[0]
    names = ("auscult_image", "auscult_image_restored")
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.info.server_version >= 17_00_00, "set AUSCULT_TEST_POSTGRESQL to a PostgreSQL of 17 or newer"
        for name in names:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        yield base
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The image, with a state of its own."""
    with image(NAME, tmp_path_factory.mktemp("state")) as found:
        yield found


def is_ready(port: str) -> bool:
    """Return whether a server answers that it is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=4) as answer:
            return answer.status == 200
    except urllib.error.URLError:
        return False


def test_the_image_migrates_serves_scores_backs_up_and_restores(built: Image, server: str) -> None:
    """Each command of an operator works in it, and the restored tables are those of the backup."""
    given = {"AUSCULT_DATABASE_URL": f"{server}/auscult_image", "AUSCULT_MIGRATE": "never"}
    assert "up to date" in built.run("migrate", **{**given, "AUSCULT_MIGRATE": "auto"})
    port = str(fixed_port())
    served = built.command("serve", "--workers", "0", **given, AUSCULT_PORT=port, AUSCULT_HOST="127.0.0.1")
    with subprocess.Popen(served) as serving, subprocess.Popen(built.command("worker", **given)) as worker:  # noqa: S603
        try:
            wait_until(lambda: is_ready(port))
            built.write("calls.ndjson", (EXAMPLES / "bank_calls.ndjson").read_bytes())
            built.run("load", f"{STATE}/calls.ndjson", *APP, **given)
            built.run("score", f"{STATE}/calls.ndjson", "--form", "starter", "--out", f"{STATE}/scored.ndjson")
            assert len(built.ask("cat", f"{STATE}/scored.ndjson").splitlines()) == CALLS
            shown = built.run("doctor", **given)
            assert re.search(r"pg_dump \d+ can back up PostgreSQL \d+", shown), shown
        finally:
            serving.terminate()
            worker.terminate()
            assert (serving.wait(PATIENCE_S), worker.wait(PATIENCE_S)) == (0, 0)
    built.write("passphrase", b"a long passphrase of the test")
    passphrase = ("--passphrase-file", f"{STATE}/passphrase")
    built.run("backup", "--to", f"{STATE}/backups", *passphrase, **given)
    restored = {**given, "AUSCULT_DATABASE_URL": f"{server}/auscult_image_restored", "AUSCULT_MIGRATE": "auto"}
    built.run(
        "restore",
        f"{STATE}/backups",
        *passphrase,
        "--verify",
        "--database",
        restored["AUSCULT_DATABASE_URL"],
        **restored,
        AUSCULT_STATE_DIR=f"{STATE}/restored",
    )
    counted = []
    for name in ("auscult_image", "auscult_image_restored"):
        with psycopg.connect(f"{server}/{name}") as connection:
            counted.append(connection.execute("SELECT count(*) FROM conversations").fetchone())
    assert counted[0] == counted[1] == (CALLS,)


def test_the_root_is_read_only_and_its_user_has_no_capabilities(built: Image) -> None:
    """State is written to its folder alone, by the user of the image."""
    built.write("own", b"")
    assert built.ask("stat", "--format=%u", f"{STATE}/own") == str(UID)
    tried = built.run("migrate", AUSCULT_DATABASE_URL=f"sqlite:///{STATE}/own.db")
    assert tried
    with pytest.raises(AssertionError):
        built.run("migrate", AUSCULT_DATABASE_URL="sqlite:////opt/auscult/own.db")


def test_it_adds_little_to_its_base(built: Image) -> None:
    """What lies above the base has a limit of its own; all of it has one on the official base, which is smaller than ours."""
    size, base = built.megabytes()
    assert 0 < size - base <= MOST_ADDED_MB
    assert built.engine == "buildah" or size <= MOST_MB
