"""What the semantic engine costs beside WordLlama: all analyzers with a taxonomy, and eight metrics by similarity.

    .venv-semantic/bin/python -m bench.embeddings [--count 40] [--rounds 3]

Both take turns on the same conversations of QA-14x8, with engines that have seen none of them; what is counted is
processor time. The taxonomy has a topic for each sample of the form.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.definitions.taxonomy import Node, Taxonomy
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.classification import sorted_by
from auscult.services.scoring.evaluate import Evaluator
from bench.qa14x8 import FORM, conversations

EMBEDDINGS = ("wordllama", "semantic")
TOPICS = ("parcel late", "parcel broken", "refund", "open account", "forgot password", "change address", "cancel order")
TAXONOMY = Taxonomy(
    id="tx-bench", name="Bench", topics=tuple(Node(name=name, level=1, description="", examples=()) for name in TOPICS)
)


def ready(embeddings: str) -> Evaluator:
    """An evaluator whose model is loaded."""
    found = bootstrap.evaluator(read_settings({"AUSCULT_EMBEDDINGS": embeddings}))
    found = found._replace(analyzers=sorted_by(found.analyzers, [TAXONOMY]))
    warm = [PendingConversation(conversation=one, revision=1) for one in conversations(1, 0)]
    found.evaluate(warm, [read_form(FORM.read_bytes())], datetime.now(UTC))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run in turns, print medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    bootstrap.tune_for_evaluation()
    evaluators = {name: ready(name) for name in EMBEDDINGS}
    form = read_form(FORM.read_bytes())
    took: dict[tuple[str, str], list[float]] = {}
    for seed in range(1, 1 + chosen.rounds):
        analysed = [PendingConversation(conversation=one, revision=1) for one in conversations(chosen.count, seed)]
        judged = [PendingConversation(conversation=one, revision=1) for one in conversations(chosen.count, 1000 + seed)]
        for name, evaluator in evaluators.items():
            bare = evaluator._replace(analyzers={})
            for what, who, pending, forms in (
                ("all analyzers", evaluator, analysed, []),
                ("8 metrics", bare, judged, [form]),
            ):
                began = time.process_time()
                who.evaluate(pending, forms, datetime.now(UTC))
                took.setdefault((what, name), []).append(1000 * (time.process_time() - began) / chosen.count)
    print(f"QA-14x8, {chosen.count} conversations, medians of {chosen.rounds}, processor time of one process")
    found = {case: statistics.median(each) for case, each in took.items()}
    for what in ("all analyzers", "8 metrics"):
        quick, slow = found[what, "wordllama"], found[what, "semantic"]
        print(f"  {what:<14} wordllama {quick:8.2f} ms each, semantic {slow:8.2f} ms each: {slow / quick:.0f} times")


if __name__ == "__main__":
    main()
