"""A small OpenAI-compatible server on a real port, that answers honestly until a script says otherwise.

Honestly: a statement like "Somebody says sorry." is true where its last word was said in a turn from which evidence
may come. It understands requests by what stands in them, as a model would, and counts four characters as a token.
"""

import json
import math
import re
import select
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.http_servers import QuietHandler, running

LETTERS_A_TOKEN = 4


class Scripted(NamedTuple):
    """What becomes of one request instead of an honest answer."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    """The whole answer, as it is."""
    text: str | None = None
    """What the model writes."""
    edit: Callable[[dict[str, Any]], object] | None = None
    """Changes the honest answers before they are written."""
    finish: str = "stop"
    refusal: str | None = None
    delay_s: float = 0.0
    hang_up: bool = False
    likely: float | None = None
    """Probability of each token, where it gives any."""


class Asked(NamedTuple):
    """One request as the model understands it: questions and turns by their names, and what is asked of whom."""

    questions: dict[str, dict[str, Any]]
    turns: dict[int, tuple[str, str]]
    asked: tuple[str, ...]
    sources: dict[str, str]
    request: dict[str, Any]

    @property
    def text(self) -> str:
        """All that was told."""
        return "\n".join(message["content"] for message in self.request["messages"])

    def allows(self, name: str, number: int) -> bool:
        """Whether evidence for a question may come from a turn."""
        source = self.sources.get(name, "all turns")
        speaker = self.turns[number][0]
        if source.startswith("turns "):
            runs = (run.partition("-") for run in source.removeprefix("turns ").split(", "))
            return any(int(first) <= number <= int(last or first) for first, _, last in runs)
        return source in ("all turns", f"all turns of the {speaker}")


class ScriptedJudge:
    """The server. ``script`` is used up first, one entry a request; ``requests`` are all there were."""

    def __init__(self) -> None:
        """Not listening yet."""
        self.script: deque[Scripted] = deque()
        self.always: Scripted | None = None
        """What every request gets that the script does not speak of."""
        self.requests: list[Asked] = []
        self.headers: list[dict[str, str]] = []
        self.refuses: frozenset[str] = frozenset()
        """Parameters that it answers with status 400."""
        self.most_at_once = 0
        self.url = ""
        self._lock = threading.Lock()
        self._told: list[str] = []
        self._here: set[socket.socket] = set()

    @contextmanager
    def counted(self, who: socket.socket) -> Iterator[None]:
        """Count who is here at once; who was killed meanwhile is not."""
        with self._lock:
            self._here.add(who)
            self.most_at_once = max(self.most_at_once, sum(not hangs_up(each, 0) for each in self._here))
        try:
            yield
        finally:
            with self._lock:
                self._here.discard(who)

    def answer(self, body: bytes, headers: dict[str, str]) -> Scripted:
        """What becomes of a request."""
        request = json.loads(body)
        wrong = next((name for name in sorted(self.refuses) if _has(request, name)), None)
        if wrong:
            error = {"message": f"Unsupported value: '{wrong}'", "param": wrong, "code": "unsupported_value"}
            return Scripted(status=400, body=json.dumps({"error": error}).encode())
        asked = understood(request)
        with self._lock:
            self.requests.append(asked)
            self.headers.append(headers)
            scripted = self.script.popleft() if self.script else self.always or Scripted()
            cached = max((_shared(asked.text, before) for before in self._told), default=0)
            self._told.append(asked.text)
        if scripted.body is not None or scripted.status != 200:
            return scripted
        answers = {name: honest(asked, name) for name in asked.asked}
        if scripted.edit:
            scripted.edit(answers)
        text = json.dumps(answers) if scripted.text is None else scripted.text
        message = {"role": "assistant", "content": text, "refusal": scripted.refusal}
        completion = {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": request["model"],
            "choices": [
                {"index": 0, "message": message, "finish_reason": scripted.finish, "logprobs": _likely(scripted, text)}
            ],
            "usage": {
                "prompt_tokens": len(asked.text) // LETTERS_A_TOKEN,
                "completion_tokens": len(text) // LETTERS_A_TOKEN,
                "total_tokens": (len(asked.text) + len(text)) // LETTERS_A_TOKEN,
                "prompt_tokens_details": {"cached_tokens": cached // LETTERS_A_TOKEN},
            },
        }
        return scripted._replace(body=json.dumps(completion).encode())


def hangs_up(who: socket.socket, within_s: float) -> bool:
    """Whether somebody goes away who waits for an answer: there is nothing else to hear of them."""
    return bool(select.select([who], [], [], within_s)[0])


def understood(request: dict[str, Any]) -> Asked:
    """Read a request by its lines."""
    lines = request["messages"][-1]["content"].splitlines()
    at = {line: index for index, line in enumerate(lines) if line.isupper()}
    questions = [json.loads(line) for line in lines[at["QUESTIONS"] + 1 : at["END OF QUESTIONS"]]]
    turns = [json.loads(line) for line in lines[at["CONVERSATION"] + 1 : at["END OF CONVERSATION"]]]
    rest = "\n".join(lines[at["END OF CONVERSATION"] + 1 :])
    sources = {
        name: source
        for names, source in re.findall(r"^Evidence of (.*) may come from: (.*)\.$", rest, re.MULTILINE)
        for name in names.split(", ")
    }
    (names,) = re.findall(r"^Answer (q[0-9, q]+?)(?: again, and only these,)? in JSON\.$", rest, re.MULTILINE)
    said = [one for one in turns if "turn" in one]
    spoken = {one["turn"]: next((who, said) for who, said in one.items() if who != "turn") for one in said}
    by_name = {one["question"]: one for one in questions}
    return Asked(by_name, spoken, tuple(names.split(", ")), sources, request)


def honest(asked: Asked, name: str) -> dict[str, Any]:
    """The answer of somebody who reads."""
    question = asked.questions[name]
    if "summary" in question:
        return {"sentences": [{"sentence": "They talked.", "turns": [min(asked.turns)]}]}
    if "grade" in question:
        return graded(asked, name)
    word = (question.get("statement") or question["value"]).rstrip(".").split()[-1]
    spoken = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    found = ((number, spoken.search(said)) for number, (_, said) in asked.turns.items() if asked.allows(name, number))
    number, match = next(((number, match) for number, match in found if match), (0, None))
    if "value" in question:
        return {"values": [{"turn": number, "quote": match[0], "value": match[0]}] if match else []}
    if match is None:
        return {"evidence": [], "reason": f"nobody says {word}", "answer": "NO"}
    return {
        "evidence": [{"turn": number, "quote": asked.turns[number][1]}],
        "reason": f"{word} was said",
        "answer": "YES",
    }


def graded(asked: Asked, name: str) -> dict[str, Any]:
    """The first level of which the last word of its meaning was said; else the one that needs no evidence."""
    question = asked.questions[name]
    for one in question["levels"]:
        word = one["means"].rstrip(".").split()[-1]
        for number, (_, said) in asked.turns.items():
            match = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said, re.IGNORECASE)
            if match and asked.allows(name, number):
                evidence = [{"turn": number, "quote": said}]
                return {"evidence": evidence, "reason": f"{word} was said", "level": one["level"]}
    return {"evidence": [], "reason": "nothing of it was said", "level": question["baseline"]}


def _likely(scripted: Scripted, text: str) -> dict[str, Any] | None:
    """Probabilities: of the words of a conclusion the scripted one, of all others 1."""
    if scripted.likely is None:
        return None
    sure = {True: math.log(scripted.likely), False: 0.0}
    pieces = re.findall(r"\w+|\W+", text)
    return {"content": [{"token": one, "logprob": sure[one in ("YES", "NO", "NA")]} for one in pieces]}


def _has(request: dict[str, Any], name: str) -> bool:
    if name == "response_format":
        return bool(request["response_format"]["type"] == "json_schema")
    return name in request


def _shared(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, other_s) in pairs if mine != other_s), min(len(one), len(other)))


@contextmanager
def scripted_judge(judge: ScriptedJudge | None = None) -> Iterator[ScriptedJudge]:
    """A server, while it listens on a free port of this machine; ``judge`` is one that answers otherwise."""
    judge = judge or ScriptedJudge()

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with judge.counted(self.connection):
                found = judge.answer(body, {name.lower(): value for name, value in self.headers.items()})
                is_alone = bool(found.delay_s) and hangs_up(self.connection, found.delay_s)
            if found.hang_up or is_alone:
                self.close_connection = True
                return
            self.reply(found.status, found.body or b"", {"Content-Type": "application/json", **dict(found.headers)})

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Somebody who was killed hung up."""

    with running(Server(("127.0.0.1", 0), Handler)) as server:
        judge.url = f"http://127.0.0.1:{server.server_port}/v1"
        yield judge
