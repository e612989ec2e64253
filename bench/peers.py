"""Label Studio, Arize Phoenix and MLflow on QA-14x8, and auscult: the same conversations, one client each, this machine.

    python -m bench.peers [--count 2000] [--runs 3] [auscult] [label-studio] [arize-phoenix] [mlflow]

Peers are installed from the package index into ``.auscult/peers``, each into an environment of its own, with its default
store (SQLite), started on free ports and ended. Each is measured in turn, as many rounds as there are runs, on a new
store each time, and the median of each figure is shown. What is compared:

- import: conversations sent over HTTP, 500 a request where the peer has such a route, until the last was accepted.
  Peers receive their eight verdicts ready-made (Label Studio as predictions in the same request, Phoenix as span
  annotations in a second one, MLflow as assessments of each trace); auscult receives the talk, and works the verdicts
  out in the workers that ``auscult serve`` starts by itself.
- readable: the same, until every verdict of the last conversation can be read.
- read: all of it again by one client, a page of 100 after the other, one connection; deep: the last tenth of those pages.
- export: Label Studio's own JSON export, and `auscult export` to NDJSON, the program's start included; the others have
  no export of their own over HTTP.
- start: seconds until the server answers its check of health; memory: of all its processes at its most; disk: its
  folder after all this.

A peer that cannot be installed or does not start is named, with why, and left out.
"""

import argparse
import hashlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from auscult.domain.conversation import Conversation
from bench.flow import Home, accept, drained, encoded
from bench.program import AUSCULT, LOOK_S, environment, memory_mb
from bench.qa14x8 import FIRST, conversations

HOME = Path(__file__).parent.parent / ".auscult" / "peers"
PEERS = {"label-studio": "1.23.2", "arize-phoenix": "20.26.1", "mlflow": "3.17.2"}
FULL, SMALL = 2_000, 100
RUNS = 3
AT_A_TIME = 500
PAGE = 100
DEEP = 0.9
METRICS = 8
STARTS_S = 240
REPORTS = ("Quality AI",)
_PASSWORD = "a-bench-password"  # noqa: S105  (of a server that lives for a minute)
_TOKEN = hashlib.sha1(b"bench").hexdigest()  # noqa: S324  (a token of the right shape)


class Rates(NamedTuple):
    """Conversations a second; None where there is no such thing."""

    imported: float
    readable: float
    read: float
    deep: float | None
    exported: float | None


class Costs(NamedTuple):
    """Seconds to start, and megabytes of memory at its most and of disk at the end."""

    start_s: float
    memory_mb: float
    disk_mb: float


class Started:
    """A server that runs: where it answers, how long its start took, and the most memory that its processes held."""

    def __init__(self, address: str, process: "subprocess.Popen[bytes]") -> None:
        """Watch its memory from now on."""
        self.address, self.start_s, self.memory_mb = address, 0.0, 0.0
        self._process = process
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()

    def _watch(self) -> None:
        while self._process.poll() is None:
            self.memory_mb = max(self.memory_mb, memory_mb(self._process.pid))
            time.sleep(LOOK_S)

    def end(self) -> None:
        """Wait until it has ended."""
        self._process.terminate()
        self._process.wait()
        self._watcher.join()


class PeerError(Exception):
    """A peer that cannot be measured here."""


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def pulled(sizes: Iterable[int], count: int) -> tuple[float, float | None]:
    """Read all that pages of these sizes bring; items a second of all, and of those behind nine tenths, if any."""
    began = time.perf_counter()
    seen, deep_from, deep_began = 0, 0, began
    for size in sizes:
        seen += size
        if not deep_from and seen >= count * DEEP:
            deep_from, deep_began = seen, time.perf_counter()
    ended = time.perf_counter()
    if seen < count:
        raise PeerError(f"{seen} of {count} conversations were read again")
    return seen / (ended - began), (seen - deep_from) / (ended - deep_began) if seen > deep_from > 0 else None


