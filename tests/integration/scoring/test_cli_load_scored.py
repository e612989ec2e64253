"""``auscult load --scored``: large shards, scored in any process, are stored as ``auscult load`` stores the same calls."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from auscult.storage.core.database import Database
from tests.integration.program import AUSCULT, POLITE, TENANT, auscult, conversation, environment, undated, write
from tests.integration.scoring.test_cli_dask import Cluster

pytestmark = pytest.mark.night

COUNT = 1_000
DIRECT = "sqlite:///direct.db"
SCORE = ("score", "in", "--form", "form.yaml", "--out", "out")
SALES = {"id": "q-sales", "name": "Sales"}
DECIDED = """
    SELECT c.conversation_id, e.segment, e.revision, e.form_id, e.form_version, e.status, e.score, e.passed,
           e.fatal_errors, e.body, i.body AS insights
    FROM evaluations e JOIN conversations c ON c.conversation = e.conversation
    JOIN insights i ON i.conversation = c.conversation AND i.revision = e.revision
    ORDER BY c.conversation_id, e.segment"""
ROWS = """
    SELECT l.report, r.conversation_id, r.started_at, r.cell, r.body
    FROM report_rows r JOIN listings l ON l.listing = r.listing ORDER BY l.report, r.conversation_id"""


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a form whose assignment has its own pass score, one shard of a thousand calls, and a direct load."""
    folder = tmp_path_factory.mktemp("given")
    form: dict[str, Any] = yaml.safe_load(auscult(folder, "forms", "show", "ef-starter-voice").out)
    form["assignments"] = [{"queue": "*"}, {"queue": "Sales", "pass_score": 100}]
    (folder / "form.yaml").write_text(yaml.safe_dump(form))
    (folder / "in").mkdir()
    write(folder / "in" / "a.ndjson", *(_call(at) for at in range(COUNT)))
    _load(folder, DIRECT, "in/a.ndjson")
    return folder


def _call(at: int) -> dict[str, Any]:
    fields: dict[str, Any] = {"queues": [SALES]} if at % 3 else {}
    return conversation(f"c-{at:04}", POLITE[at % 4 :], custom_fields={"at": str(at)}, **fields)


def _with_processes(folder: Path) -> None:
    assert auscult(folder, *SCORE).status == 0


def _in_one_process(folder: Path) -> None:
    one = {min(os.sched_getaffinity(0))}
    subprocess.run(  # noqa: S603  (our own program)
        [str(AUSCULT), *SCORE],
        cwd=folder,
        env=environment(),
        preexec_fn=lambda: os.sched_setaffinity(0, one),
        check=True,
    )


def _with_dask(folder: Path) -> None:
    with ExitStack() as stack:
        cluster = Cluster(folder, stack)
        cluster.worker()
        assert auscult(folder, *SCORE, "--dask", cluster.address).status == 0


@pytest.fixture(scope="module", params=[_with_processes, _in_one_process, _with_dask])
def scored(request: pytest.FixtureRequest, given: Path) -> Path:
    """The folder with the scores of the shard, made in one of three ways."""
    shutil.rmtree(given / "out", ignore_errors=True)
    request.param(given)
    return given


def test_rows_equal_those_of_a_direct_load(scored: Path, database_url: str) -> None:
    """Verdicts, insights and every row of every report, byte for byte but for when it was evaluated."""
    counts = _load(scored, database_url, "--scored", "out")
    direct = DIRECT.replace("///", f"///{scored}/")
    assert counts == _load(scored, DIRECT, "in/a.ndjson") | {"unchanged": 0, "formats": {}}
    assert counts["scored"] == COUNT
    assert {row.passed for row in _all(database_url, DECIDED)} == {0, 1}
    assert _all(database_url, DECIDED) == _all(direct, DECIDED)
    assert _rows(database_url) == _rows(direct)
    assert auscult(scored, "verify", "--database", database_url).status == 0


def _load(folder: Path, url: str, *what: str) -> Any:
    assert auscult(folder, "forms", "apply", "form.yaml", *TENANT, "--database", url).status == 0
    loaded = auscult(folder, "load", *what, *TENANT, "--database", url, "--json")
    assert (loaded.status, loaded.err) == (0, "")
    return loaded.last


def _rows(url: str) -> Sequence[Any]:
    return [(*row[:-1], undated(row.body)) for row in _all(url, ROWS)]


def _all(url: str, query: str) -> Sequence[Any]:
    with closing(Database(url)) as opened, opened.reading() as connection:
        return connection.execute(sa.text(query)).all()
