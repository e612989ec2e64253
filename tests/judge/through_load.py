"""The real model behind ``auscult load`` and the console: what becomes of good and bad replies, and what they cost.

A relay stands before the model's server, and spoils what the model alone would not: it drops the schema, cuts the
reply, waits, or puts a refusal in place of the answer. All else is the model's own.
"""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.data_files import data_of
from tests.e2e.consoles import put_people, signed_in
from tests.e2e.serving import KEY, TENANT, serving
from tests.integration.program import Result
from tests.integration.program import auscult as run
from tests.judge.model_server import CONTEXT, PATIENCE_S
from tests.scripted_judge import Scripted, ScriptedJudge, scripted_judge

OWNER = ("--account", TENANT.account_id, "--org", TENANT.org_id, "--app", TENANT.app_id)
CALLS = Path(__file__).parents[2] / "examples/conversations/bank_calls.ndjson"
FORM = data_of(__file__, "form")
CUT_AT = 4
MILLION = 1_000_000


class Relay(ScriptedJudge):
    """A server that passes requests on to the model, and spoils requests and replies as it is set."""

    def __init__(self, url: str) -> None:
        """Pass everything on unchanged to ``url``."""
        super().__init__()
        self._to = urlsplit(url)
        self.sent: list[dict[str, Any]] = []
        self.has_schema = True
        self.most_tokens: int | None = None
        self.delay_s = 0.0
        self.refusal: str | None = None

    def answer(self, body: bytes, headers: dict[str, str]) -> Scripted:  # noqa: ARG002  (of the scripted judge)
        """Ask the model, as it is set."""
        request = json.loads(body)
        if self.delay_s:
            return Scripted(delay_s=self.delay_s, body=b"{}")
        if not self.has_schema:
            request.pop("response_format", None)
        if self.most_tokens is not None:
            request["max_tokens"] = self.most_tokens
        self.sent.append(request)
        status, reply = self._ask(json.dumps(request).encode())
        if self.refusal and status == http.client.OK:
            completion = json.loads(reply)
            completion["choices"][0]["message"] |= {"content": None, "refusal": self.refusal}
            reply = json.dumps(completion).encode()
        return Scripted(status=status, body=reply)

    def _ask(self, body: bytes) -> tuple[int, bytes]:
        assert self._to.hostname
        with closing(http.client.HTTPConnection(self._to.hostname, self._to.port, timeout=PATIENCE_S)) as connection:
            connection.request("POST", f"{self._to.path}/chat/completions", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()


class Desk:
    """A folder with a database, a form that asks, and the commands that load calls into it."""

    def __init__(self, folder: Path, judge: Relay) -> None:
        """Put the form in force, and one user of each role in."""
        self.folder, self.judge = folder, judge
        self.database = f"sqlite:///{folder}/test.db"
        put_people_into(self.database, folder)
        (folder / "form.yaml").write_text(FORM)
        assert self.auscult("forms", "apply", "form.yaml", *OWNER).status == 0

    def auscult(self, *words: str, **more: str) -> Result:
        """Run a command with the judge's settings, and more of them."""
        settings = {
            "URL": self.judge.url,
            "MODEL": "smollm2",
            "CONTEXT": str(CONTEXT),
            "TIMEOUT_S": str(PATIENCE_S),
            "CONCURRENCY": "1",
            "RETRIES": "0",
            "SUMMARIES": "none",
            **more,
        }
        given = {f"AUSCULT_JUDGE_{name}": value for name, value in settings.items()}
        given |= {"AUSCULT_DATABASE_URL": self.database, "AUSCULT_SECRET_KEY": KEY}
        return run(self.folder, *words, settings=given)

    def load(self, number: int = 0, **more: str) -> tuple[dict[str, Any], str]:
        """Load one example call; return the counts, and its page in the console."""
        line = CALLS.read_text().splitlines()[number]
        (self.folder / "calls.ndjson").write_text(line)
        counts = self.auscult("load", "calls.ndjson", *OWNER, "--json", **more).last
        with serving(self.database) as service, signed_in(service, "qa-manager") as client:
            page = client.get(f"/console/conversations/{json.loads(line)['id']}")
        assert page.status_code == http.client.OK
        return counts, page.text


def put_people_into(database: str, folder: Path) -> None:
    """Make the database, and put one user of each role in."""
    settings = {"AUSCULT_DATABASE_URL": database, "AUSCULT_SECRET_KEY": KEY}
    assert run(folder, "apps", "set", "--redaction", "off", *OWNER, settings=settings).status == 0
    put_people(database)


@pytest.fixture
def desk(url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose judge is the real model behind a relay."""
    with scripted_judge(Relay(url)) as judge:
        assert isinstance(judge, Relay)
        yield Desk(tmp_path, judge)


def test_with_a_grammar_the_reply_is_json(desk: Desk) -> None:
    """The schema reaches the server, and no reply has to be asked for again because it is no JSON."""
    counts, page = desk.load()
    assert (counts["scored"], counts["waiting"]) == (1, 0)
    asked = [each["response_format"] for each in desk.judge.sent if each["response_format"]["type"] == "json_object"]
    assert asked
    assert all(each["schema"]["properties"] for each in asked)
    assert "is not JSON" not in page
    assert "Greeting" in page


def test_without_a_grammar_the_call_is_scored_all_the_same(desk: Desk) -> None:
    """Whatever the model writes, two calls are the most, and the metric is answered with evidence or not at all."""
    desk.judge.has_schema = False
    counts, page = desk.load()
    assert (counts["scored"], counts["waiting"]) == (1, 0)
    assert 1 <= counts["judge"]["calls"] <= 2
    assert "Greeting" in page


def test_a_refusal_is_no_answer(desk: Desk) -> None:
    """The metric is left open with the reason, after one more try; the refused calls are counted."""
    desk.judge.refusal = "I cannot help with that."
    counts, page = desk.load()
    assert (counts["scored"], counts["waiting"], counts["judge"]["calls"]) == (1, 0, 2)
    assert "a refusal" in page


def test_a_reply_that_breaks_off_is_no_answer(desk: Desk) -> None:
    """A model that stops for length decides nothing; the reason is on the page."""
    desk.judge.most_tokens = CUT_AT
    counts, page = desk.load()
    assert (counts["scored"], counts["waiting"]) == (1, 0)
    assert "broke off" in page


def test_a_judge_that_is_late_is_waited_for(desk: Desk) -> None:
    """The conversation waits, with the reason in the console; loaded again in time, it is scored."""
    desk.judge.delay_s = 3.0
    counts, page = desk.load(TIMEOUT_S="1")
    assert (counts["scored"], counts["waiting"]) == (0, 1)
    assert "did not answer within 1 s" in page
    desk.judge.delay_s = 0.0
    counts, page = desk.load(1)
    assert counts["scored"] >= 1
    assert "Waits to be scored" not in page


def test_money_is_counted_and_the_day_has_a_limit(desk: Desk) -> None:
    """A call costs its tokens at their prices; where the next could exceed the day's money, it is not made."""
    prices = {"PRICE_IN": "1", "PRICE_OUT": "2"}
    counts, _ = desk.load(0, **prices)
    used = counts["judge"]
    plain = used["tokens_in"] - used["tokens_cached"]
    assert used["cost"] == pytest.approx((plain + used["tokens_cached"] + 2 * used["tokens_out"]) / MILLION)
    with serving(desk.database) as service, signed_in(service, "administrator") as client:
        health = client.get("/console/administration/jobs").text
    tokens = used["tokens_in"] + used["tokens_out"]
    assert f"{tokens:,} tokens for {used['cost']:.4f}" in health
    assert f"cost {used['cost']:.4f}" in desk.auscult("doctor", **prices).out
    before = len(desk.judge.sent)
    counts, page = desk.load(1, **prices, COST_PER_DAY=f"{used['cost'] * 1.01:.9f}")
    assert (counts["scored"], counts["waiting"]) == (0, 1)
    assert len(desk.judge.sent) == before
    assert "limit of a day" in page
