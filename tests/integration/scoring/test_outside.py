"""Metrics that ask other systems, from an accepted conversation to its score: waiting, failing, tables and hosts by app."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from auscult import bootstrap
from auscult.cli import build
from auscult.config import Settings, read_settings
from auscult.domain.definitions.lookup_table import checked
from auscult.domain.errors import AuscultError, RequestError
from auscult.domain.evaluation import Verdict
from auscult.domain.tenancy import Tenant
from auscult.services.scoring.evaluate import Evaluator
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.integration.working import TENANT, conversation, working
from tests.scripted_system import Given, ScriptedSystem, Sent, system, told
from tests.waiting import wait_for, wait_until

pytestmark = pytest.mark.night

FORM = data_of(__file__, "form")
SAID = "the fee is $25, thank you"


def review(sent: Sent, *, lying: bool = False) -> Given:
    """An agent that finds one of two."""
    asked = json.loads(sent.body)
    subs = [
        {"subMetricId": "sm-1", "isQualified": "YES", "messageIds": ["m9" if lying else "m1"]},
        {"subMetricId": "sm-2", "isQualified": "NO", "failureReason": "not found"},
    ]
    return told({"conversationId": asked["conversationId"], "agentEvaluation": [{"eval-1": {"subMetrics": subs}}]})


def settings_for(of: ScriptedSystem, url: str, folder: Path, **host: Any) -> Settings:
    """Settings that allow one system."""
    hosts = folder / "hosts.json"
    hosts.write_text(json.dumps({"hosts": [{"url": of.url, "is_private": True, **host}]}), encoding="utf-8")
    return read_settings({}, database_url=url, state_dir=str(folder), hosts_file=str(hosts))


def evaluator(settings: Settings, store: Store) -> Evaluator:
    """What a worker evaluates with."""
    return bootstrap.evaluator(settings, spending=store.spending, store=store)


def ready(store: Store, of: ScriptedSystem, *names: str, tenant: Tenant = TENANT) -> AppStore:
    """An app with form and table in force, and conversations accepted."""
    store.ensure(tenant)
    app = store.within(tenant)
    app.forms.publish("ef-outside", FORM.replace("URL", of.url).encode())
    app.definitions.publish("table", "plans", b"plan,fee\nc-1,25\nc-2,30\n")
    app.conversations.accept([conversation(name, SAID) for name in names])
    return app


def verdicts(app: AppStore, name: str) -> tuple[Verdict, Verdict, int | None]:
    """Both verdicts and the score."""
    detail = app.conversations.get(name)
    assert detail
    found = detail.evaluations[0]
    fee, agent = (result.verdict for result in found.results)
    return fee, agent, None if found.score is None else int(found.score)


@pytest.mark.landing
def test_from_accepted_to_scored(store: Store, database_url: str, tmp_path: Path) -> None:
    """Table and agent; parts, comparison and engines are kept with the evaluation."""
    with system(review) as agent:
        app = ready(store, agent, "c-1", "c-2", "c-9")
        with working(store, database_url, evaluator(settings_for(agent, database_url, tmp_path), store)):
            wait_until(lambda: len(app.conversations.statuses(["c-1", "c-2", "c-9"])) == 3)
        assert len(agent.sent) == 3
    fee, reviewed, score = verdicts(app, "c-1")
    assert (fee.qualification, reviewed.qualification, score) == ("YES", "NO", 58)
    assert fee.compared
    assert (fee.compared.said, fee.compared.source) == ("25 dollars", "25")
    assert [(part.id, part.qualification, part.weight) for part in reviewed.parts] == [
        ("sm-1", "YES", 30),
        ("sm-2", "NO", 70),
    ]
    assert reviewed.parts[0].evidence[0].turn_id == "m1"
    assert [verdicts(app, name)[0].qualification for name in ("c-2", "c-9")] == ["NO", "NA"]
    assert [verdicts(app, name)[2] for name in ("c-2", "c-9")] == [18, 30]
    detail = app.conversations.get("c-1")
    assert detail
    assert detail.evaluations[0].engines == (f"agent {agent.url}", "table plans 1")
    assert store.recount() == []


def test_a_system_that_is_down_is_waited_for(store: Store, database_url: str, tmp_path: Path) -> None:
    """Not scored yet, with the reason; scored when it is back, and never NA."""
    down = threading.Event()
    down.set()
    with system(
        lambda sent: Given(status=503, headers=(("Retry-After", "1"),)) if down.is_set() else review(sent)
    ) as agent:
        app = ready(store, agent, "c-1")
        with working(store, database_url, evaluator(settings_for(agent, database_url, tmp_path), store)):
            (batch,) = wait_for(store.batches.postponed, bool)
            assert batch.reason == f"{agent.url} answers 503"
            assert app.conversations.statuses(["c-1"]) == {}
            down.clear()
            wait_until(lambda: bool(app.conversations.statuses(["c-1"])))
    assert verdicts(app, "c-1")[2] == 58


def test_a_lying_agent_has_not_answered(store: Store, database_url: str, tmp_path: Path) -> None:
    """Asked twice; then "-", with the reason, and the rest is scored without it."""
    with system(lambda sent: review(sent, lying=True)) as agent:
        app = ready(store, agent, "c-1")
        with working(store, database_url, evaluator(settings_for(agent, database_url, tmp_path), store)):
            wait_until(lambda: bool(app.conversations.statuses(["c-1"])))
        assert len(agent.sent) == 2
    _, reviewed, score = verdicts(app, "c-1")
    assert (reviewed.qualification, score) == ("-", 100)
    assert {part.qualification for part in reviewed.parts} == {"-"}
    assert reviewed.reason == "no usable answer: sm-1 points at 'm9', which is no message"


def test_what_was_answered_is_not_asked_again(store: Store, database_url: str, tmp_path: Path) -> None:
    """Other metadata is another question; the same question has its answer already."""
    with system(review) as agent:
        app = ready(store, agent, "c-1")
        first = conversation("c-1", SAID)
        with working(store, database_url, evaluator(settings_for(agent, database_url, tmp_path), store)):
            for revision, custom_id in enumerate(("crm-1", None, "crm-1"), 2):
                wait_until(lambda: not store.batches.waiting())
                app.conversations.accept([replace(first, custom_id=custom_id)])
                wait_until(lambda: not store.batches.waiting())
                detail = app.conversations.get("c-1")
                assert detail
                assert detail.evaluations[0].revision == revision
        assert [json.loads(sent.body)["requestMeta"] for sent in agent.sent] == [{}, {"customConversationId": "crm-1"}]


def test_apps_have_their_own_tables_and_hosts(store: Store, database_url: str, tmp_path: Path) -> None:
    """Rule 16: another app's table is not looked into, and a host that is for one app is asked for no other."""
    other = Tenant(account_id="a-2", org_id="o-2", app_id="st-2")
    with system(review) as agent:
        mine, theirs = ready(store, agent, "c-1"), ready(store, agent, "c-1", tenant=other)
        theirs.definitions.publish("table", "plans", b"plan,fee\nc-1,99\n")
        settings = settings_for(agent, database_url, tmp_path, apps=["st-1"])
        with working(store, database_url, evaluator(settings, store)):
            wait_until(lambda: bool(mine.conversations.statuses(["c-1"])) and bool(store.batches.postponed()))
        assert len(agent.sent) == 1
        assert store.batches.postponed()[0].reason == f"{agent.url} may not be asked for this app (AUSCULT_HOSTS_FILE)"
        with working(store, database_url, evaluator(settings_for(agent, database_url, tmp_path), store)):
            store.work.resume()
            wait_until(lambda: bool(theirs.conversations.statuses(["c-1"])))
    assert verdicts(mine, "c-1")[0].qualification == "YES"
    found = verdicts(theirs, "c-1")[0]
    assert (found.qualification, found.reason) == ("NO", "says 25 dollars where the source says 99")


