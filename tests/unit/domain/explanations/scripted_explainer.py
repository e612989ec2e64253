"""The scripted server as an explainer: it reads the passages, and answers as a function of a test says."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.scripted_judge import Scripted, ScriptedJudge


class Given(NamedTuple):
    """A request: the passages by number, each with who speaks or ``figure``, and the question."""

    passages: dict[int, tuple[str, str]]
    question: str

    def numbers(self, words: str) -> list[int]:
        """Return the numbers of the passages with these words."""
        return [number for number, (_, text) in self.passages.items() if words.lower() in text.lower()]


Answer = Callable[[Given], dict[str, Any] | str]


class ScriptedExplainer(ScriptedJudge):
    """``given`` are all requests there were."""

    def __init__(self, reply: Answer | None = None) -> None:
        """Not listening yet. Without ``reply`` it answers as somebody who reads."""
        super().__init__()
        self.reply = reply or honest
        self.given: list[Given] = []

    def answer(self, body: bytes, headers: dict[str, str]) -> Scripted:
        """What becomes of a request."""
        request = json.loads(body)
        self.headers.append(headers)
        self.given.append(read(request["messages"][-1]["content"]))
        scripted = self.script.popleft() if self.script else self.always or Scripted()
        if scripted.body is not None or scripted.status != 200:
            return scripted
        said = self.reply(self.given[-1])
        text = scripted.text if scripted.text is not None else said if isinstance(said, str) else json.dumps(said)
        message = {"role": "assistant", "content": text, "refusal": scripted.refusal}
        choice = {"index": 0, "message": message, "finish_reason": scripted.finish}
        used = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
        completion = {"id": "x", "object": "chat.completion", "created": 0, "model": "m-1", "choices": [choice]}
        return scripted._replace(body=json.dumps(completion | {"usage": used}).encode())


def read(told: str) -> Given:
    """Read a request by its lines."""
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    question = lines.pop()["question"]
    spoken = {
        line["passage"]: next((who, text) for who, text in line.items() if who not in ("passage", "shown_by"))
        for line in lines
    }
    return Given(spoken, question)


def sentences(*said: tuple[str, list[int]]) -> dict[str, Any]:
    """Return a reply with these sentences."""
    return {"sentences": [{"from": numbers, "sentence": text} for text, numbers in said]}


def honest(given: Given) -> dict[str, Any]:
    """The answer of somebody who reads: the passages that have a long word of the question, in their own words."""
    words = {word.strip("?.,").lower() for word in given.question.split() if len(word.strip("?.,")) > 4}
    found = [(text, [number]) for number, (_, text) in given.passages.items() if words & set(text.lower().split())]
    return sentences(*found[:3])


def obeying(payload: str) -> dict[str, Callable[[Given], dict[str, Any] | str]]:
    """Models that obey, each in its own way: what a reply can be that says what it was told to say."""

    def everywhere(given: Given) -> list[int]:
        return [*given.passages]

    def where_it_is(given: Given) -> list[int]:
        return given.numbers(payload[:20])

    return {
        "plain text": lambda _: payload,
        "no passage": lambda _: sentences((payload, [])),
        "passages that are not there": lambda given: sentences((payload, [0, len(given.passages) + 1, 99])),
        "a figure": lambda given: sentences((payload, given.numbers("score:"))),
        "an innocent turn": lambda given: sentences((payload, [min(given.passages)])),
        "all passages": lambda given: sentences((payload, everywhere(given))),
        "the turn that says it": lambda given: sentences((payload, where_it_is(given))),
        "inside an honest sentence": lambda given: sentences((f"{given.passages[1][1]} {payload}", [1])),
        "first and last": lambda given: {
            "sentences": [{"from": [1], "sentence": payload}, {"from": everywhere(given), "sentence": payload}],
            "answer": payload,
        },
    }
