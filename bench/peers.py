"""Label Studio and Arize Phoenix on QA-14x8, beside auscult: the same conversations, one client each, this machine.

    python -m bench.peers [--count 5000] [auscult] [label-studio] [arize-phoenix]

Peers are installed from the package index into ``.auscult/peers``, each into an environment of its own, with its default
store (SQLite), started on free ports and ended. What is compared:

- import: conversations handed in over HTTP, 500 a request, until the last was accepted. Peers are given their eight
  verdicts ready made (Label Studio as predictions in the same request, Phoenix as span annotations in a second one);
  auscult is given the talk, and works the verdicts out.
- readable: the same, until every verdict of the last conversation can be read; for auscult the start of the worker, which
  reads its models, and all analysis and scoring are in it.
- read: all of it again by one client, a page of 100 after the other, one connection.
- export: Label Studio's own JSON export, and `auscult export` to NDJSON, the program's start included; Phoenix has no export of its own over HTTP.

A peer that cannot be installed or does not start is named, with why, and left out.
"""

import argparse
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from auscult.domain.conversation import Conversation
from bench.flow import Home, accept, drained, encoded
from bench.program import AUSCULT
from bench.qa14x8 import FIRST, conversations

HOME = Path(__file__).parent.parent / ".auscult" / "peers"
PEERS = {"label-studio": "1.23.2", "arize-phoenix": "20.26.1"}
FULL, SMALL = 5_000, 100
AT_A_TIME = 500
PAGE = 100
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
    exported: float | None


class PeerError(Exception):
    """A peer that cannot be measured here."""


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def auscult(count: int, folder: Path) -> Rates:
    """Ours: a server, one client that hands in, then one worker; one client that reads."""
    url = f"sqlite:///{folder / 'bench.db'}"
    home = Home(url, folder, "st-peers", *REPORTS)
    with home.serving(0) as client:
        took = accept(home, encoded(count, seed=1), clients=1)
        with home.program("worker"):
            until = took + timed(lambda: drained(client, count, None))
        since, end = FIRST, FIRST + timedelta(days=91)
        read = timed(lambda: sum(1 for _ in client.rows("scorereporting", since, end)))
    words = ["--app", "st-peers", "--since", f"{since:%Y-%m-%d}", "--until", f"{end:%Y-%m-%d}", "--database", url]
    command = [AUSCULT, "export", "scorereporting", *words, "--out", folder / "out", "--format", "ndjson"]
    out = timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))  # noqa: S603
    return Rates(count / took, count / until, count / read, count / out)


def label_studio(count: int, folder: Path) -> Rates:
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
    words = ("start", "--no-browser", "--host", "http://127.0.0.1", "--port", "{port}")
    choices = "".join(
        f'<Choices name="em-{n}" toName="talk"><Choice value="YES"/><Choice value="NO"/></Choices>'
        for n in range(METRICS)
    )
    config = f'<View><Paragraphs name="talk" value="$dialogue" layout="dialogue"/>{choices}</View>'
    with started("label-studio", "label-studio", words, settled, "/health") as address, peer(address) as http:
        http.headers["Authorization"] = f"Token {_TOKEN}"
        project = answer(http.post("/api/projects", json={"title": "bench", "label_config": config}))["id"]

        def bring_in() -> None:
            for group in groups([_task(each) for each in conversations(count)]):
                answer(http.post(f"/api/projects/{project}/import", json=group))

        def read(fields: str = "all") -> int:
            seen, page = 0, 1
            while seen < count:
                query = {"project": project, "page": page, "page_size": PAGE, "fields": fields}
                seen += len(answer(http.get("/api/tasks", params=query))["tasks"])
                page += 1
            return seen

        took = timed(bring_in)
        last = {"project": project, "page": count, "page_size": 1, "fields": "all"}
        until = took + timed(lambda: wait(lambda: bool(answer(http.get("/api/tasks", params=last))["tasks"])))
        paged = timed(read)
        query = {"exportType": "JSON", "download_all_tasks": "true"}
        export = timed(lambda: answer(http.get(f"/api/projects/{project}/export", params=query)))
    return Rates(count / took, count / until, count / paged, count / export)


