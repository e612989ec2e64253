"""Requests of the builders, in an app with many conversations: the time until the answer is there, at the 95th percentile.

    python -m bench.builders [--count 1000000] [--database URL] [--filled] [--rounds 40]

Rows of the listing are synthetic, as in ``bench.console``; the directory has 2,000 agents and 100 queues, six forms are
in force, the source of the connector has 300 agents, and the form that is built has 60 questions in six sections, one of them open. The server is the real one, asked
by one signed-in QA manager (an administrator for connectors) over HTTP, with what the page's script sends at each change.
The goal is 100 ms. What workers do for a trial or a back-test is no part of this.
"""

import math
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import msgspec

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.people.directory import DirectoryAgent, DirectoryQueue
from auscult.domain.people.principal import operator
from auscult.formats.tables._described import Sampled
from auscult.server.console.connectors.wizard_view import Seen
from auscult.services.connectors.trying import Tried
from auscult.services.people.users import Access, Users
from bench import insights
from bench.console import COPIES, EMAIL, PASSWORD, served

ADMINISTRATOR = "administrator@example.com"
GOAL_MS = 100
QUESTIONS, SECTIONS, AGENTS, QUEUES, FORMS = 60, 6, 2_000, 100, 5
FORM_ID = "ef-built"
OTHER = """\
id: ef-other-{n}
name: Other {n}
channel: voice
assignments: [{{queue: qu-{n}, direction: both}}]
metrics:
- {{id: em-0, name: Metric 0, type: by_question, weight: 100, answer: {{any_of: [{{phrases: [hi]}}]}}}}
"""
CONNECTOR = """\
name: built
place: s3://calls/2026
format: described
every: 1h
options: {columns: {id: call, started_at: begin, speaker: who, text: words, agent: agent, queue: skill}}
mapping:
  queues: {a: qu-1, b: qu-2, c: qu-3}
  agents: {"77": {id: a-7}, "78": {id: a-8}, "79": {id: a-9}}
"""


def form() -> bytes:
    """Return the form that is built."""
    sections = "".join(f"- {{id: se-{n}, name: Section {n}}}\n" for n in range(SECTIONS))
    questions = "".join(
        f"# Question {n}\n- id: em-{n}\n  name: Question {n}\n  type: by_question\n  section: se-{n % SECTIONS}\n"
        f"  question: Does the agent do what number {n} asks for?\n  weight: {1 + n % 3}\n"
        "  answer:\n    speaker: agent\n    window: {first: 3 turns}\n    any_of:\n"
        f"    - {{phrases: [good morning {n}, hello there {n}, welcome to number {n}]}}\n"
        f"    - {{similar: [Thank you for calling number {n}], threshold: 0.6}}\n"
        for n in range(QUESTIONS)
    )
    head = f"id: {FORM_ID}\nname: Built\nchannel: voice\nscoring: points\npass_score: 70\n"
    return f"{head}assignments: [{{queue: qu-7, direction: both}}]\nsections:\n{sections}metrics:\n{questions}".encode()


def card() -> bytes:
    """Return a scorecard over the questions of the form."""
    attributes = "".join(
        f"- id: at-{n}\n  name: Attribute {n}\n  weight: 10\n  metrics:\n"
        + "".join(f"  - {{metric: em-{n * 6 + at}, weight: {20 if at < 4 else 10}}}\n" for at in range(6))
        for n in range(10)
    )
    return f"id: sc-built\nname: Built\npass_score: 70\nagents: ['*']\nattributes:\n{attributes}".encode()


def taxonomy() -> bytes:
    """Return a taxonomy whose topics the conversations have, each with three sentences."""
    areas = "".join(
        f"- name: Area {area}\n  topics:\n"
        + "".join(
            f"  - name: Reason {n}\n    description: What number {n} is about\n"
            f"    examples: [where is my parcel {n}, it has not come {area}, i still wait for it]\n"
            for n in range(insights.REASONS)
        )
        for area in range(insights.AREAS)
    )
    return f"id: tx-built\nname: Built\nlanguages: [en]\ntopics:\n{areas}".encode()