def run(folder: Path, *words: str) -> tuple[int, str, str]:
    """A command in a folder: status, stdout, stderr."""
    environment = {"AUSCULT_DATABASE_URL": f"sqlite:///{folder}/test.db"}
    done = CliRunner().invoke(build(), words, env=environment)
    if isinstance(done.exception, AuscultError):
        return 1, done.stdout, done.exception.message
    return done.exit_code, done.stdout, done.stderr


def test_tables_by_command(tmp_path: Path) -> None:
    """Given, listed, shown, given again, taken away; one that cannot be read stops all."""
    plans, rates, broken = (tmp_path / name for name in ("plans.csv", "rates.json", "broken.csv"))
    plans.write_text("plan,fee\ngold,25\n", encoding="utf-8")
    rates.write_text('[{"of": 1}]', encoding="utf-8")
    broken.write_text("a,a\n", encoding="utf-8")
    tenancy = ("--account", "a-1", "--org", "o-1", "--app", "st-1")
    _, out, _ = run(tmp_path, "tables", "apply", str(plans), str(rates), *tenancy, "--json")
    assert [json.loads(line) for line in out.splitlines()] == [
        {"name": "plans", "version": 1, "columns": ["plan", "fee"], "rows": 1},
        {"name": "rates", "version": 1, "columns": ["of"], "rows": 1},
    ]
    plans.write_text("plan,fee\ngold,30\n", encoding="utf-8")
    told = "plans: version 2, 1 row of plan, fee\n"
    assert run(tmp_path, "tables", "apply", str(plans), "--app", "st-1") == (0, told, "")
    status, _, err = run(tmp_path, "tables", "apply", str(rates), str(broken), *tenancy)
    assert (status, "the first line must name every column" in err) == (1, True)
    assert run(tmp_path, "tables", "show", "plans", "--app", "st-1")[1] == "plan,fee\ngold,30\n"
    assert run(tmp_path, "tables", "remove", "rates", "--app", "st-1")[1] == "rates: removed\n"
    assert run(tmp_path, "tables", "list", "--app", "st-1")[1] == told
    for command in ("show", "remove"):
        status, _, err = run(tmp_path, "tables", command, "rates", "--app", "st-1")
        assert (status, "there is no table rates" in err) == (1, True)


@pytest.mark.parametrize("name", ["a b", "-x", "", "x" * 101])
def test_a_table_is_named_as_forms_name_it(name: str) -> None:
    """What a form could not write is refused."""
    with pytest.raises(RequestError, check=lambda error: error.reason == "table.misnamed"):
        checked(name, b"a\n1\n")
