"""``auscult-client``, built and installed where nothing else is: it reads a real server without the engine."""

import json
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.e2e.serving import TENANT, Service, serving
from tests.installing import ROOT, run, wheel

pytestmark = pytest.mark.night

ENGINE = ("auscult", "alembic", "babel", "dbos", "litestar", "numpy", "pyarrow", "sqlalchemy", "typer")
READER = """
import json, sys
from datetime import UTC, datetime
from importlib.util import find_spec
import auscult_client
from auscult_client import Access, Client, RemoteError

url, given, engine = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3].split(",")
since, until = datetime(2025, 2, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)
with Client(url, Access(**given)) as client:
    (loaded,) = client.load([{"id": "c-light", "channel": "chat", "started_at": "2026-03-23T10:17:54Z"}])
    ids = [row["conversationId"] for row in client.rows("scorereporting", since, until)]
    try:
        client.conversation("c-none")
    except RemoteError as error:
        status = error.status
print(json.dumps({
    "from": auscult_client.__file__, "accepted": loaded["accepted"], "ids": ids, "status": status,
    "there": [name for name in engine if find_spec(name)],
}))
"""
BOTH = """
import auscult.client, auscult_client
assert auscult.client.Client is not auscult_client.Client
assert auscult.client.__all__ == auscult_client.__all__
"""


def needed(requirements: list[str], seen: set[str]) -> set[str]:
    """Return the names of what these requirements bring along, by the metadata of what is installed here."""
    for requirement in map(Requirement, requirements):
        name = canonicalize_name(requirement.name)
        if name not in seen and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            seen.add(name)
            needed(distribution(name).requires or [], seen)
    return seen


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with the wheel and what it declares, the bytes of this environment's."""
    folder = tmp_path_factory.mktemp("light")
    built = wheel(tmp_path_factory, ROOT / "client")
    run(folder, sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    install = ("install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check", built)
    run(folder, sys.executable, "-m", "pip", "--python", python, *install)
    with ZipFile(built) as file:
        (metadata,) = (name for name in file.namelist() if name.endswith("METADATA"))
        lines = file.read(metadata).decode().splitlines()
    (packages,) = (folder / "venv").glob("lib/*/site-packages")
    for name in needed([line.partition(": ")[2] for line in lines if line.startswith("Requires-Dist: ")], set()):
        found = distribution(name)
        for path in found.files or ():
            if ".." not in path.parts and "__pycache__" not in path.parts:
                (packages / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(found.locate_file(path)), packages / path)
    return python


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server with the golden sample."""
    with serving(f"sqlite:///{tmp_path_factory.mktemp('light') / 'a.db'}") as service:
        yield service


def test_the_light_client_reads_a_server_without_the_engine(installed: Path, service: Service) -> None:
    """It loads, reads rows and reports errors, and none of the engine's packages can be imported."""
    client = service.new_client("Quality AI", "conversations:read", "conversations:write")
    access = {"client_id": client.client_id, "client_secret": client.secret, "account": TENANT.account_id}
    given = json.dumps(access | {"org": TENANT.org_id, "app": TENANT.app_id})
    words = (installed, "-W", "ignore", "-c", READER, service.url, given, ",".join(ENGINE))
    found = json.loads(run(installed.parent, *words))
    assert Path(found.pop("from")).is_relative_to(installed.parents[1])
    assert len(found.pop("ids")) > 1
    assert found == {"accepted": 1, "status": 404, "there": []}
    size = sum(path.stat().st_size for path in installed.parents[1].rglob("*") if path.is_file())
    assert size < 20 * 1024**2, size


def test_both_distributions_share_no_file(installed: Path) -> None:
    """Where both are installed, each has its own package, and the same names."""
    here = f"{ROOT / 'src'}:{sysconfig.get_path('purelib')}"
    run(installed.parent, installed, "-c", BOTH, PYTHONPATH=here)
    (packages,) = installed.parents[1].glob("lib/*/site-packages")
    assert not list(packages.glob("auscult/*"))