def prepare(url: str) -> None:
    """Put people, forms, definitions and the draft there that is built on."""
    with bootstrap.open(read_settings(database_url=url)) as application:
        app = application.store.within(insights.TENANT)
        users = Users(application.store, operator(insights.TENANT.account_id))
        known = {each.email for each in application.store.people.users.listing(insights.TENANT.account_id)}
        if ADMINISTRATOR not in known:
            user = users.add(ADMINISTRATOR, "Administrator", insights.TENANT.account_id, PASSWORD)
            users.grant(user, insights.TENANT, Access(role="administrator"))
        app.people.directory.put_agents([DirectoryAgent(agent_id=f"a-{n}", name=f"Agent {n}") for n in range(AGENTS)])
        app.people.directory.put_queues([DirectoryQueue(queue_id=f"qu-{n}", name=f"Queue {n}") for n in range(QUEUES)])
        for n in range(FORMS):
            app.forms.publish(f"ef-other-{n}", OTHER.format(n=n).encode())
        app.forms.publish(FORM_ID, form())
        app.forms.save_draft(FORM_ID, form().replace(b"pass_score: 70", b"pass_score: 71"))
        app.definitions.publish("scorecard", "sc-built", card())
        app.definitions.publish("taxonomy", "tx-built", taxonomy())
        app.definitions.save_draft("connector", "built", CONNECTOR.encode())


def changed(document: str, path: str, before: str, after: str, opened: str = "") -> dict[str, str]:
    """Return what the page sends when one of its fields changes."""
    return {
        "document": document,
        "act": "look",
        "part": "1",
        "open": opened,
        f"set:{path}": after,
        f"was:{path}": before,
        f"as:{path}": "text",
        f"un:{path}": "",
    }


def found() -> str:
    """Return what the page of the connector carries along: the rows of a file with 300 agents and 20 queues."""
    values = {
        "agent": {f"x{n}": 30 for n in range(300)},
        "skill": {f"skill {n}": 400 for n in range(20)},
        "who": {"A": 5_000, "C": 5_000},
    }
    columns = ("call", "begin", "who", "words", "agent", "skill")
    rows = tuple(("1", "2026-03-30 09:02", "A", "Good morning", "x1", "skill 1") for _ in range(10))
    sample = Sampled(columns=columns, rows=rows, total=10_000, values=values)
    return msgspec.json.encode(Seen(tried=Tried(listed=1, fitting=1, key="calls.csv", sample=sample))).decode()


Ask = Callable[[int], httpx.Response]


def requests(http: httpx.Client, admin: httpx.Client) -> dict[str, Ask]:
    """Return each request by its name; a number makes it another one each time."""
    text, at, tree = form().decode(), f"/console/forms/{FORM_ID}", "/console/taxonomies/tx-built/edit"
    name, seen = "metrics.30.name", found()

    def sent(path: str, document: str, **more: str) -> Ask:
        return lambda n: http.post(path, data={"document": f"{document}# {n}\n", **more})

    def act(act: str, **more: str) -> Ask:
        return sent(at, text, act=act, part="1", **more)

    return {
        "form: open": lambda _: http.get(at),
        "form: a name": lambda n: http.post(at, data=changed(text, name, "Question 30", f"Question {n}", "30")),
        "form: open a question": act("open:30"),
        "form: add a question": act("question:se-2", open="30"),
        "form: move a question": act("down:30", open="30"),
        "form: text typed": act("look", open="30"),
        "form: ready questions": sent(f"{at}/ready", text),
        "form: which conversations": sent(f"{at}/reach", text),
        "form: try the newest": sent(f"{at}/try", text, act="recent", part="1"),
        "form: look at a trial": lambda _: http.get(trial(http, text)),
        "form: save the draft": sent(at, text, act="save"),
        "forms": lambda _: http.get("/console/forms"),
        "scorecard: open": lambda _: http.get("/console/scorecards/sc-built/edit"),
        "scorecard: a name": lambda n: http.post(
            "/console/scorecards/sc-built/edit",
            data=changed(card().decode(), "attributes.3.name", "Attribute 3", f"Attribute {n}"),
        ),
        "scorecard: page": lambda _: http.get("/console/scorecards/sc-built"),
        "taxonomy: open": lambda _: http.get(tree),
        "taxonomy: a name": lambda n: http.post(
            tree,
            data=changed(taxonomy().decode(), "topics.3.name", "Area 3", f"Area {n + 20}", "topics.3.topics.2"),
        ),
        "taxonomy: counts": sent(f"{tree}/counts", taxonomy().decode()),
        "taxonomy: sorted here": sent(f"{tree}/here", taxonomy().decode(), open="topics.3.topics.2"),
        "taxonomy: not recognised": sent(f"{tree}/nowhere", taxonomy().decode()),
        "connector: open": lambda _: admin.get("/console/connectors/built/edit"),
        "connector: a change": lambda n: admin.post(
            "/console/connectors/built/edit", data=changed(CONNECTOR, "place.prefix", "2026", str(n)) | {"seen": seen}
        ),
        "connector: an agent": lambda n: admin.post(
            "/console/connectors/built/edit",
            data=changed(CONNECTOR, "mapping.agents.~x7", "", f"Agent {n + 1}") | {"seen": seen},
        ),
        "first hour": lambda _: admin.get("/console/first-hour"),
    }


