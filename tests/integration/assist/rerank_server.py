"""A small rerank server, run as a process: it scores texts by the words that they share with the question.

``python -m tests.integration.assist.rerank_server`` prints its port. The first part of a path says what it does:
``/rerank`` answers, ``/late``, ``/broken``, ``/short``, ``/twice``, ``/down``, ``/locked`` and ``/moved`` do what their name says. It
answers ``texts`` as text-embeddings-inference does and ``documents`` as Cohere, Jina, vLLM and llama.cpp do, and
refuses what those refuse. ``rerank_server`` starts it for a test.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
LATE_S = 1.5
KEY = "rk-1"


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open as those servers keep it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one request."""
        request: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
        tell(json.dumps({"path": self.path, "request": request}))
        status, reply = self.answer(self.path.split("/")[1], request)
        body = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/rerank")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, does: str, request: dict[str, Any]) -> tuple[int, object]:
        """Return status and body."""
        if does == "late":
            time.sleep(LATE_S)
        if does == "moved":
            return 302, b""
        if does == "down":
            return 503, {"error": "Model is overloaded", "error_type": "overloaded"}
        if does == "locked" and self.headers.get("authorization") != f"Bearer {KEY}":
            return 401, {"error": f"bad key {self.headers.get('authorization')}"}
        if does == "broken":
            return 200, b'{"results":[{"index":0,'
        is_tei = "texts" in request
        texts: list[str] = request["texts" if is_tei else "documents"]
        score = "score" if is_tei else "relevance_score"
        rows = [{"index": at, score: shared(request["query"], text)} for at, text in enumerate(texts)]
        rows.sort(key=lambda each: -each[score])
        if does == "short":
            rows.pop()
        elif does == "twice":
            rows[-1] = rows[0]
        return 200, rows if is_tei else {"model": request["model"], "results": rows, "usage": {"total_tokens": 9}}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as the base names it)
        """Stay silent."""


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def shared(question: str, text: str) -> float:
    """Return the share of a question's words that a text has."""
    asked = set(re.findall(r"\w{4,}", question.lower()))
    return len(asked & set(re.findall(r"\w{4,}", text.lower()))) / max(1, len(asked))


class RerankServer:
    """The process, and what it was asked."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        """Know where it listens."""
        self.process, self._log = process, log
        self.url = ""

    def asked(self) -> list[dict[str, Any]]:
        """Return the requests."""
        return [json.loads(line) for line in self._log.read_text().splitlines()[1:]]


@contextmanager
def rerank_server(log: Path) -> Iterator[RerankServer]:
    """Start a server that keeps its requests in a file; it is killed at the end."""
    command = [sys.executable, "-m", "tests.integration.assist.rerank_server"]
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, stdout=out, text=True) as process:  # noqa: S603
        found = RerankServer(process, log)
        until = time.monotonic() + 60
        while not log.read_text().endswith("\n") and time.monotonic() < until:
            time.sleep(0.05)
        found.url = f"http://127.0.0.1:{log.read_text().strip()}"
        yield found
        process.kill()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tell(str(server.server_address[1]))
    server.serve_forever()
