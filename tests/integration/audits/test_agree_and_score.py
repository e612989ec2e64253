"""``auscult agree`` compares people with the verdicts that ``auscult score`` gives."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from auscult.domain.probe import AFAR
from auscult.metrics import METRICS
from tests.contract.test_metrics import CASES, COMMON
from tests.contract.test_metrics import settings as read_settings
from tests.integration.program import auscult, write
from tests.integration.scoring.test_outside import review
from tests.scripted_judge import scripted_judge
from tests.scripted_system import system

pytestmark = pytest.mark.night

EXAMPLES = Path(__file__).parents[3] / "examples"
LABELS = EXAMPLES / "labels" / "answers.ndjson"
CALLS = sorted((EXAMPLES / "conversations").glob("*.ndjson"))


def decided(lines: list[Any], labelled: dict[str, dict[str, str]]) -> dict[str, Counter[tuple[str, str]]]:
    """Return for each metric how often each pair of a label and a verdict of ``score`` occurs."""
    pairs: dict[str, Counter[tuple[str, str]]] = {}
    for line in lines:
        for metric in line["metrics"]:
            if label := labelled.get(line["id"], {}).get(metric["id"]):
                pairs.setdefault(metric["id"], Counter())[label, metric["qualification"]] += 1
    return pairs


def compared(metrics: dict[str, Any]) -> dict[str, Counter[tuple[str, str]]]:
    """Return the same of what ``agree`` reports."""
    return {
        name: Counter({(label, verdict): n for label, row in found["confusion"].items() for verdict, n in row.items()})
        for name, found in metrics.items()
    }


def test_the_labels_that_come_along_meet_what_score_decides(tmp_path: Path) -> None:
    """Every question of the starter forms, those that rest on insights included (F-1)."""
    labelled = {
        line["id"]: {name: answer for name, (answer, _) in line["metrics"].items()}
        for line in map(json.loads, LABELS.read_text(encoding="utf-8").splitlines())
    }
    scored = auscult(tmp_path, "score", *CALLS)
    agreed = auscult(tmp_path, "agree", LABELS, *CALLS, "--json")
    assert (scored.status, agreed.status) == (0, 0)
    pairs = compared(agreed.last["metrics"])
    assert pairs == decided(scored.lines, labelled)
    assert pairs["em-resolution"]["YES", "YES"] > len(labelled) / 2


def form_of_everything(agent_url: str) -> dict[str, Any]:
    """Return a form with each example of every metric type that its engines can answer: a taught one needs its encoder."""
    metrics: list[dict[str, Any]] = []
    for kind, example in CASES:
        own = example | ({"url": f"{agent_url}/execute"} if kind == "by_ai_agent" else {})
        needs = METRICS[kind].needs(read_settings(kind, own))
        asks_elsewhere = kind == "by_value" and bool(needs & AFAR)
        if (
            kind == "by_example" or asks_elsewhere or (kind == "hold" and any(one["type"] == kind for one in metrics))
        ):  # a form has one hold
            continue
        name = f"em-{len(metrics)}"
        metrics.append({"id": name, "name": name, "type": kind, "weight": 1, **COMMON.get(kind, {}), **own})
    return {"id": "ef-all", "name": "All", "channel": "voice", "scoring": "points", "metrics": metrics}


@pytest.mark.landing
def test_both_agree_on_every_metric_type(tmp_path: Path) -> None:
    """Whatever decides a question, ``agree`` compares the verdict that ``score`` prints."""
    calls = [json.loads(line) for file in CALLS for line in file.read_text(encoding="utf-8").splitlines()]
    calls = [call for call in calls if call["channel"] == "voice"][:5]
    write(tmp_path / "calls.ndjson", *calls)
    with scripted_judge() as judge, system(review) as agent:
        form = form_of_everything(agent.url)
        assert {metric["type"] for metric in form["metrics"]} == set(METRICS) - {"by_example"}
        text = re.sub(r'"(\d+\.\d+)"', r"\1", json.dumps(form))  # a form's numbers are not quoted
        (tmp_path / "form.json").write_text(text, encoding="utf-8")
        (tmp_path / "hosts.json").write_text(json.dumps({"hosts": [{"url": agent.url, "is_private": True}]}))
        labelled = {call["id"]: {metric["id"]: "YES" for metric in form["metrics"]} for call in calls}
        write(tmp_path / "labels.ndjson", *({"id": name, "metrics": one} for name, one in labelled.items()))
        given = {
            "AUSCULT_JUDGE_URL": judge.url,
            "AUSCULT_JUDGE_MODEL": "scripted",
            "AUSCULT_HOSTS_FILE": str(tmp_path / "hosts.json"),
        }
        words = ("calls.ndjson", "--form", "form.json")
        scored = auscult(tmp_path, "score", *words, settings=given)
        agreed = auscult(tmp_path, "agree", "labels.ndjson", *words, "--json", settings=given)
    assert (scored.status, scored.err.count("error")) == (0, 0), scored.err
    assert agreed.status == 0, agreed.err
    assert compared(agreed.last["metrics"]) == decided(scored.lines, labelled)
