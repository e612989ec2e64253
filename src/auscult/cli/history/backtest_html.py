"""A backtest as one page of HTML that needs nothing else: to be opened, sent and kept."""

from collections.abc import Iterable, Sequence
from html import escape

from auscult.cli.history.backtest_page import about, count, notes_of, number, share
from auscult.domain.evaluation import WORDS, Evidence
from auscult.domain.history.backtest import MetricShift, Shift, Standing
from auscult.services.definitions.forms.difference import ComparedForms
from auscult.services.history.backtests import BacktestLine, BinLine, MetricRates

_LONGEST_TEXT = 300
_STYLE = """
:root { color-scheme: light dark; --before: #5b7db1; --after: #2a9d8f; --better: #2a7d3f; --worse: #b3372b;
  --line: #8884; --soft: #888; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { width: 34%; } .bar i { display: block; height: .9rem; border-radius: 2px; min-width: 1px; }
.before i { background: var(--before); } .after i { background: var(--after); }
.better { color: var(--better); } .worse { color: var(--worse); } .soft { color: var(--soft); }
.big { display: flex; flex-wrap: wrap; gap: 2.5rem; margin: 1.2rem 0; } .big b { display: block; font-size: 1.7rem; }
details { border-bottom: 1px solid var(--line); padding: .4rem 0; } summary { cursor: pointer; }
blockquote { margin: .2rem 0 .2rem 1rem; padding-left: .7rem; border-left: 3px solid var(--line); }
"""


def document(line: BacktestLine, head: str, differs: ComparedForms | None) -> str:
    """Return the whole page. ``head`` names the form and the conversations."""
    parts = [f"<h1>{escape(head)}</h1>", *(f"<p>{escape(sentence)}</p>" for sentence in about(line))]
    if line.counted:
        parts += _figures(line)
        parts += _distribution(line.before.scores, line.after.scores)
        parts += _metrics(line.metrics, differs)
        parts += _shifts(line.most_changed)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(head)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _figures(line: BacktestLine) -> Iterable[str]:
    before, after = line.before, line.after
    figures = (
        ("mean score", number(before.mean), number(after.mean)),
        ("passed", share(before.pass_rate), share(after.pass_rate)),
        ("fatal errors", count(before.fatal), count(after.fatal)),
    )
    yield '<div class="big">'
    for name, old, new in figures:
        yield f'<div><span class="soft">{name}</span><b>{escape(old)} → {escape(new)}</b></div>'
    yield f'<div><span class="soft">passes gained</span><b class="better">{count(line.gained)}</b></div>'
    yield f'<div><span class="soft">passes lost</span><b class="worse">{count(line.lost)}</b></div>'
    yield f'<div><span class="soft">as before</span><b>{count(line.unchanged)}</b></div></div>'


def _distribution(before: Sequence[BinLine], after: Sequence[BinLine]) -> Iterable[str]:
    most = max((one.conversations for one in (*before, *after)), default=0) or 1
    yield '<h2>Scores</h2><table><tr><th class="n">score</th><th colspan="2">before</th><th colspan="2">after</th></tr>'
    for one, other in zip(before, after, strict=True):
        name = "below 0" if one.least is None else f"{one.least}-{one.most}"
        yield f'<tr><td class="n">{name}</td>{_bar(one, most, "before")}{_bar(other, most, "after")}</tr>'
    yield "</table>"


def _bar(one: BinLine, most: int, side: str) -> str:
    width = f'<i style="width:{100 * one.conversations / most:.1f}%"></i>' if one.conversations else ""
    return f'<td class="bar {side}">{width}</td><td class="n">{count(one.conversations)}</td>'


def _metrics(metrics: Sequence[MetricRates], differs: ComparedForms | None) -> Iterable[str]:
    notes = notes_of(differs)
    yield '<h2>Metrics</h2><table><tr><th>metric</th><th class="n">met before</th><th class="n">met after</th>'
    yield '<th class="n">change</th><th class="n">YES</th><th class="n">NO</th><th class="n">NA</th><th></th></tr>'
    for one in metrics:
        before = one.before.adherence if one.before else None
        after = one.after.adherence if one.after else None
        difference = "" if before is None or after is None else _signed(100 * (after - before), " points")
        answers = (one.after.yes, one.after.no, one.after.na) if one.after else (0, 0, 0)
        cells = "".join(f'<td class="n">{count(n)}</td>' for n in answers)
        yield (
            f'<tr><td>{escape(one.name)}<br><span class="soft">{escape(one.id)}</span></td>'
            f'<td class="n">{share(before)}</td><td class="n">{share(after)}</td><td class="n">{difference}</td>'
            f'{cells}<td class="soft">{escape(notes.get(one.id, ""))}</td></tr>'
        )
    yield "</table>"


def _shifts(shifts: Sequence[Shift]) -> Iterable[str]:
    yield "<h2>The conversations that change most</h2>"
    if not shifts:
        yield "<p>No conversation changes.</p>"
    for shift in shifts:
        yield (
            f"<details><summary><b>{escape(shift.conversation_id)}</b> "
            f'<span class="soft">{shift.started_at:%Y-%m-%d}</span> '
            f"{_standing(shift.before)} → {_standing(shift.after)}</summary>"
        )
        yield from map(_metric_shift, shift.metrics)
        yield "</details>"


def _metric_shift(metric: MetricShift) -> str:
    was = "" if metric.before == metric.after else f" (was {metric.before or 'not asked'})"
    points = _signed(metric.points, " points") if metric.points else ""
    fatal = ' <span class="worse">fatal</span>' if metric.is_fatal else ""
    html = f"<p>{escape(metric.name)}: <b>{metric.after or 'gone'}</b>{was} {points}{fatal}</p>"
    html += _evidence("", metric.evidence)
    html += f'<p class="soft">{escape(metric.reason)}</p>' if metric.reason else ""
    return html + _evidence("before: ", metric.evidence_before)


def _evidence(when: str, evidence: Iterable[Evidence]) -> str:
    return "".join(
        f'<blockquote><span class="soft">{when}{escape(each.turn_id or "")}</span> {escape(each.text[:_LONGEST_TEXT])}'
        "</blockquote>"
        for each in evidence
        if each.text
    )


def _standing(standing: Standing) -> str:
    kind = "better" if standing.passed else "worse"
    return f'<span class="{kind}">{standing.score} {WORDS[standing.passed]}</span>'


def _signed(difference: float, unit: str) -> str:
    if abs(difference) < 0.05:  # noqa: PLR2004  (what would be shown as 0.0)
        return ""
    return f'<span class="{"better" if difference > 0 else "worse"}">{difference:+.1f}{unit}</span>'
