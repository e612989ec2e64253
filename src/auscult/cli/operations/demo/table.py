"""The table of the demo: each conversation with its score and what cost it most."""

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import WORDS, Evaluation, MetricResult

WORST = 3
_PIPED_WIDTH = 140
_LEAST = 20
_GAP = 2
_STATUS = {
    "below_threshold": "too short",
    "duration_unavailable": "no times",
    "not_evaluated": "no form",
    "sides_unknown": "whose side?",
}


def worst(evaluation: Evaluation) -> list[MetricResult]:
    """The metrics that were not met, those that cost most first, at most three: fatal before heavy before light."""
    missed = [result for result in evaluation.results if result.adhered is False]
    missed.sort(key=lambda one: (not one.metric.fatal, -(one.metric.weight + one.metric.negative_weight)))
    return missed[:WORST]


def words(result: MetricResult) -> str:
    """Return the words that decided a verdict; where something was not said, the words that called for it."""
    verdict = result.verdict
    said = next((evidence.text for evidence in verdict.evidence if evidence.text), None)
    if said is not None:
        return f"“{said}”"
    reason = verdict.reason or next((evidence.why for evidence in verdict.evidence if evidence.why), "")
    called_for = next((evidence.text for evidence in verdict.trigger if evidence.text), None)
    return reason if called_for is None else f"“{called_for}”: {reason}"


def table(scored: Sequence[tuple[Conversation, Evaluation]], width: int) -> Table:
    """Return all conversations, the best first, so that the worst are last, where a reader's eye ends up."""
    columns = {
        "conversation": max([len("conversation"), *(len(conversation.id) for conversation, _ in scored)]),
        "score": len("score"),
        "passed": max(map(len, _STATUS.values())),
    }
    shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for name, size in columns.items():
        shown.add_column(name, min_width=size, no_wrap=True, justify="right" if name == "score" else "left")
    rest = max(_LEAST, width - sum(columns.values()) - _GAP * len(columns))
    shown.add_column("worst metrics, and the words that decided", max_width=rest, no_wrap=True)
    for conversation, evaluation in sorted(scored, key=_rank):
        score = "-" if evaluation.score is None else str(evaluation.score)
        first = [conversation.id, score, _passed(evaluation)]
        lines = [Text.assemble((one.metric.name, "bold"), ": ", words(one)) for one in worst(evaluation)]
        for line in lines or [Text("" if evaluation.score is None else "nothing missed")]:
            line.truncate(rest, overflow="ellipsis")
            shown.add_row(*(first or ["", "", ""]), line)
            first = []
    return shown


def show(scored: Sequence[tuple[Conversation, Evaluation]]) -> None:
    """Print the table on stdout, as wide as the terminal, or 140 characters where there is none."""
    console = Console()
    width = console.width if console.is_terminal else _PIPED_WIDTH
    wide = Console(width=width)
    with wide.capture() as drawn:
        wide.print(table(scored, width))
    typer.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()))


def _rank(pair: tuple[Conversation, Evaluation]) -> tuple[bool, float, str]:
    conversation, evaluation = pair
    return evaluation.score is not None, -float(evaluation.score or 0), conversation.id


def _passed(evaluation: Evaluation) -> Text:
    if evaluation.is_undecided:
        return Text(WORDS[None], "yellow")
    if evaluation.passed is None:
        return Text(_STATUS.get(evaluation.status, "nothing applies"))
    return Text("yes", "green") if evaluation.passed else Text("no", "red")
