"""The forms of examples/forms, as a user tries them: every kind of metric, end to end, with ``auscult score``."""

import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Conversation
from auscult.formats import Limits
from auscult.services.definitions.forms.reading import check_form, read_form
from auscult.services.scoring.engine_calls.answer_cache import Memory
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake.read import read_file
from auscult.services.scoring.score import score_group
from tests.data_files import tuples_of
from tests.http_servers import running
from tests.integration.program import Result, auscult

FORMS = Path(__file__).parents[3] / "examples" / "forms"
CALLS = FORMS / "calls.ndjson"


@cache
def calls() -> list[Conversation]:
    """The example calls."""
    return [one for one in read_file(CALLS, "st-1", Limits()) if isinstance(one, Conversation)]


@cache
def evaluator(tables: str | None) -> Evaluator:
    """What ``auscult score`` evaluates with."""
    return bootstrap.evaluator(read_settings({}, tables_dir=tables), judge_ineligible=True)._replace(analyzers={})


def scored(name: str, tables: str | None = str(FORMS / "tables")) -> list[dict[str, Any]]:
    """Score the example calls with an example form."""
    form = read_form((FORMS / f"{name}.yaml").read_bytes())
    lines = score_group(calls(), [form], evaluator(tables), datetime.now(UTC), Memory())
    return [json.loads(line) for line in lines.splitlines()]


def run(folder: Path, name: str, *words: str, **settings: str) -> Result:
    """The same, by command."""
    return auscult(folder, "score", CALLS, "--form", FORMS / f"{name}.yaml", *words, settings=settings)


def answers(line: dict[str, Any]) -> dict[str, str]:
    """The answer to each metric."""
    return {one["id"]: one["qualification"] for one in line["metrics"]}


@pytest.mark.parametrize(
    ("name", "good", "bad", "score"),
    tuples_of(__file__, "each_form_tells_a_good_call_from_a_bad_one"),
)
def test_each_form_tells_a_good_call_from_a_bad_one(
    name: str, good: dict[str, str], bad: dict[str, str], score: tuple[int, int]
) -> None:
    """Each kind of metric, from a form to a score with evidence."""
    first, second = scored(name)
    assert answers(first) == good
    assert answers(second) == answers(second) | bad
    assert (first["score"], second["score"]) == score
    for metric in (*first["metrics"], *second["metrics"]):
        assert metric["qualification"] == "YES" or metric["reason"]
        shown = [*metric["evidence"], *(one for part in metric.get("parts", []) for one in part["evidence"])]
        assert all(one["why"] for one in shown)


@pytest.mark.night
def test_values_say_what_was_said_and_what_is_true(tmp_path: Path) -> None:
    """Domain 2: source value, agent's value, and the words."""
    done = run(tmp_path, "values", "--tables", str(FORMS / "tables"))
    assert (done.status, done.err) == (0, "")
    _, second = done.lines
    fee = second["metrics"][0]
    assert fee["compared"] == {"name": "monthly fee", "source": "10", "said": "35 dollars"}
    assert fee["evidence"][0]["why"] == "says 'thirty five dollars' (35 dollars), the source says 10"


def test_without_its_table_nobody_has_answered() -> None:
    """Never NA: the form looks something up where there is nothing."""
    first, _ = scored("values", tables=None)
    assert first["metrics"][0]["qualification"] == "-"
    assert first["metrics"][0]["reason"] == "no usable answer: there is no table plans"


@contextmanager
def word_agent() -> Iterator[int]:
    """The agent of examples/agents, on a free port."""
    path = FORMS.parent / "agents" / "word_agent.py"
    spec = importlib.util.spec_from_file_location("word_agent", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler = type("Quiet", (module.Handler,), {"log_message": lambda *_: None})
    with running(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as server:
        yield server.server_address[1]


def outside(folder: Path, port: int) -> dict[str, str]:
    """The example's form and hosts file, with another port."""
    form = (FORMS / "external.yaml").read_text(encoding="utf-8").replace("8600", str(port))
    (folder / "external.yaml").write_text(form, encoding="utf-8")
    (folder / "hosts.yaml").write_text(
        f'hosts: [{{url: "http://127.0.0.1:{port}", is_private: true}}]', encoding="utf-8"
    )
    return {"AUSCULT_HOSTS_FILE": str(folder / "hosts.yaml")}


@pytest.mark.landing
def test_other_systems_are_asked_where_the_operator_allows_it(tmp_path: Path) -> None:
    """A source of truth and an external agent, over HTTP; a customer it does not know is NA."""
    with word_agent() as port:
        settings = outside(tmp_path, port)
        done = auscult(tmp_path, "score", CALLS, "--form", "external.yaml", settings=settings)
        assert done.status == 0
        first, second = done.lines
        assert (answers(first), first["score"]) == ({"em-balance": "YES", "em-review": "YES"}, 100)
        assert (answers(second), second["score"]) == ({"em-balance": "NA", "em-review": "NO"}, 0)
        assert [one["id"] for one in first["metrics"][1]["parts"]] == ["sorry", "thanks"]
    down = auscult(tmp_path, "score", CALLS, "--form", "external.yaml", settings=settings)
    assert down.status == 1
    assert {one["status"] for one in down.lines} == {"waiting"}
    assert "Connection refused" in down.lines[0]["reason"]


@pytest.mark.landing
def test_without_a_hosts_file_such_a_form_cannot_be_used(tmp_path: Path) -> None:
    """Nothing goes out that the operator did not configure."""
    done = run(tmp_path, "external")
    assert done.status == 1
    assert "asks a lookup, and no engine that answers one is configured" in done.err


def test_a_hosts_file_with_faults_ends_the_command(tmp_path: Path) -> None:
    """File, line, field."""
    (tmp_path / "hosts.yaml").write_text("hosts:\n  - {url: nowhere}\n", encoding="utf-8")
    done = run(tmp_path, "external", AUSCULT_HOSTS_FILE=str(tmp_path / "hosts.yaml"))
    assert done.status == 1
    assert "hosts.yaml:2: hosts[0].url: must be scheme and host" in done.err
    missing = run(tmp_path, "external", AUSCULT_HOSTS_FILE=str(tmp_path / "none.yaml"))
    assert "cannot be read" in missing.err


@pytest.mark.parametrize("form", sorted(FORMS.glob("*.yaml")), ids=lambda form: form.stem)
def test_every_example_form_is_right(form: Path) -> None:
    """No faults and no warnings, though some ask what no engine here answers."""
    found = check_form(form.read_bytes())
    assert (found.problems, found.warnings) == ((), ())
