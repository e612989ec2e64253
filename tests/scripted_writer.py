"""The scripted server as a writer: it answers from the first passage that has a word of the question, letter by letter."""

import json
import re
from typing import Any

from tests.scripted_judge import Scripted, ScriptedJudge


class ScriptedWriter(ScriptedJudge):
    """``told`` are the user's messages of all requests there were."""

    def __init__(self) -> None:
        """Not listening yet."""
        super().__init__()
        self.told: list[str] = []
        self.schemas: list[dict[str, Any]] = []

    def answer(self, body: bytes, headers: dict[str, str]) -> Scripted:
        """What becomes of a request."""
        request = json.loads(body)
        told = request["messages"][-1]["content"]
        self.told.append(told)
        self.headers.append(headers)
        self.schemas.append(request["response_format"]["json_schema"]["schema"])
        scripted = self.script.popleft() if self.script else self.always or Scripted()
        if scripted.body is not None or scripted.status != 200:
            return scripted
        text = json.dumps(written(told)) if scripted.text is None else scripted.text
        message = {"role": "assistant", "content": text, "refusal": scripted.refusal}
        choice = {"index": 0, "message": message, "finish_reason": scripted.finish}
        completion = {"id": "x", "object": "chat.completion", "created": 0, "model": "m-1", "choices": [choice]}
        return scripted._replace(body=json.dumps(completion).encode())


def written(told: str) -> dict[str, Any]:
    """The answer of somebody who reads."""
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    words = set(re.findall(r"\w{5,}", lines.pop()["question"].lower()))
    fit = [line for line in lines if words & set(re.findall(r"\w{5,}", f"{line['heading']} {line['text']}".lower()))]
    if not fit:
        return {"passages": [], "answer": ""}
    return {"passages": [fit[0]["passage"]], "answer": f"Yes: {fit[0]['text']}"}
