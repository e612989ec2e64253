"""The difference between two forms in a terminal: by metric, old in red, new in green."""

from collections.abc import Iterable

import msgspec
from msgspec import UNSET, UnsetType
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auscult.services.definitions.forms.difference import ChangeLine, ComparedForms, MetricLine

_MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
_INDENT = 4
_LONGEST = 160
_SILENT = {"negative_weight": 0, "fatal": False, "correct_answer": "yes"}
"""What an added metric need not say of itself."""
_IN_HEAD = frozenset({"id", "name", "type", "weight"})


def text(found: ComparedForms) -> str:
    """The page as lines, in colour where stdout is a terminal."""
    console = Console()
    with console.capture() as drawn:
        console.print(page(found), highlight=False)
    return "\n".join(line.rstrip() for line in drawn.get().splitlines())


def page(found: ComparedForms) -> RenderableType:
    """Everything that differs, and what that means for answers that were given before."""
    head = Text.assemble((found.after.id, "bold"), ": ", _name_of(found, "before"), " → ", _name_of(found, "after"))
    if found.same:
        return Group(head, Text("They say the same."))
    parts: list[RenderableType] = [head]
    if found.changes:
        parts += [Text(), _lines(found.changes)]
    for metric in found.metrics:
        parts += [Text(), _metric_head(metric)]
        if metric.change == "changed":
            parts.append(_lines(metric.changes))
        elif metric.change == "added":
            parts.append(_lines(change for change in metric.changes if _is_worth_saying(change)))
    if found.reordered:
        parts += [Text(), Text("The order of the metrics changed.")]
    return Group(*parts, Text(), Text(_sum(found)))


def _name_of(found: ComparedForms, which: str) -> str:
    side = found.before if which == "before" else found.after
    other = found.after if which == "before" else found.before
    return side.name if side.id == other.id else f"{side.name} ({side.id})"


def _metric_head(metric: MetricLine) -> Text:
    mark, colour = _MARKS[metric.change]
    facts = {change.field: change.before if metric.change == "removed" else change.after for change in metric.changes}
    details = f", {facts['type']}, weight {_value(facts['weight'])}" if metric.change != "changed" else ""
    head = Text.assemble((f"{mark} ", colour), (metric.id, f"bold {colour}"), f"  {metric.name}{details}")
    if metric.change == "changed" and metric.judged_anew:
        head.append("  judged anew", "italic cyan")
    return head


def _is_worth_saying(change: ChangeLine) -> bool:
    return change.field not in _IN_HEAD and (change.field, change.after) not in _SILENT.items()


def _lines(changes: Iterable[ChangeLine]) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for change in changes:
        for index, line in enumerate(_change_lines(change)):
            table.add_row("" if index else change.field, line)
    return Padding(table, (0, 0, 0, _INDENT))


def _change_lines(change: ChangeLine) -> list[Text]:
    if not isinstance(change.gone, UnsetType) and not isinstance(change.come, UnsetType):
        if not (change.gone or change.come):
            return [Text("the same, in another order")]
        gone = [Text(f"- {_value(each)}", "red") for each in change.gone]
        return gone + [Text(f"+ {_value(each)}", "green") for each in change.come]
    if change.before is UNSET:
        return [Text(f"+ {_value(change.after)}", "green")]
    if change.after is UNSET:
        return [Text(f"- {_value(change.before)}", "red")]
    return [Text.assemble((_value(change.before), "red"), " → ", (_value(change.after), "green"))]


def _value(value: object) -> str:
    """As a form would have it: texts in quotes, the rest as JSON; long ones by their beginning."""
    written = msgspec.json.format(msgspec.json.encode(value), indent=0).decode()
    return written if len(written) <= _LONGEST else f"{written[:_LONGEST]}… ({len(written)} characters)"


def _sum(found: ComparedForms) -> str:
    counts = {kind: sum(metric.change == kind for metric in found.metrics) for kind in _MARKS}
    changes = ", ".join(f"{n} {kind}" for kind, n in counts.items() if n)
    metrics = f"Metrics: {changes}. " if changes else "No metric differs. "
    anew = [metric.id for metric in found.metrics if metric.judged_anew]
    if not anew:
        return metrics + "A re-score keeps every answer that was given."
    return f"{metrics}A re-score judges anew: {', '.join(anew)}; all other answers are kept."
