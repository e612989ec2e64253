"""The scripted server as a ranker: it turns the passages round, unless a script says otherwise."""

import json
from typing import Any

from tests.scripted_judge import Scripted, ScriptedJudge


class ScriptedRanker(ScriptedJudge):
    """``told`` are the user's messages of all requests for an order; every order is ``reply``, else the reverse."""

    def __init__(self) -> None:
        """Not listening yet."""
        super().__init__()
        self.told: list[str] = []
        self.reply: list[int] | None = None

    def answer(self, body: bytes, headers: dict[str, str]) -> Scripted:
        """What becomes of a request."""
        told: str = json.loads(body)["messages"][-1]["content"]
        self.told.append(told)
        self.headers.append(headers)
        scripted = self.script.popleft() if self.script else self.always or Scripted()
        if scripted.body is not None or scripted.status != 200:
            return scripted
        order = self.reply or [*range(passages(told), 0, -1)]
        text = json.dumps({"order": order}) if scripted.text is None else scripted.text
        message = {"role": "assistant", "content": text, "refusal": scripted.refusal}
        choice = {"index": 0, "message": message, "finish_reason": scripted.finish}
        used = {"prompt_tokens": 200, "completion_tokens": 10, "total_tokens": 210}
        completion: dict[str, Any] = {"id": "x", "object": "chat.completion", "created": 0, "model": "m-1"}
        return scripted._replace(body=json.dumps(completion | {"choices": [choice], "usage": used}).encode())


def passages(told: str) -> int:
    """How many passages a message has."""
    return sum(line.startswith('{"passage":') for line in told.splitlines())
