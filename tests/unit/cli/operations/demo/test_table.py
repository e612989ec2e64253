"""The demo's table: what cost a conversation most, and the words that decided."""

import io
from datetime import UTC, datetime
from decimal import Decimal

from msgspec import structs
from rich.console import Console

from auscult.cli.operations.demo.table import table, words, worst
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, Evidence, MetricResult, Qualification, Status, answered
from auscult.domain.form import Form, Metric
from tests.strategies import evaluation_of

NOW = datetime(2026, 3, 23, 10, 17, 54, tzinfo=UTC)
FORM = Form(id="ef-1", name="Form", channel="voice", metrics=())


def result(name: str, weight: int, said: Qualification = "NO", *, fatal: bool = False, text: str = "") -> MetricResult:
    """A metric with its verdict; ``text`` is its evidence."""
    evidence = (
        Evidence(
            turn_id="m1" if text or said == "YES" else None,
            text=text,
            why="" if text else "nothing of the kind in turn 1",
        ),
    )
    metric = Metric(id=f"em-{name}", name=name, type="by_question", weight=Decimal(weight), fatal=fatal)
    return MetricResult(metric=metric, verdict=answered(said, evidence, reason=f"no {name} found"))


def evaluation(
    *results: MetricResult, score: int | None = 50, status: Status = "evaluated", name: str = "c-1"
) -> tuple[Conversation, Evaluation]:
    """A conversation and its evaluation."""
    conversation = Conversation(id=name, channel="voice", started_at=NOW)
    return conversation, evaluation_of(
        name,
        form=FORM,
        status=status,
        score=None if score is None else Decimal(score),
        passed=None if score is None else score >= 70,
        results=results,
        evaluated_at=NOW,
    )


def drawn(*scored: tuple[Conversation, Evaluation], width: int = 100) -> list[str]:
    """The table's lines as they are printed."""
    console = Console(file=io.StringIO(), width=width)
    console.print(table(scored, width))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


def test_an_absence_without_a_reason_is_in_its_evidence() -> None:
    """A verdict that votes turned has no reason of its own; the stretch that was read in vain says it."""
    silent = result("resolution", 20)
    verdict = structs.replace(silent.verdict, reason="")
    assert words(structs.replace(silent, verdict=verdict)) == "nothing of the kind in turn 1"


def test_worst_are_fatal_then_heavy_and_three_at_most() -> None:
    """A fatal metric comes first whatever its weight; what was met or does not apply is no loss."""
    results = [
        result("light", 5),
        result("met", 50, "YES"),
        result("fatal", 1, fatal=True),
        result("open", 40, "NA"),
        result("heavy", 20),
        result("middle", 10),
    ]
    assert [one.metric.name for one in worst(evaluation(*results)[1])] == ["fatal", "heavy", "middle"]


def test_words_are_quoted_where_there_are_any() -> None:
    """Evidence is quoted; a verdict with nothing to point at gives its reason."""
    assert words(result("greeting", 1, text="yes what")) == "“yes what”"
    assert words(result("greeting", 1)) == "no greeting found"


def test_words_that_called_for_a_metric_are_quoted_with_the_reason() -> None:
    """Where a customer's words made a metric apply and the answer never came, both are told."""
    trigger = (Evidence(turn_id="m2", text="i lost my card"),)
    missed = result("empathy", 1)
    missed = structs.replace(missed, verdict=structs.replace(missed.verdict, trigger=trigger))
    assert words(missed) == "“i lost my card”: no empathy found"


def test_table_ends_with_the_worst_score() -> None:
    """First what has no score, then the best to the worst, and each conversation's id once."""
    lines = drawn(
        evaluation(result("a", 5), result("b", 9, text="well"), score=20, name="c-low"),
        evaluation(score=100, name="c-high"),
        evaluation(score=None, status="below_threshold", name="c-short"),
    )
    assert [line.split()[:3] for line in lines[1:]] == [
        ["c-short", "-", "too"],
        ["c-high", "100", "yes"],
        ["c-low", "20", "no"],
        ["a:", "no", "a"],
    ]
    assert "b: “well”" in lines[3]


def test_long_words_are_cut_to_the_width() -> None:
    """One line a metric, however much was said."""
    lines = drawn(evaluation(result("a", 5, text="word " * 100)), width=80)
    assert len(lines) == 2
    assert lines[1].startswith("c-1")
    assert lines[1].endswith("…")
    assert len(lines[1]) <= 80