@cache
def trial(http: httpx.Client, document: str) -> str:
    """Begin a trial; return where it is read."""
    data = {"document": document, "act": "recent", "part": "1"}
    page = http.post(f"/console/forms/{FORM_ID}/try", data=data).text
    return page.partition('data-trial="')[2].partition('"')[0]


@contextmanager
def client(address: str, email: str) -> Iterator[httpx.Client]:
    """Give a client that has signed in, with no limit of time."""
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=600) as found:
        answer = found.post("/console/sign-in", data={"email": email, "password": PASSWORD})
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise SystemExit(f"{email} cannot sign in: {answer.status_code}")
        yield found


def measure(address: str, rounds: int) -> None:
    """Print what each request takes."""
    with client(address, EMAIL) as http, client(address, ADMINISTRATOR) as admin:
        for name, ask in requests(http, admin).items():
            first, taken = 0.0, list[float]()
            used: list[float] = []
            size = 0
            for n in range(-1, rounds):
                began, busy = time.perf_counter(), time.process_time()
                answer = ask(n)
                if answer.status_code not in (httpx.codes.OK, httpx.codes.SEE_OTHER):
                    raise SystemExit(f"{name}: {answer.status_code} {answer.text[:2000]}")
                size = len(answer.content)
                if n < 0:  # it also compiles, and reads what is kept afterwards
                    first = (time.process_time() - busy) * 1000
                    continue
                taken.append((time.perf_counter() - began) * 1000)
                used.append((time.process_time() - busy) * 1000)
            _print(name, first, taken, used, size)


def _print(name: str, first: float, taken: list[float], used: list[float], size: int) -> None:
    """Print the figures of one request."""
    high = sorted(taken)[math.ceil(len(taken) * 0.95) - 1]
    cpu = sorted(used)[math.ceil(len(used) * 0.95) - 1]
    slow = f", more than {GOAL_MS}" if high > GOAL_MS else ""
    print(
        f"  {name}: median {statistics.median(taken):.1f} ms, 95th percentile {high:.1f};"
        f" cpu {statistics.median(used):.1f}, {cpu:.1f}, the first {first:.0f}; {size >> 10} KB{slow}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, prepare, serve, measure."""
    chosen = insights.arguments(__doc__, rounds=40).parse_args(arguments)
    insights.FIRST = datetime.now(UTC).replace(microsecond=0) - timedelta(days=insights.DAYS)  # pyright: ignore[reportConstantRedefinition]  (the last week is counted)
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{Path(folder)}/bench.db"
        if not chosen.filled:
            insights.fill(url, chosen.count, COPIES)
        prepare(url)
        print(f"{chosen.count:,} conversations, {QUESTIONS} questions, {url.partition(':')[0]}")
        with served(url) as address:
            measure(address, chosen.rounds)
        print(f"load {', '.join(f'{each:.1f}' for each in os.getloadavg())}")


if __name__ == "__main__":
    main()
