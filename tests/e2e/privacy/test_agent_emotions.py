"""Emotions of agents are left out by an app: in what is found, shown, reported and stored, before and afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.insight import Insights
from auscult.reports import REPORTS
from auscult.services.privacy.settings import change_settings
from auscult.services.scoring.rebuild import render_outdated
from auscult.storage.core.database import Database
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.conversations import conversations, insights
from tests.contract.storing import STARTED
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import STRANGER, TENANT, Service, process, processing
from tests.integration.program import POLITE, auscult, write
from tests.integration.program import TENANT as APP
from tests.integration.program import conversation as document
from tests.waiting import existing

RAWDATA = "/qualityai/api/v1/public/qualitymanagement/app/{app}/rawdata"
DAY = {"startDate": "2026-03-23", "endDate": "2026-03-23", "limit": 100}
CROSS = ("customer", "I am really angry, this is the third time!")
KIND = ("agent", "I'm so sorry to hear that, take your time.")


def call(name: str, said: tuple[tuple[str, str], ...] = (CROSS, KIND)) -> Conversation:
    """A call in which both show what they feel."""
    turns = tuple(
        Turn(f"m{at}", who, text, start_ms=at * 4000, end_ms=at * 4000 + 3000)  # pyright: ignore[reportArgumentType]
        for at, (who, text) in enumerate(said)
    )
    return Conversation(
        id=name, channel="voice", started_at=STARTED, ended_at=STARTED + timedelta(minutes=1), turns=turns
    )


@pytest.fixture
def has_them(service: Service) -> Iterator[Service]:
    """A server whose app has them, as it does afterwards."""
    yield service
    switch(service, on=True)


def switch(service: Service, *, on: bool) -> None:
    """Set the app's switch."""
    change_settings(service.store.within(TENANT), "cli:test", {"agent_emotions": on})


def sources(service: Service, name: str) -> list[str]:
    """Whose emotions the report of raw data has of a conversation."""
    client = service.new_client("Quality Management")
    answer = service.ask(DAY, path=RAWDATA, headers=service.headers(auth=service.token(client)))
    assert answer.status_code == 200, answer.text
    (row,) = [row for row in answer.json()["results"] if row["conversationId"] == name]
    return [each["source"] for each in row["emotions"]]


def shown(service: Service, name: str) -> dict[str, list[str]]:
    """Emotions in our own API, by side."""
    client = service.new_client("conversations:read")
    headers = {"Authorization": f"Bearer {service.token(client)}"}
    answer = service.http.get(f"{service.url}/api/v1/conversations/{name}", headers=headers)
    found = answer.json()["insights"]["emotions"]
    return {side: [each["emotion"] for each in found[side]] for side in ("customer", "agent")}


def of_agents(service: Service) -> int:
    """Return the number of revisions of the app whose stored insights have emotions of agents."""
    database = Database(service.application.settings.database_url)
    query = (
        sa.select(insights.c.body)
        .join(conversations, conversations.c.conversation == insights.c.conversation)
        .join(apps, apps.c.app == conversations.c.app)
        .where(apps.c.app_id == TENANT.app_id)
    )
    with database.reading() as connection:
        found = [msgspec.json.decode(bytes(body), type=Insights) for body in connection.scalars(query)]
    database.close()
    return sum(1 for one in found if one.emotions is not None and one.emotions.agent)


def test_they_are_left_out_from_then_on(has_them: Service) -> None:
    """The key stays, and is empty where nobody else shows any; the customer's stay; another app keeps its own."""
    ann, before = Browser(has_them, add(has_them, "ann", "administrator")), of_agents(has_them)
    assert ann.ask("PUT", "/privacy", {"agent_emotions": False}).json()["agent_emotions"] is False
    process(has_them.application, [call("c-off"), call("c-off-calm", (KIND,))])
    process(has_them.application, [call("c-other")], STRANGER)
    assert shown(has_them, "c-off") == {"customer": ["anger"], "agent": []}
    assert (sources(has_them, "c-off"), sources(has_them, "c-off-calm")) == (["customer"], [])
    other = existing(has_them.store.within(STRANGER).conversations.get("c-other"))
    assert other.insights is not None
    assert other.insights.emotions is not None
    assert [each.emotion for each in other.insights.emotions.agent] == ["empathy"]
    assert of_agents(has_them) == before
    assert ann.ask("PUT", "/privacy", {"agent_emotions": True}).json()["agent_emotions"]
    process(has_them.application, [call("c-on")])
    assert shown(has_them, "c-on")["agent"] == ["empathy"]
    assert sources(has_them, "c-on") == ["customer", "agent"]
    entries = ann.ask("GET", "/log?action=privacy.changed").json()["items"]
    by_ann = [each["details"] for each in entries if each["principal"] == "user:ann@example.com"]
    assert [each.get("agent_emotions", True) for each in by_ann] == [False, True]