def auscult(count: int, folder: Path) -> tuple[Rates, Started]:
    """Ours as delivered: ``auscult serve`` with the workers that it starts, one client that sends and then reads."""
    url = f"sqlite:///{folder / 'bench.db'}"
    home = Home(url, folder, "st-peers", *REPORTS)
    settled = environment(rate_limit="0", state_dir=str(folder), database_url=url)
    command = [str(AUSCULT), "serve", "--port", "{port}"]
    documents = encoded(count, seed=1)
    with started(command, settled, "/readyz") as server:
        home.url_of_server = server.address
        with home.client() as client:
            began = time.perf_counter()
            took = accept(home, documents, clients=1)
            drained(client, count, None)
            until = time.perf_counter() - began
            since, end = FIRST, FIRST + timedelta(days=91)
            read, deep = pulled((1 for _ in client.rows("scorereporting", since, end)), count)
        words = ["--app", "st-peers", "--since", f"{since:%Y-%m-%d}", "--until", f"{end:%Y-%m-%d}", "--database", url]
        export = [AUSCULT, "export", "scorereporting", *words, "--out", folder / "out", "--format", "ndjson"]
        out = timed(lambda: subprocess.run(export, check=True, stdout=subprocess.DEVNULL))  # noqa: S603
    return Rates(count / took, count / until, read, deep, count / out), server


