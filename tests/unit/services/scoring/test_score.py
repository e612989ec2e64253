import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
import pytest

from auscult.domain.conversation import Conversation
from auscult.domain.probe import Similarity
from auscult.engines.wordllama import WordLlama
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring import score as score_room
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake.grouping import grouped
from auscult.services.scoring.score import score_group, spread
from tests.data_files import data_of
from tests.integration.working import FORM, conversation

EVALUATOR = Evaluator(METRICS, {Similarity: WordLlama()}, judge_ineligible=True)
NOW = datetime(2026, 3, 23, tzinfo=UTC)


def test_a_line_has_every_key_that_is_promised() -> None:
    """The shape of docs/reference/cli.md, null where there is nothing, all five keys on each evidence."""
    lines = score_group([conversation("c-1"), conversation("c-2", "so what")], [read_form(FORM, 3)], EVALUATOR, NOW)
    first, second = map(json.loads, lines.splitlines())
    assert first == data_of(__file__, "a_line_has_every_key_that_is_promised")
    assert (second["score"], second["passed"]) == (0, False)
    assert (second["metrics"][0]["qualification"], second["metrics"][0]["adhered"]) == ("NO", False)


def test_a_verdict_of_parts_tells_each() -> None:
    """Rule 9: what each part came to stands beside the whole, its share as a number."""
    form = data_of(__file__, "a_verdict_of_parts_tells_each").encode()
    line = json.loads(score_group([conversation("c-1")], [read_form(form)], EVALUATOR, NOW))
    (metric,) = line["metrics"]
    trigger, answer = metric["parts"]
    assert (line["score"], metric["qualification"], metric["adhered"]) == (38, "NO", False)
    assert (trigger["weight"], trigger["adhered"], trigger["evidence"]) == (37.5, True, metric["trigger"])
    assert answer["reason"] == "not found in the customer's turns after the trigger"


def test_without_a_form_there_is_nothing_but_the_line() -> None:
    """Rule 10: not evaluated, still listed."""
    line = json.loads(score_group([conversation("c-1")], [], EVALUATOR, NOW))
    assert line == data_of(__file__, "without_a_form_there_is_nothing_but_the_line")


def test_spreading_keeps_the_order_and_reads_no_more_than_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups come back as they were read; a slow one holds back the reader, not the memory."""
    monkeypatch.setattr(score_room, "AHEAD", 2)
    numbers = iter(range(255))
    source = (conversation(f"c-{number}") for number in numbers)

    def work(group: bytes) -> bytes:
        return b" ".join(one.id.encode() for one in msgspec.msgpack.decode(group, type=list[Conversation]))

    with ThreadPoolExecutor(3) as executor:
        results = spread(grouped(source, 10), executor, 3, work)
        first = next(results)
        then = next(numbers)
        assert then <= 10 * (3 * 2 + 1) + 1
        names = b" ".join([first, *results]).decode().split()
    assert names == [f"c-{number}" for number in range(255) if number != then]
