"""The table of the demo: each conversation with its score and what cost it most."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, MetricResult

WORST = 3
_PIPED_WIDTH = 140
_STATUS = {
    "below_threshold": "too short",
    "duration_unavailable": "no times",
    "not_evaluated": "no form",
}


def worst(evaluation: Evaluation) -> list[MetricResult]:
    """The metrics that were not met, those that cost most first, at most three: fatal before heavy before light."""
    missed = [result for result in evaluation.results if result.adhered is False]
    missed.sort(key=lambda one: (not one.metric.fatal, -(one.metric.weight + one.metric.negative_weight)))
    return missed[:WORST]


def words(result: MetricResult) -> str:
    """What decided a verdict: the words said where there are any, else the reason."""
    quoted = [evidence.text for evidence in result.verdict.evidence if evidence.text]
    return f"“{quoted[0]}”" if quoted else result.verdict.reason


def table(scored: Sequence[tuple[Conversation, Evaluation]]) -> Table:
    """All conversations, the best first, so that the worst stand where a reader's eye ends up."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    longest = max((len(conversation.id) for conversation, _ in scored), default=0)
    shown.add_column("conversation", min_width=longest)
    shown.add_column("score", justify="right", min_width=5)
    shown.add_column("passed", min_width=max(map(len, _STATUS.values())))
    shown.add_column("worst metrics, and the words that decided", no_wrap=True, overflow="ellipsis")
    for conversation, evaluation in sorted(scored, key=_rank):
        has_score = evaluation.score is not None
        lines = [Text.assemble((one.metric.name, "bold"), " ", words(one)) for one in worst(evaluation)]
        for at, line in enumerate(lines or [Text("nothing missed" if has_score else "")]):
            line.truncate(_PIPED_WIDTH, overflow="ellipsis")
            first = at == 0
            shown.add_row(
                conversation.id if first else "",
                (str(evaluation.score) if has_score else "-") if first else "",
                (_passed(evaluation) if first else Text()),
                line,
            )
    return shown


def show(scored: Sequence[tuple[Conversation, Evaluation]]) -> None:
    """Print the table on stdout, as wide as the terminal, or 140 characters where there is none."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPED_WIDTH)
    console.print(table(scored))


def _rank(pair: tuple[Conversation, Evaluation]) -> tuple[bool, float, str]:
    conversation, evaluation = pair
    return evaluation.score is not None, -float(evaluation.score or 0), conversation.id


def _passed(evaluation: Evaluation) -> Text:
    if evaluation.passed is None:
        return Text(_STATUS.get(evaluation.status, "nothing applies"))
    return Text("yes", "green") if evaluation.passed else Text("no", "red")