def label_studio(count: int, folder: Path) -> tuple[Rates, Started]:
    """Tasks with predictions."""
    settled = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "LABEL_STUDIO_USERNAME": "bench@example.com",
        "LABEL_STUDIO_PASSWORD": _PASSWORD,
        "LABEL_STUDIO_USER_TOKEN": _TOKEN,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "DISABLE_SIGNUP_WITHOUT_LINK": "true",
    }
    command = [program("label-studio"), "start", "--no-browser", "--host", "http://127.0.0.1", "--port", "{port}"]
    choices = "".join(
        f'<Choices name="em-{n}" toName="talk"><Choice value="YES"/><Choice value="NO"/></Choices>'
        for n in range(METRICS)
    )
    config = f'<View><Paragraphs name="talk" value="$dialogue" layout="dialogue"/>{choices}</View>'
    with started(command, os.environ | settled, "/health") as server, peer(server.address) as http:
        http.headers["Authorization"] = f"Token {_TOKEN}"
        project = answer(http.post("/api/projects", json={"title": "bench", "label_config": config}))["id"]

        def bring_in() -> None:
            for group in groups([_task(each) for each in conversations(count)]):
                answer(http.post(f"/api/projects/{project}/import", json=group))

        def pages() -> Iterator[int]:
            for page in range(1, (count + PAGE - 1) // PAGE + 1):
                query = {"project": project, "page": page, "page_size": PAGE, "fields": "all"}
                yield len(answer(http.get("/api/tasks", params=query))["tasks"])

        took = timed(bring_in)
        last = {"project": project, "page": count, "page_size": 1, "fields": "all"}
        until = took + timed(lambda: wait(lambda: bool(answer(http.get("/api/tasks", params=last))["tasks"])))
        read, deep = pulled(pages(), count)
        query = {"exportType": "JSON", "download_all_tasks": "true"}
        export = timed(lambda: answer(http.get(f"/api/projects/{project}/export", params=query)))
    return Rates(count / took, count / until, read, deep, count / export), server


def _task(conversation: Conversation) -> dict[str, Any]:
    talk = [{"author": turn.speaker, "text": turn.text} for turn in conversation.turns]
    result = [
        {"from_name": f"em-{n}", "to_name": "talk", "type": "choices", "value": {"choices": ["YES" if n % 3 else "NO"]}}
        for n in range(METRICS)
    ]
    data = {"id": conversation.id, "started_at": conversation.started_at.isoformat(), "dialogue": talk}
    return {"data": data, "predictions": [{"model_version": "bench", "score": 0.8, "result": result}]}


def arize_phoenix(count: int, folder: Path) -> tuple[Rates, Started]:
    """Spans with annotations."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        grpc = free.getsockname()[1]
    settled = {
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": "{port}",
        "PHOENIX_GRPC_PORT": str(grpc),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    command = [program("arize-phoenix", "phoenix"), "serve"]
    with started(command, os.environ | settled, "/healthz") as server, peer(server.address) as http:
        spans = [_span(each) for each in conversations(count)]
        ids = [span["context"]["span_id"] for span in spans]

        def bring_in() -> None:
            for group in groups(spans):
                answer(http.post("/v1/projects/default/spans", json={"data": group}))
            wait(lambda: len(page_of({"limit": 1})["data"]) > 0)
            for group in groups([each for id_ in ids for each in _annotations(id_)]):
                answer(http.post("/v1/span_annotations", json={"data": group}))

        def page_of(query: dict[str, Any]) -> dict[str, Any]:
            return answer(http.get("/v1/projects/default/spans", params=query))

        def is_readable() -> bool:
            got = http.get("/v1/projects/default/span_annotations", params={"span_ids": ids[-1], "limit": 100})
            return got.is_success and len(got.json()["data"]) >= METRICS

        def pages() -> Iterator[int]:
            query: dict[str, Any] = {"limit": PAGE}
            while True:
                page = page_of(query)
                shown = [span["context"]["span_id"] for span in page["data"]]
                notes: dict[str, Any] = {"span_ids": shown, "limit": PAGE * METRICS}
                answer(http.get("/v1/projects/default/span_annotations", params=notes))
                yield len(shown)
                if not page["next_cursor"]:
                    return
                query["cursor"] = page["next_cursor"]

        took = timed(bring_in)
        until = took + timed(lambda: wait(is_readable))
        read, deep = pulled(pages(), count)
    return Rates(count / took, count / until, read, deep, None), server


def _span(conversation: Conversation) -> dict[str, Any]:
    digest = hashlib.sha256(conversation.id.encode()).hexdigest()
    attributes = {"session.id": conversation.id}
    for index, turn in enumerate(conversation.turns):
        attributes[f"llm.input_messages.{index}.message.role"] = turn.speaker
        attributes[f"llm.input_messages.{index}.message.content"] = turn.text
    return {
        "name": "conversation",
        "context": {"trace_id": digest[:32], "span_id": digest[32:48]},
        "span_kind": "LLM",
        "start_time": conversation.started_at.isoformat(),
        "end_time": (conversation.ended_at or conversation.started_at).isoformat(),
        "status_code": "OK",
        "attributes": attributes,
    }


def _annotations(span_id: str) -> list[dict[str, Any]]:
    return [
        {
            "span_id": span_id,
            "name": f"em-{n}",
            "annotator_kind": "CODE",
            "result": {"label": "YES" if n % 3 else "NO", "score": float(bool(n % 3)), "explanation": "said in turn 1"},
        }
        for n in range(METRICS)
    ]


def mlflow(count: int, folder: Path) -> tuple[Rates, Started]:
    """Traces with assessments: spans over OTLP, then the assessments of each trace in one request, its only route."""
    store = ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--artifacts-destination", str(folder / "art")]
    command = [program("mlflow"), "server", "--host", "127.0.0.1", "--port", "{port}", *store]
    own = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "PATH": f"{HOME / 'mlflow' / 'bin'}:{os.environ['PATH']}"}
    with started(command, own, "/health") as server, peer(server.address) as http:
        talks = list(conversations(count))
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}

        def bring_in() -> None:
            for group in groups([_otlp(each) for each in talks]):
                spans = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": group}]}]}
                accepted(http.post("/v1/traces", json=spans, headers={"x-mlflow-experiment-id": "0"}))
            for each in talks:
                answer(http.post("/api/3.0/mlflow/traces", json=_assessed(each, place)))

        def page_of(token: str = "", size: int = PAGE) -> dict[str, Any]:
            query = {"locations": [place], "max_results": size, "page_token": token}
            return answer(http.post("/api/3.0/mlflow/traces/search", json=query))

        def is_readable() -> bool:
            got = http.get(f"/api/3.0/mlflow/traces/tr-{_hex(talks[-1])[:32]}")
            return got.is_success and len(got.json()["trace"]["trace_info"].get("assessments", ())) >= METRICS

        def pages() -> Iterator[int]:
            token: str | None = ""
            while token is not None:
                page = page_of(token)
                shown = [each["trace_id"] for each in page.get("traces", ())]
                if shown:  # the last page may be empty
                    answer(http.get("/api/3.0/mlflow/traces/batchGet", params={"trace_ids": shown}))
                yield len(shown)
                token = page.get("next_page_token")

        took = timed(bring_in)
        until = took + timed(lambda: wait(is_readable))
        read, deep = pulled(pages(), count)
    return Rates(count / took, count / until, read, deep, None), server


def _hex(conversation: Conversation) -> str:
    return hashlib.sha256(conversation.id.encode()).hexdigest()


def _otlp(conversation: Conversation) -> dict[str, Any]:
    talk = "\n".join(f"{turn.speaker}: {turn.text}" for turn in conversation.turns)
    began, ended = conversation.started_at, conversation.ended_at or conversation.started_at
    return {
        "traceId": _hex(conversation)[:32],
        "spanId": _hex(conversation)[32:48],
        "name": "conversation",
        "kind": 1,
        "startTimeUnixNano": str(int(began.timestamp()) * 10**9),
        "endTimeUnixNano": str(int(ended.timestamp()) * 10**9),
        "attributes": [{"key": "mlflow.spanInputs", "value": {"stringValue": talk}}],
    }


def _assessed(conversation: Conversation, place: dict[str, Any]) -> dict[str, Any]:
    assessments = [
        {
            "assessment_name": f"em-{n}",
            "source": {"source_type": "CODE", "source_id": "bench"},
            "feedback": {"value": "YES" if n % 3 else "NO"},
            "rationale": "said in turn 1",
        }
        for n in range(METRICS)
    ]
    info = {
        "trace_id": f"tr-{_hex(conversation)[:32]}",
        "trace_location": place,
        "request_time": conversation.started_at.isoformat().replace("+00:00", "Z"),
        "state": "OK",
        "assessments": assessments,
    }
    return {"trace": {"trace_info": info}}


def groups(items: Sequence[Any]) -> Iterator[list[Any]]:
    """Some hundred at a time."""
    return (list(items[at : at + AT_A_TIME]) for at in range(0, len(items), AT_A_TIME))


def answer(response: httpx.Response) -> Any:  # noqa: ANN401  (whatever JSON a peer answers)
    """The JSON of an answer. Raises ``PeerError`` where it is a refusal."""
    return accepted(response).json()


def accepted(response: httpx.Response) -> httpx.Response:
    """The answer. Raises ``PeerError`` where it is a refusal."""
    if not response.is_success:
        raise PeerError(f"{response.request.url.path} answers {response.status_code}: {response.text[:200]}")
    return response


def wait(is_so: Callable[[], bool]) -> None:
    """Until it is so. Raises ``PeerError`` where that takes half an hour."""
    until = time.monotonic() + 1800
    while not is_so():
        if time.monotonic() > until:
            raise PeerError("what was handed in could not be read within half an hour")
        time.sleep(0.05)


@contextmanager
def peer(address: str) -> Iterator[httpx.Client]:
    """One connection to it."""
    with httpx.Client(base_url=address, timeout=600, follow_redirects=True) as http:
        yield http


def program(package: str, name: str = "") -> str:
    """Return the path of a program that a peer's package installs."""
    return str(HOME / package / "bin" / (name or package))


@contextmanager
def started(command: Sequence[str], settings: Mapping[str, str], health: str) -> Iterator[Started]:
    """Start a server on a free port, which stands for ``{port}``, and end it. Raises ``PeerError`` where it does not start."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    env = {name: value.replace("{port}", port) for name, value in settings.items()}
    words = [word.replace("{port}", port) for word in command]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(words, env=env, stdout=log, stderr=log, start_new_session=True) as process,  # noqa: S603
    ):
        server, began = Started(f"http://127.0.0.1:{port}", process), time.perf_counter()
        try:
            while not _answers(f"{server.address}{health}"):
                if process.poll() is not None or time.perf_counter() - began > STARTS_S:
                    log.seek(0)
                    raise PeerError(f"it does not start: …{log.read().decode(errors='replace')[-500:]}")
                time.sleep(0.02)
            server.start_s = time.perf_counter() - began
            yield server
        finally:
            server.end()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


def install(package: str) -> None:
    """Install a peer, unless it is there. Raises ``PeerError`` with the installer's words."""
    python = HOME / package / "bin" / "python"
    done = HOME / f"{package}.installed"
    if done.exists() and done.read_text(encoding="utf-8") == PEERS[package]:
        return
    print(f"… installing {package} {PEERS[package]} into {HOME / package}", file=sys.stderr, flush=True)
    words = ["install", "--quiet", "--disable-pip-version-check", f"{package}=={PEERS[package]}"]
    for command in ([sys.executable, "-m", "venv", HOME / package], [python, "-m", "pip", *words]):
        made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if made.returncode:
            raise PeerError(f"it cannot be installed here: …{made.stderr[-500:]}")
    done.write_text(PEERS[package], encoding="utf-8")


CASES: dict[str, Callable[[int, Path], tuple[Rates, Started]]] = {
    "auscult": auscult,
    "label-studio": label_studio,
    "arize-phoenix": arize_phoenix,
    "mlflow": mlflow,
}


def once(name: str, count: int) -> tuple[Rates, Costs]:
    """Measure one, on a new store."""
    with tempfile.TemporaryDirectory() as folder:
        rates, server = CASES[name](count, Path(folder))
        held = sum(
            each.stat().st_size for each in Path(folder).rglob("*") if each.is_file() and "out" not in each.parts
        )
    return rates, Costs(server.start_s, server.memory_mb, held / 1024 / 1024)


def compare(count: int, names: Sequence[str] = tuple(CASES), runs: int = RUNS) -> str:
    """Measure each in turn, several rounds; a table in Markdown of the medians, and how many times as fast ours is."""
    found: dict[str, list[tuple[Rates, Costs]]] = {}
    failed: dict[str, str] = {}
    for _ in range(runs):
        for name in (each for each in names if each not in failed):
            try:
                if name in PEERS:
                    install(name)
                found.setdefault(name, []).append(once(name, count))
            except (PeerError, httpx.HTTPError) as error:
                failed[name] = f"{name} {PEERS.get(name, '')} was not measured: {error}"
            print(f"… {name}: {failed.get(name) or found[name][-1]}", file=sys.stderr, flush=True)
    lines = [
        f"QA-14x8, {count:,} conversations, conversations/s, the median of {runs} runs; how many times as fast ours is:\n",
        "| | import | until readable | read | last tenth of pages | export | start, s | memory, MB | disk, MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    ours = _middle([rates for rates, _ in found["auscult"]]) if "auscult" in found else ()
    for name in (each for each in found if each not in failed):
        rates = _middle([rates for rates, _ in found[name]])
        cells = [
            "-" if rate is None else f"{rate:,.0f}" + (f" ({own / rate:.1f})" if own and name in PEERS else "")
            for rate, own in zip(rates, ours or [None] * len(rates), strict=True)
        ]
        start_s, memory, disk = _middle([costs for _, costs in found[name]])
        cells += [f"{start_s:.1f}", f"{memory:,.0f}", f"{disk:,.0f}"]
        lines.append(f"| {' '.join((name, *PEERS.get(name, '').split()))} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *failed.values()]) + "\n"


def _middle(rows: Sequence[Sequence[float | None]]) -> list[Any]:
    """Return the median of each column; None where a column has none."""
    return [
        None if None in column else statistics.median(each for each in column if each is not None)
        for column in zip(*rows, strict=True)
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("peers", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--count", type=int, default=FULL)
    parser.add_argument("--runs", type=int, default=RUNS)
    chosen = parser.parse_args(arguments)
    print(compare(chosen.count, chosen.peers or tuple(CASES), chosen.runs))


if __name__ == "__main__":
    main()
