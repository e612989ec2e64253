"""A backtest in a terminal: before and after, then metric by metric, then the conversations that change most."""

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auscult.domain.evaluation import WORDS, Evidence
from auscult.domain.history.backtest import MetricShift, Shift, Standing
from auscult.services.definitions.forms.difference import ComparedForms
from auscult.services.history.backtests import BacktestLine, BinLine, MetricRates, SideLine

_BAR = 24
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_PIPED_WIDTH = 110
_GAP = 3
_EVIDENCE = 90
_BEFORE, _AFTER, _BETTER, _WORSE = "blue", "cyan", "green", "red"


def text(line: BacktestLine, head: str, differs: ComparedForms | None, footer: Sequence[str]) -> str:
    """Return the page as lines, in colour where stdout is a terminal. ``head`` names the form and the conversations."""
    console = Console()
    wide = console if console.is_terminal else Console(width=_PIPED_WIDTH)
    with wide.capture() as drawn:
        wide.print(page(line, head, differs, footer), highlight=False)
    return "\n".join(each.rstrip() for each in drawn.get().splitlines())


def page(line: BacktestLine, head: str, differs: ComparedForms | None, footer: Sequence[str]) -> RenderableType:
    """All of it."""
    parts: list[RenderableType] = [Text(head, "bold"), *map(Text, about(line)), Text()]
    if line.counted:
        parts += [_sides(line), Text(), _distribution(line.before.scores, line.after.scores), Text()]
        parts += [_metrics(line.metrics, differs), Text()]
        parts += _shifts(line.most_changed)
    return Group(*parts, *map(Text, footer))


def about(line: BacktestLine) -> Iterable[str]:
    """Return the lines on the conversations that it covers and those that it leaves out."""
    known = sorted(line.decided_by.items(), key=lambda one: -one[1])
    until_now = [f"{count(n)} by {' version '.join(name.rsplit(' ', 1))}" for name, n in known]
    if line.before.no_form:
        until_now.append(f"{count(line.before.no_form)} by none")
    before = f"; until now {', '.join(until_now)}" if until_now else ""
    yield f"{count(line.counted)} conversation{'' if line.counted == 1 else 's'} would be scored with it{before}."
    others = line.looked - line.counted - line.unjudged - line.failed
    if others:
        left = f", {count(line.left)} of which an earlier version scored" if line.left else ""
        yield f"{count(others)} are for other forms or none{left}."
    if line.unjudged:
        why = f" ({line.reason})" if line.reason and not line.failed else ""
        yield f"{count(line.unjudged)} are left out: the judge would have to be asked about them{why}."
    if line.failed:
        yield f"{count(line.failed)} could not be judged: {line.reason}"


def _sides(line: BacktestLine) -> RenderableType:
    table = Table.grid(padding=(0, _GAP, 0, 0))
    for justify in ("left", "right", "right", "left"):
        table.add_column(justify=justify)  # type: ignore[arg-type]
    table.add_row("", Text("before", _BEFORE), Text("after", _AFTER), "")
    before, after = line.before, line.after
    table.add_row("scored", count(before.scored), count(after.scored), _change(after.scored - before.scored))
    table.add_row("mean score", number(before.mean), number(after.mean), _points(before.mean, after.mean))
    table.add_row("passed", share(before.pass_rate), share(after.pass_rate), _shares(before, after))
    if before.undecided or after.undecided:
        table.add_row("undecided", count(before.undecided), count(after.undecided), "")
    table.add_row(
        "fatal errors", count(before.fatal), count(after.fatal), _change(after.fatal - before.fatal, is_good=False)
    )
    passes = Text.assemble(
        "passes gained ",
        (count(line.gained), f"bold {_BETTER}" if line.gained else ""),
        ", lost ",
        (count(line.lost), f"bold {_WORSE}" if line.lost else ""),
        f"; {count(line.unchanged)} stand as before",
    )
    return Group(table, Text(), passes)


def _distribution(before: Sequence[BinLine], after: Sequence[BinLine]) -> RenderableType:
    most = max((one.conversations for one in (*before, *after)), default=0)
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(justify="right")
    for _ in range(2):
        table.add_column(width=_BAR)
        table.add_column(justify="right")
    table.add_row("score", Text("before", _BEFORE), "", Text("after", _AFTER), "")
    for one, other in zip(before, after, strict=True):
        if one.least is None and not (one.conversations or other.conversations):
            continue
        name = "below 0" if one.least is None else f"{one.least}-{one.most}"
        table.add_row(
            name,
            Text(bar(one.conversations, most), _BEFORE),
            count(one.conversations),
            Text(bar(other.conversations, most), _AFTER),
            count(other.conversations),
        )
    return table