def test_what_was_found_before_is_removed(has_them: Service) -> None:
    """At once where it is read, by the workers where it is stored; every number stays as it was."""
    process(has_them.application, [call(f"c-before-{at}") for at in range(3)])
    has_them.store.within(TENANT).conversations.accept([call("c-before-1", (CROSS, KIND, CROSS))])
    for batch in has_them.store.batches.waiting():
        finished = existing(processing(has_them).evaluate(batch.batch_id))
        processing(has_them).record(finished)
    assert of_agents(has_them) >= 4, "two revisions of one"
    assert sources(has_them, "c-before-0") == ["customer", "agent"]
    switch(has_them, on=False)
    assert shown(has_them, "c-before-0") == {"customer": ["anger"], "agent": []}
    assert sources(has_them, "c-before-0") == ["customer", "agent"], "until the rows are made again"
    assert render_outdated(has_them.store, REPORTS, lambda _s: False) >= 3
    assert sources(has_them, "c-before-0") == ["customer"]
    assert of_agents(has_them) == 0
    assert has_them.application.verify() == []
    switch(has_them, on=True)
    assert sources(has_them, "c-before-0") == ["customer"], "they do not come back"


def test_what_is_evaluated_meanwhile_is_made_again(has_them: Service) -> None:
    """A worker that had found them before the switch writes none of them after it."""
    accepted = has_them.store.within(TENANT).conversations.accept([call("c-race")])
    worker = processing(has_them)
    finished = existing(worker.evaluate(accepted.batch_id or ""))
    found = existing(finished.rendered[0].insights)
    assert found.emotions is not None
    assert found.emotions.agent
    switch(has_them, on=False)
    worker.record(finished)
    assert sources(has_them, "c-race") == ["customer"]
    assert shown(has_them, "c-race")["agent"] == []
    assert has_them.application.verify() == []


@pytest.mark.night
def test_commands(database_url: str, tmp_path: Path) -> None:
    """``apps set``, a load, scores that were made elsewhere, ``rebuild``, and the setting of the installation."""
    write(tmp_path / "calls.ndjson", document("c-1", (CROSS, KIND, *POLITE)))
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "a.ndjson", document("c-2", (CROSS, KIND, *POLITE)))
    at = ("--database", database_url)
    loaded = auscult(tmp_path, "load", "calls.ndjson", *APP, *at)
    assert loaded.status == 0, loaded.err

    def agents(url: str = database_url) -> dict[str, int]:
        url = url.replace("///with", f"///{tmp_path}/with")
        with bootstrap.open(Settings(database_url=url, state_dir=str(tmp_path))) as application:
            (tenant,) = application.store.tenants()
            found = application.store.within(tenant).conversations.rerender("", 10)
        return {
            one.conversation.id: len(one.insights.emotions.agent)
            for one in found
            if one.insights is not None and one.insights.emotions is not None
        }

    assert agents() == {"c-1": 1}
    (tmp_path / "form.yaml").write_text(auscult(tmp_path, "forms", "show", "ef-starter-voice").out)
    for url in (database_url, "sqlite:///with.db"):
        assert auscult(tmp_path, "forms", "apply", "form.yaml", *APP, "--database", url).status == 0
    app = APP[APP.index("--app") + 1]
    changed = auscult(tmp_path, "apps", "set", "--app", app, "--no-agent-emotions", *at)
    assert (changed.status, "without emotions of agents" in changed.out) == (0, True), changed.err
    assert auscult(tmp_path, "apps", "show", "--app", app, "--json", *at).last["agent_emotions"] is False
    assert auscult(tmp_path, "score", "in", "--form", "form.yaml", "--out", "out").status == 0
    assert auscult(tmp_path, "load", "--scored", "out", *APP, "--database", "sqlite:///with.db").status == 0
    assert agents("sqlite:///with.db") == {"c-2": 1}, "they are in the scores"
    scored = auscult(tmp_path, "load", "--scored", "out", *APP, *at)
    assert scored.status == 0, scored.err
    assert auscult(tmp_path, "rebuild", *at).status == 0
    assert agents() == {"c-1": 0, "c-2": 0}
    assert auscult(tmp_path, "verify", *at).status == 0


@pytest.mark.landing
@pytest.mark.parametrize(("setting", "found"), [("on", ["empathy"]), ("off", [])])
def test_the_setting_of_the_installation(setting: str, found: list[str], tmp_path: Path) -> None:
    """With ``AUSCULT_AGENT_EMOTIONS=off`` the lines of ``auscult score`` have the key, and nothing in it."""
    write(tmp_path / "calls.ndjson", document("c-1", (CROSS, KIND, *POLITE)))
    done = auscult(tmp_path, "score", "calls.ndjson", settings={"AUSCULT_AGENT_EMOTIONS": setting})
    emotions = msgspec.json.decode(done.out.splitlines()[0])["insights"]["emotions"]
    assert [each["emotion"] for each in emotions["agent"]] == found
    assert [each["emotion"] for each in emotions["customer"]][:1] == ["anger"]
