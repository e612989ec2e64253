"""How far verdicts agree with those that the gold dialog acts of the Schema-Guided Dialogue set give.

    python -m bench.quality.schema_guided DATA_DIR [--wrong METRIC]

DATA_DIR holds ``conversations/schema_guided.ndjson`` and ``schema_guided.verdicts.ndjson``. The set (Google) is under
CC BY-SA 4.0: it is read from there and no part of it stands in this repository.

Further help and sign-off are judged by the starter form, the rest by the form beside this file; in the second block,
what agents say is told by the analyzers' own phrases (``what_is_said``), on which ``resolution`` is built.
The third block has what ``resolution`` says of those whose acts report a failure and no success (at most 18 of the 114
should not be called unresolved), and of those that report success and no failure. With and without votes.
``--wrong`` names the conversations that were told differently.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from auscult.analyzers.outcome._turn_indexes import what_is_said
from auscult.domain.conversation import Conversation
from auscult.domain.form import Metric
from auscult.domain.statistics.intervals import wilson
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import read_form, starter_documents
from bench.quality.first_sight import machine
from bench.quality.intelligence import show

ASKED = {
    "asked_anything_else": "em-further-help",
    "signed_off": "em-signoff",
    "confirmed_details": "em-details-confirmed",
    "confirmed_resolution": "em-done-said",
    "reported_failure": "em-failure-said",
}
"""The set's verdicts by the metric that asks the same."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--wrong", help="name what was told differently by this metric")
    given = parser.parse_args()
    folder = given.data / "conversations"
    calls = [msgspec.json.decode(line, type=Conversation) for line in _lines(folder / "schema_guided.ndjson")]
    gold = {row["id"]: row["verdicts"] for row in map(json.loads, _lines(folder / "schema_guided.verdicts.ndjson"))}
    documents = (starter_documents()["chat"], Path(__file__).with_suffix(".yaml").read_bytes())
    metrics = {metric.id: metric for document in documents for metric in read_form(document).metrics}
    print(f"{len(calls)} conversations of the schema-guided set\n\nBy forms")
    for verdict, metric_id in ASKED.items():
        said = [_judged(metrics[metric_id], call) for call in calls]
        show(f"{verdict} ({metric_id})", _told(calls, gold, verdict, said))
        if given.wrong == metric_id:
            for call, answer in zip(calls, said, strict=True):
                if answer != gold[call.id][verdict]:
                    print(f"    {call.id}: acts {gold[call.id][verdict]}, machine {answer}")
    print("\nBy the analyzers' phrases")
    for verdict, what in (("confirmed_resolution", ("met",)), ("reported_failure", ("refused", "offered"))):
        show(verdict, _told(calls, gold, verdict, [_any(call, *what) for call in calls]))
    print("\nBy the resolution")
    for votes in (True, False):
        answers = machine(calls, votes=votes)
        for what, has_failed in (("fail, not called unresolved", True), ("end well, called unresolved", False)):
            of = [one.id for one in calls if _has_failed(gold[one.id]) is has_failed]
            wrong = [name for name in of if (answers[name]["resolved"] == "NO") is not has_failed]
            within = wilson(len(wrong) / len(of), len(of))
            shown = f"{len(wrong)} of {len(of)} ({within.low:.1%} to {within.high:.1%})"
            print(f"  {what:<28} {'with votes' if votes else 'by words  '}  {shown}")
            if given.wrong == "resolved" and votes:
                print("".join(f"    {name}\n" for name in wrong), end="")


def _has_failed(acts: Mapping[str, bool]) -> bool | None:
    """Return whether the acts report a failure (True) or a success (False); None if they report both or neither."""
    failed, done = acts["reported_failure"], acts["confirmed_resolution"]
    return None if failed is done else failed


def _judged(metric: Metric, call: Conversation) -> bool:
    """Whether a metric of words alone says YES."""
    return METRICS[metric.type].judge(metric.settings, call, {}).qualification == "YES"


def _any(call: Conversation, *what: str) -> bool:
    """Whether a turn of the agent's comes to that."""
    return any(turn.speaker == "agent" and what_is_said(turn.text) in what for turn in call.turns)


def _told(
    calls: Sequence[Conversation], gold: Mapping[str, Mapping[str, bool]], verdict: str, said: Sequence[bool]
) -> list[tuple[str, str]]:
    """What the acts say and what the machine says, of each conversation."""
    return [(str(gold[call.id][verdict]), str(answer)) for call, answer in zip(calls, said, strict=True)]


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    main()