def _task(conversation: Conversation) -> dict[str, Any]:
    talk = [{"author": turn.speaker, "text": turn.text} for turn in conversation.turns]
    result = [
        {"from_name": f"em-{n}", "to_name": "talk", "type": "choices", "value": {"choices": ["YES" if n % 3 else "NO"]}}
        for n in range(METRICS)
    ]
    data = {"id": conversation.id, "started_at": conversation.started_at.isoformat(), "dialogue": talk}
    return {"data": data, "predictions": [{"model_version": "bench", "score": 0.8, "result": result}]}


def arize_phoenix(count: int, folder: Path) -> Rates:
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
    with started("arize-phoenix", "phoenix", ("serve",), settled, "/healthz") as address, peer(address) as http:
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

        def read() -> None:
            query: dict[str, Any] = {"limit": PAGE}
            while True:
                page = page_of(query)
                shown = [span["context"]["span_id"] for span in page["data"]]
                notes: dict[str, Any] = {"span_ids": shown, "limit": PAGE * METRICS}
                answer(http.get("/v1/projects/default/span_annotations", params=notes))
                if not page["next_cursor"]:
                    return
                query["cursor"] = page["next_cursor"]

        took = timed(bring_in)
        until = took + timed(lambda: wait(is_readable))
        return Rates(count / took, count / until, count / timed(read), None)


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


def groups(items: Sequence[Any]) -> Iterator[list[Any]]:
    """Some hundred at a time."""
    return (list(items[at : at + AT_A_TIME]) for at in range(0, len(items), AT_A_TIME))


def answer(response: httpx.Response) -> Any:  # noqa: ANN401  (whatever JSON a peer answers)
    """The JSON of an answer. Raises ``PeerError`` where it is a refusal."""
    if not response.is_success:
        raise PeerError(f"{response.request.url.path} answers {response.status_code}: {response.text[:200]}")
    return response.json()


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


@contextmanager
def started(package: str, program: str, words: Sequence[str], settings: dict[str, str], health: str) -> Iterator[str]:
    """Address of a peer, started on a free port and ended. Raises ``PeerError`` where it does not start."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    env = os.environ | {name: value.format(port=port) for name, value in settings.items()}
    command = [str(HOME / package / "bin" / program), *(word.format(port=port) for word in words)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True) as process,  # noqa: S603
    ):
        try:
            until = time.monotonic() + STARTS_S
            while not _answers(f"http://127.0.0.1:{port}{health}"):
                if process.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    raise PeerError(f"it does not start: …{log.read().decode(errors='replace')[-500:]}")
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


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


CASES: dict[str, Callable[[int, Path], Rates]] = {
    "auscult": auscult,
    "label-studio": label_studio,
    "arize-phoenix": arize_phoenix,
}


def compare(count: int, names: Sequence[str] = tuple(CASES)) -> str:
    """Measure each, one after the other; a table in Markdown, with how many times as fast ours is."""
    found: dict[str, Rates] = {}
    failed: list[str] = []
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            try:
                if name in PEERS:
                    install(name)
                found[name] = CASES[name](count, Path(folder))
            except (PeerError, httpx.HTTPError) as error:
                failed.append(f"{name} {PEERS[name]} was not measured: {error}")
        print(f"… {name}: {found.get(name, failed[-1:])}", file=sys.stderr, flush=True)
    ours = found.get("auscult")
    lines = [
        f"QA-14x8, {count:,} conversations, conversations/s; in brackets how many times as fast auscult is:\n",
        "| | import | until readable | read, page by page | export |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, rates in found.items():
        cells = [
            "-" if rate is None else f"{rate:,.0f}" + (f" ({own / rate:.1f})" if ours and own and name in PEERS else "")
            for rate, own in zip(rates, ours or rates, strict=True)
        ]
        lines.append(f"| {name} {PEERS.get(name, '')} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *failed]) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("peers", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--count", type=int, default=FULL)
    chosen = parser.parse_args(arguments)
    print(compare(chosen.count, chosen.peers or tuple(CASES)))


if __name__ == "__main__":
    main()
