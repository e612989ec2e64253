"""The example plug-in, installed as a user installs it, and used through the command line from end to end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.tenancy import Tenant
from tests.integration.program import TENANT, Result, auscult, ran

pytestmark = pytest.mark.night

LOADED = Tenant(account_id="a-1", org_id="o-1", app_id="st-1")
EXAMPLE = Path(__file__).parents[3] / "examples" / "plugin"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example package in it, installed by pip without asking anybody."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    source = tmp_path_factory.mktemp("source") / "plugin"
    copied = subprocess.run(["cp", "-r", EXAMPLE, source], check=True)  # noqa: S603, S607  (pip builds where the source is)
    assert copied.returncode == 0
    subprocess.run(  # noqa: S603  (our own words)
        [*command, "--no-build-isolation", "--no-compile", "--no-index", "--target", folder, source], check=True
    )
    return folder


def run(installed: Path, folder: Path, *words: str | Path, engines: str = "") -> Result:
    """Run ``auscult`` where the plug-in is installed."""
    settings = {"AUSCULT_DATABASE_URL": "sqlite:///test.db", "PYTHONPATH": str(installed), "AUSCULT_ENGINES": engines}
    return auscult(folder, *words, settings=settings)


def test_the_example_passes_its_own_tests(installed: Path) -> None:
    """Its tests inherit the contracts that auscult's own variants are held to."""
    words = (sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", EXAMPLE / "tests")
    done = ran(words, env=os.environ | {"PYTHONPATH": str(installed)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 passed" in done.stdout


@pytest.mark.landing
def test_scored_from_end_to_end(installed: Path, tmp_path: Path) -> None:
    """A file in its format, judged by its metric type, with what its analyzer found; its engine only where it is named."""
    scored = run(installed, tmp_path, "score", EXAMPLE / "call.txt", "--form", EXAMPLE / "form.yaml")
    assert (scored.status, scored.err) == (0, "")
    assert [(one["id"], one["qualification"]) for one in scored.last["metrics"]] == [
        ("em-brief", "YES"),
        ("em-greeting", "YES"),
    ]
    assert scored.last["score"] == 100
    assert scored.last["insights"]["added"] == {"politeness": {"agent": 1, "customer": 1, "turns": ["m2", "m3"]}}
    other = run(installed, tmp_path, "score", EXAMPLE / "call.txt", "--form", EXAMPLE / "form.yaml", engines="trigrams")
    likeness = [line.last["metrics"][1]["evidence"][0]["similarity"] for line in (scored, other)]
    assert likeness[1] == 0.561
    assert likeness[0] != likeness[1]


def test_loaded_and_kept(installed: Path, tmp_path: Path) -> None:
    """Publishing, loading by worker processes, and what the database gives back."""
    applied = run(installed, tmp_path, "forms", "apply", EXAMPLE / "form.yaml", *TENANT)
    assert applied.status == 0, applied.err
    loaded = run(installed, tmp_path, "load", EXAMPLE / "call.txt", *TENANT, "--json")
    assert (loaded.status, loaded.last["scored"], loaded.last["failed"]) == (0, 1, 0)
    with bootstrap.open(read_settings({}, database_url=f"sqlite:///{tmp_path / 'test.db'}")) as application:
        kept = application.store.within(LOADED).conversations.get("c-example")
    assert kept is not None
    assert kept.insights is not None
    (evaluation,) = kept.evaluations
    assert [result.verdict.qualification for result in evaluation.results] == ["YES", "YES"]
    assert kept.insights.added == {"politeness": {"agent": 1, "customer": 1, "turns": ["m2", "m3"]}}


def test_told_by_doctor_and_schema(installed: Path, tmp_path: Path) -> None:
    """What is installed, from which package; editors complete its settings."""
    found = [line["what"] for line in run(installed, tmp_path, "doctor", "--json").lines]
    assert [one for one in found if one.startswith("plug-in")] == [
        "plug-in: analyzer politeness of auscult-example 0.1.0",
        "plug-in: engine trigrams of auscult-example 0.1.0",
        "plug-in: format script of auscult-example 0.1.0",
        "plug-in: metric type by_brevity of auscult-example 0.1.0",
    ]
    schema = json.loads(run(installed, tmp_path, "forms", "schema").out)
    told = schema["$defs"]["by_brevity"]["properties"]["most_words"]["description"]
    assert told == "The longest that a turn of the agent may be, in words."


def test_without_it_nobody_knows_its_words(installed: Path, tmp_path: Path) -> None:
    """A form that needs it is refused with what would be right; an engine that nobody brings, too."""
    checked = auscult(tmp_path, "forms", "check", EXAMPLE / "form.yaml")
    assert checked.status == 1
    assert "'by_brevity' is not a metric type" in checked.out
    assert "known where its package is installed" in checked.out
    wrong = run(installed, tmp_path, "score", EXAMPLE / "call.txt", engines="trigram")
    assert (wrong.status, wrong.err) == (
        1,
        "error: AUSCULT_ENGINES: no plug-in brings an engine trigram; did you mean trigrams?\n",
    )