def _metrics(metrics: Sequence[MetricRates], differs: ComparedForms | None) -> RenderableType:
    """Adherence of each metric, with what happened to the metric itself."""
    notes = notes_of(differs)
    table = Table.grid(padding=(0, _GAP, 0, 0))
    for justify in ("left", "left", "right", "right", "right", "left"):
        table.add_column(justify=justify, overflow="ellipsis", no_wrap=True)  # type: ignore[arg-type]
    table.add_row("metric", "", Text("met before", _BEFORE), Text("met after", _AFTER), "applies", "")
    for one in metrics:
        before, after = one.before, one.after
        note = notes.get(one.id, "")
        table.add_row(
            one.id,
            one.name,
            share(before.adherence if before else None),
            share(after.adherence if after else None),
            count(after.met + after.missed) if after else "",
            Text.assemble(_rates(one), "  " if note else "", (note, "italic")),
        )
    return table


def notes_of(differs: ComparedForms | None) -> dict[str, str]:
    """Return the changes of metrics between the two forms, by metric id."""
    notes: dict[str, str] = {}
    for one in differs.metrics if differs else ():
        note = {"added": "new", "removed": "gone", "changed": "weighs otherwise"}[one.change]
        notes[one.id] = "asks something else" if one.change == "changed" and one.judged_anew else note
    return notes


def _rates(one: MetricRates) -> Text:
    before = one.before.adherence if one.before else None
    after = one.after.adherence if one.after else None
    return Text() if before is None or after is None else _change_of(100 * (after - before), "points")


def _shifts(shifts: Sequence[Shift]) -> Iterable[RenderableType]:
    if not shifts:
        yield Text("No conversation changes.")
        return
    yield Text("The one that changes" if len(shifts) == 1 else f"The {len(shifts)} that change most", "bold")
    for rank, shift in enumerate(shifts, 1):
        yield Text.assemble(
            f"{rank:3}  ",
            (shift.conversation_id, "bold"),
            f"  {shift.started_at:%Y-%m-%d}  ",
            *_standing(shift.before),
            " → ",
            *_standing(shift.after),
        )
        for metric in shift.metrics:
            yield Padding(_metric_shift(metric), (0, 0, 0, 5))


def _metric_shift(metric: MetricShift) -> RenderableType:
    answer = metric.after or "gone"
    was = "" if metric.before == metric.after else f" (was {metric.before or 'not asked'})"
    points = f"{metric.points:+.1f}" if metric.points else ""
    lines = Text.assemble(
        f"{metric.name}: ", (answer, "bold"), was, f"  {points}", ("  fatal", _WORSE) if metric.is_fatal else ""
    )
    shown = _evidence(metric.evidence) or metric.reason[:_EVIDENCE]
    was_shown = _evidence(metric.evidence_before)
    for line in (shown, was_shown and f"before: {was_shown}"):
        if line:
            lines.append(f"\n  {line}", "dim")
    return lines


def _evidence(evidence: Iterable[Evidence]) -> str:
    """The first words that decided: ``m3 “goodbye”``."""
    shown = next((each for each in evidence if each.text), None)
    if shown is None:
        return ""
    where = f"{shown.turn_id} " if shown.turn_id else ""
    return f"{where}“{shown.text[:_EVIDENCE]}{'…' if len(shown.text) > _EVIDENCE else ''}”"


def _standing(standing: Standing) -> tuple[tuple[str, str], ...]:
    return ((f"{standing.score} {WORDS[standing.passed]}", _BETTER if standing.passed else _WORSE),)


def bar(n: int, most: int, width: int = _BAR) -> str:
    """Return a bar of ``n`` where ``most`` fills the width, in eighths of a character; anything above 0 is visible."""
    if not n or not most:
        return ""
    eighths = max(1, round(8 * width * n / most))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def count(n: int) -> str:
    """``12,345``."""
    return f"{n:,}"


def number(value: float | None) -> str:
    """Return ``71.4``, or ``-`` for None."""
    return "-" if value is None else f"{value:.1f}"


def share(value: float | None) -> str:
    """``71.4 %`` for 0.714; ``-`` where there is none."""
    return "-" if value is None else f"{100 * value:.1f} %"


def _points(before: float | None, after: float | None) -> Text:
    return Text() if before is None or after is None else _change_of(after - before, "points")


def _shares(before: SideLine, after: SideLine) -> Text:
    if before.pass_rate is None or after.pass_rate is None:
        return Text()
    return _change_of(100 * (after.pass_rate - before.pass_rate), "points")


def _change_of(difference: float, unit: str) -> Text:
    if abs(difference) < 0.05:  # noqa: PLR2004  (what would be shown as 0.0)
        return Text()
    return Text(f"{difference:+.1f} {unit}", _BETTER if difference > 0 else _WORSE)


def _change(difference: int, *, is_good: bool = True) -> Text:
    if not difference:
        return Text()
    return Text(f"{difference:+,}", _BETTER if (difference > 0) == is_good else _WORSE)
